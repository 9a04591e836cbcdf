"""Each defence of defences.toml can still be switched off, and each requirement that is checked has one."""

import pathlib
import re
import unittest

import defences


class DefencesApply(unittest.TestCase):
    def setUp(self):
        self.defences = defences.load()

    def test_each_text_stands_once(self):
        for defence in self.defences:
            for edit in defence.edits:
                with self.subTest(defence.off):
                    self.assertEqual(defences.defect(edit, (defences.ROOT / edit.file).read_text()), "")

    def test_all_apply_one_after_another(self):
        built = [edit for defence in self.defences if not defence.is_source for edit in defence.edits]
        texts = {edit.file: (defences.ROOT / edit.file).read_text() for edit in built}
        self.assertEqual(defences.apply(built, texts), "")

    def test_each_asks_for_its_own_name(self):
        for defence in self.defences:
            for edit in defence.edits:
                with self.subTest(defence.off):
                    asked = set(re.findall(r'IsOff\("([^"]*)"\)', edit.replacement))
                    self.assertEqual(asked, set() if defence.is_source else {defence.off})

    def test_names_are_unique(self):
        names = [defence.off for defence in self.defences]
        self.assertEqual(len(names), len(set(names)))

    def test_each_requirement_that_is_checked_has_one(self):
        checked = {name for path in pathlib.Path(defences.FOLDER).glob("*.py")
                   for name in re.findall(r'^@check\("(\w+)"', path.read_text(), re.M)}
        self.assertEqual(checked, {defence.requirement for defence in self.defences})

    def test_the_page_says_where_each_is_shown(self):
        page = (defences.ROOT / "docs/security.md").read_text()
        page = page.partition("## Requirements")[2].partition("\n## ")[0]
        rows = set(re.findall(r"^\| ([A-I]\d) \|", page, re.M))
        self.assertEqual(rows, {defence.requirement for defence in self.defences})


if __name__ == "__main__":
    unittest.main()
