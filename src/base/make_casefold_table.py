#!/usr/bin/env python3
"""Makes casefold_table.h from the Unicode Character Database.

Usage: make_casefold_table.py [CaseFolding.txt] > casefold_table.h
The file is /usr/share/unicode/CaseFolding.txt of Debian's package unicode-data unless another is named.
"""

import re
import sys

# A length and the stride share one byte; a run that does not fit is cut.
LONGEST = 127


def foldings(lines):
    """{character: folded} of the statuses C (common) and S (simple)."""
    found = {}
    for line in lines:
        fields = [field.strip() for field in line.split("#")[0].split(";")]
        if len(fields) >= 3 and fields[1] in ("C", "S"):
            found[int(fields[0], 16)] = int(fields[2], 16)
    return found


def longest_run(keys, at, fold):
    """(length, stride) of the run that begins at keys[at]: all of one distance, `stride` apart."""
    best = (1, 1)
    for stride in (1, 2):
        first = keys[at]
        length = 1
        while (at + length < len(keys) and length < LONGEST and keys[at + length] == first + stride * length
               and fold[keys[at + length]] - keys[at + length] == fold[first] - first):
            length += 1
        if length > best[0]:
            best = (length, stride)
    return best


def runs(fold):
    keys = sorted(fold)
    at = 0
    while at < len(keys):
        length, stride = longest_run(keys, at, fold)
        last = keys[at + length - 1]
        assert keys[at] >> 16 == last >> 16 == fold[keys[at]] >> 16 == fold[last] >> 16 <= 1, hex(keys[at])
        yield keys[at], fold[keys[at]] - keys[at], length, stride
        at += length


def array(kind, name, values):
    text = f"inline constexpr {kind} {name}[] = {{\n"
    line = "   "
    for value in values:
        item = f" {value:#x},"
        if len(line) + len(item) > 120:
            text += line + "\n"
            line = "   "
        line += item
    return text + line + "\n};\n"


def main():
    path = sys.argv[1] if len(sys.argv) > 1 else "/usr/share/unicode/CaseFolding.txt"
    with open(path, encoding="utf-8") as file:
        lines = file.readlines()
    version = re.fullmatch(r"# CaseFolding-([0-9.]+)\.txt", lines[0].strip()).group(1)
    table = sorted(runs(foldings(lines)))
    basic = sum(1 for run in table if run[0] < 0x10000)
    print(f"""\
// Simple case folding (statuses C and S) of Unicode {version} as runs of characters that fold over the same distance.
// Made by make_casefold_table.py; change that instead. Derived from CaseFolding-{version}.txt, © Unicode, Inc.,
// https://www.unicode.org/license.txt
#ifndef EXPT_SRC_BASE_CASEFOLD_TABLE_H_
#define EXPT_SRC_BASE_CASEFOLD_TABLE_H_

#include <cstdint>

// clang-format off
namespace expt::base::casefold {{

// The first kBasicRuns runs are of plane 0 and the others of plane 1; each part rises by first character.
inline constexpr unsigned kRuns = {len(table)};
inline constexpr unsigned kBasicRuns = {basic};

// Low 16 bits of the first character.
{array("uint16_t", "kFirst", [run[0] & 0xffff for run in table])}
// What is added to the low 16 bits, modulo 65,536. No folding leaves its plane.
{array("uint16_t", "kDistance", [run[1] & 0xffff for run in table])}
// Number of characters; plus 128 where only every other one folds.
{array("uint8_t", "kLength", [run[2] + (128 if run[3] == 2 else 0) for run in table])}
}}  // namespace expt::base::casefold

#endif  // EXPT_SRC_BASE_CASEFOLD_TABLE_H_""")


if __name__ == "__main__":
    main()
