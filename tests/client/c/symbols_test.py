#!/usr/bin/env python3
"""The ABI of libexpt_c is what tests/client/c/symbols.txt says and what expt/c.h declares.

Usage: symbols_test.py LIBRARY SOURCE_DIR
A new function is a new line of symbols.txt. A line that goes, and a struct of layout_test.cc that changes, break programs.
"""

import pathlib
import re
import subprocess
import sys
import unittest

LIBRARY, SOURCE = sys.argv[1], pathlib.Path(sys.argv[2])
del sys.argv[1:]


def lines(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()


def exported():
    """(kind, name) of every symbol that the library defines for others, without its version."""
    rows = [line.split() for line in lines("nm", "-D", "--defined-only", LIBRARY)]
    return {(row[-2], row[-1].split("@")[0]) for row in rows}


class Symbols(unittest.TestCase):
    def test_only_the_listed_functions_are_exported(self):
        kept = (SOURCE / "tests" / "client" / "c" / "symbols.txt").read_text(encoding="utf-8").split()
        self.assertEqual(kept, sorted(kept), "symbols.txt: expected it sorted")
        self.assertEqual(sorted(name for kind, name in exported() if kind != "A"), kept)
        self.assertEqual({kind for kind, _ in exported()}, {"A", "T"}, "expected functions and the version")

    def test_the_header_declares_what_is_exported(self):
        header = (SOURCE / "include" / "expt" / "c.h").read_text(encoding="utf-8")
        declared = re.findall(r"^EXPT_API [^;(]*?\b(expt_\w+)\(", header, re.MULTILINE)
        self.assertEqual(sorted(declared), sorted(name for kind, name in exported() if kind == "T"))

    def test_the_soname_has_the_major_version(self):
        version = (SOURCE / "include" / "expt" / "version.h").read_text(encoding="utf-8")
        major = re.search(r"EXPT_VERSION_MAJOR (\d+)", version).group(1)
        dynamic = " ".join(lines("readelf", "-d", LIBRARY))
        self.assertIn(f"soname: [libexpt_c.so.{major}]", dynamic)


if __name__ == "__main__":
    unittest.main(verbosity=2)
