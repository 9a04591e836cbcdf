"""Every mutant still applies to the sources, and every file of src/eval that decides anything has one."""

import collections
import unittest

import mutants

# Declarations without a decision of their own.
WITHOUT_BEHAVIOUR = {
    "compile.h", "leaf_text.h", "operands.h", "program_writer.h", "ramp.h", "reachable.h", "recorder.h", "regex.h",
    "ruleset.cc", "window.h",
}


class MutantsApply(unittest.TestCase):
    def setUp(self):
        self.mutants = mutants.load()

    def test_each_old_text_stands_once(self):
        for mutant in self.mutants:
            with self.subTest(mutant.name):
                self.assertEqual(mutant.defect(mutants.ROOT), "")

    def test_names_are_unique(self):
        counts = collections.Counter(mutant.name for mutant in self.mutants)
        self.assertEqual([name for name, count in counts.items() if count > 1], [])

    def test_every_file_of_the_evaluator_has_one(self):
        files = {path.name for path in (mutants.ROOT / "src/eval").iterdir() if path.suffix in (".cc", ".h")}
        mutated = {mutant.file.removeprefix("src/eval/") for mutant in self.mutants}
        self.assertEqual(sorted(files - mutated - WITHOUT_BEHAVIOUR), [])


if __name__ == "__main__":
    unittest.main()
