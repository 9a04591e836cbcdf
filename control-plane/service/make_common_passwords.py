#!/usr/bin/env python3
"""Writes the passwords that nobody may choose, as lines of a C++ array in byte order.

Usage: make_common_passwords.py OUT
They are the most common ones, of those that are long enough, in the lists of Debian's python3-zxcvbn.
"""

import sys

# Where Debian's modules are, also for a Python that is not Debian's.
sys.path.append("/usr/lib/python3/dist-packages")

from zxcvbn.frequency_lists import FREQUENCY_LISTS  # noqa: E402

COUNT = 3000
LEAST_SIZE = 8  # kMinPasswordSize of password_rules.h: shorter ones are refused anyway


def main():
    long_enough = [p for p in FREQUENCY_LISTS["passwords"] if len(p) >= LEAST_SIZE]
    common = sorted(p.encode() for p in long_enough[:COUNT])
    if len(common) != COUNT:
        sys.exit(f"zxcvbn: expected {COUNT} passwords of {LEAST_SIZE} characters, found {len(common)}")
    with open(sys.argv[1], "w", encoding="ascii") as out:
        for password in common:
            escaped = "".join(f"\\{b:03o}" if b < 32 or b > 126 or chr(b) in '"\\?' else chr(b) for b in password)
            out.write(f'"{escaped}",\n')


if __name__ == "__main__":
    main()
