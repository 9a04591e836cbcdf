#!/usr/bin/env python3
"""README.md shows the first lines as the quickstart programs have them; those are run by tests of their own."""

import pathlib
import re
import sys
import unittest

ROOT = pathlib.Path(sys.argv.pop(1))
PROGRAMS = {
    "cpp": "examples/quickstart/main.cc",
    "c": "examples/c/quickstart/main.c",
    "python": "examples/python/quickstart/main.py",
    "js": "examples/node/quickstart/main.mjs",
}


def shown(language):
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


class Readme(unittest.TestCase):
    def test_the_first_lines_are_those_of_the_programs(self):
        for language, path in PROGRAMS.items():
            with self.subTest(language=language):
                program = (ROOT / path).read_text(encoding="utf-8")
                marked = re.split(r"^\s*(?://|#) \[quickstart\]\n", program, flags=re.MULTILINE)
                self.assertEqual(len(marked), 3, f"{path}: expected two [quickstart] marks")
                blocks = shown(language)
                self.assertEqual(len(blocks), 1, f"README.md: expected one block of {language}")
                self.assertIn(marked[1], blocks[0])
                for line in blocks[0].replace(marked[1], "").splitlines():
                    code = line.split(" // ")[0].strip()
                    self.assertIn(code, program, f"README.md: {language}: not in {path}")

    def test_every_link_leads_to_a_file(self):
        text = (ROOT / "README.md").read_text(encoding="utf-8")
        links = re.findall(r"\]\(([^)#]+)\)", text)
        self.assertGreater(len(links), 10)
        for link in links:
            self.assertTrue((ROOT / link).exists(), link)


if __name__ == "__main__":
    unittest.main()
