"""Every mutant still applies to the sources and names a loop. Whether it is noticed, mutants.sh asks."""

import unittest

import loops
import seeded


class MutantsApply(unittest.TestCase):
    def test_each_old_text_stands_once(self):
        for mutant in seeded.load():
            with self.subTest(mutant.name):
                for file, text in mutant.files().items():
                    self.assertNotEqual(text, (seeded.ROOT / file).read_text())

    def test_names_are_unique_and_loops_known(self):
        names = [mutant.name for mutant in seeded.load()]
        self.assertEqual(len(names), len(set(names)))
        self.assertLessEqual({mutant.loop for mutant in seeded.load()}, set(loops.LOOPS))


if __name__ == "__main__":
    unittest.main()
