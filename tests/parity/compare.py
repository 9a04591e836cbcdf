"""Asks C++, Python and Node about the same units and flags, and compares every answer.

Usage: compare.py --bin DIRECTORY --python INTERPRETER --node PROGRAM --js WORKSPACE [--units 10000] [--seed 1]
  --python  has the package expt installed        --js  the built npm workspace

Compared are value, variant, reason, error, rule, bucket and exposures. Prints what was seen; exit 1 on a difference.
"""

import argparse
import collections
import itertools
import json
import pathlib
import subprocess
import sys
import tempfile
from typing import Any

import world

FIELDS = ("value", "variant", "reason", "error", "rule", "bucket", "exposures")
SHOWN = 20


def plain(value: Any) -> Any:
    """A value in which numbers of all languages are alike and no number is a boolean."""
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return ("number", float(value))
    return value if not isinstance(value, bool) else ("boolean", value)


def differences(flag: str, answers: dict[str, Any]) -> list[str]:
    found = []
    for field in FIELDS:
        given = {language: plain(answer.get(field)) for language, answer in answers.items()}
        first = next(iter(given.values()))
        if any(value != first for value in given.values()):
            found.append(f'flag "{flag}": {field}: ' + ", ".join(f"{name} {value}" for name, value in given.items()))
    return found


def ask(directory: pathlib.Path, options: argparse.Namespace) -> dict[str, pathlib.Path]:
    """The files of answers, by language."""
    definitions = {"snapshot": world.definitions()}
    (directory / "parity.json").write_text(json.dumps(definitions), encoding="utf-8")
    units = directory / "units.jsonl"
    with units.open("w", encoding="utf-8") as out:
        for row in world.units(options.units, options.seed):
            out.write(json.dumps(row) + "\n")
    subprocess.run([options.bin / "sign_definitions", directory, directory / "parity.json"], check=True)
    here = pathlib.Path(__file__).resolve().parent
    commands = {
        "C++": [options.bin / "native_answers"],
        "Python": [options.python, "-B", here / "answers.py"],
        "Node": [options.node, options.js / "tests" / "parity_answers.mjs"],
    }
    files = {language: directory / f"{language}.jsonl" for language in commands}
    for language, command in commands.items():
        subprocess.run([*command, directory, units, files[language]], check=True)
    return files


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("bin", "python", "node", "js"):
        parser.add_argument(f"--{name}", type=pathlib.Path, required=True)
    parser.add_argument("--units", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    flags = [flag["key"] for flag in world.definitions()["flags"]]
    seen: collections.Counter[str] = collections.Counter()
    kinds: dict[str, set[str]] = {flag: set() for flag in flags}
    compared = found = 0
    with tempfile.TemporaryDirectory(prefix="expt-parity.") as folder:
        files = ask(pathlib.Path(folder), options)
        lines = itertools.zip_longest(*(path.open(encoding="utf-8") for path in files.values()), fillvalue="[]")
        for number, row in enumerate(lines):
            answers = [json.loads(line) for line in row]
            assert all(len(answer) == len(flags) for answer in answers), f"unit {number}: an answer is missing"
            for flag, *each in zip(flags, *answers):
                compared += 1
                for text in differences(flag, dict(zip(files, each))):
                    found += 1
                    if found <= SHOWN:
                        print(f"unit {number}: {text}")
                first = each[0]
                reason = first["reason"] + (f" {first['error']}" if "error" in first else "")
                seen[reason] += 1
                seen["exposures"] += len(first.get("exposures", []))
                seen["held out"] += sum(1 for e in first.get("exposures", []) if e["variant"] == "held_out")
                kinds[flag].add(f"{reason} {first.get('variant')}")
    for what, count in sorted(seen.items()):
        print(f"  {what}: {count}")
    same = [flag for flag, answers in kinds.items() if len(answers) < 2]
    print(f"parity: {options.units} units x {len(flags)} flags in {', '.join(files)}: "
          f"{compared} decisions each, {found} differences")
    if same:
        print(f"too few kinds of answers to say anything: {', '.join(same)}")
    return 1 if found or same or compared != options.units * len(flags) else 0


if __name__ == "__main__":
    sys.exit(main())
