"""The power cut takes what was not made durable, and nothing else: programs with and without their fsyncs."""

import copy
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import unittest

from disk import Disk

SHIM = os.environ["EXPT_POWER_CUT"]
CUTS = 60  # of each program; what is lost is drawn from a seed

APPEND = """
file = os.open("log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
for i in range(20):
    os.write(file, b"%6d\\n" % i)
    os.{sync}(file)
os.fsync(os.open(".", os.O_RDONLY))
"""

REPLACE = """
for i in range(5):
    file = os.open("tmp", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.write(file, b"%6d\\n" % i * 1000)
    {before}
    os.close(file)
    os.rename("tmp", "state")
    {after}
"""
LAST = b"     4\n" * 1000
SYNC_FILE = "os.fsync(file)"
SYNC_FOLDER = "os.fsync(os.open('.', os.O_RDONLY))"


class PowerCut(unittest.TestCase):
    def setUp(self):
        self.top = pathlib.Path(tempfile.mkdtemp(prefix="expt-disk."))
        self.addCleanup(shutil.rmtree, self.top)

    def run_program(self, program, kill_at=None):
        """Runs it in a new folder and answers with the disk, before the cut."""
        folder = pathlib.Path(tempfile.mkdtemp(dir=self.top)).resolve()
        (folder / "old").write_bytes(b"old")
        disk = Disk(folder)
        result = subprocess.run([sys.executable, "-BSc", "import os\n" + program], cwd=folder,
                                env={**os.environ, **disk.environment(SHIM, kill_at)}, stderr=subprocess.PIPE)
        self.assertEqual(result.returncode, -9 if kill_at else 0, result.stderr)
        return disk

    def contents(self, disk, name, way=None):
        """What `name` may hold after a cut; None where it may be missing."""
        found = set()
        for seed in range(CUTS):
            copy.deepcopy(disk).cut(random.Random(seed), way)
            self.assertEqual((disk.folder / "old").read_bytes(), b"old")
            path = disk.folder / name
            found.add(path.read_bytes() if path.exists() else None)
        return found

    def test_what_is_synced_stays(self):
        for sync in ("fsync", "fdatasync"):
            found = self.contents(self.run_program(APPEND.format(sync=sync)), "log")
            self.assertEqual(found, {b"".join(b"%6d\n" % i for i in range(20))})

    def test_a_log_without_sync_loses(self):
        found = self.contents(self.run_program(APPEND.format(sync="fstat")), "log")
        self.assertIn(b"", found - {None})
        self.assertTrue(any(content and len(content) < 140 for content in found), found)

    def test_a_file_replaced_with_care_is_whole_and_the_last(self):
        disk = self.run_program(REPLACE.format(before=SYNC_FILE, after=SYNC_FOLDER))
        self.assertEqual(self.contents(disk, "state"), {LAST})

    def test_without_sync_of_the_folder_the_new_name_is_lost(self):
        found = self.contents(self.run_program(REPLACE.format(before=SYNC_FILE, after="")), "state")
        self.assertLess({None, LAST}, found)
        self.assertLessEqual(found, {None, *(b"%6d\n" % i * 1000 for i in range(5))})

    def test_renamed_before_its_sync_a_file_is_empty_or_torn(self):
        found = self.contents(self.run_program(REPLACE.format(before="", after=SYNC_FOLDER)), "state")
        self.assertLess({b"", LAST}, found)
        self.assertIn(4096 + (7000 - 4096) // 2, {len(content) for content in found})

    def test_of_the_last_block_half_may_be_missing(self):
        program = f"file = os.open('log', os.O_WRONLY | os.O_CREAT)\n{SYNC_FOLDER}\nos.write(file, b'x' * 8192)\n"
        found = self.contents(self.run_program(program), "log")
        self.assertEqual(found, {b"", b"x" * 8192, b"x" * 6144, b"x" * 6144 + bytes(2048)})

    def test_killed_at_a_chosen_operation(self):
        # create, write, sync begins, sync ends, write, sync begins, sync ends
        disk = self.run_program(APPEND.format(sync="fsync"), kill_at=7)
        self.assertEqual(self.contents(disk, "log", "names"), {b"     0\n"})
        self.assertEqual(self.contents(disk, "log", "data"), {None})
        disk = self.run_program(APPEND.format(sync="fsync"), kill_at=8)
        self.assertEqual(self.contents(disk, "log", "names"), {b"     0\n     1\n"})

    def test_what_is_not_followed_ends_the_program(self):
        with self.assertRaisesRegex(AssertionError, "is not followed"):
            self.run_program("os.link('old', 'new')")


if __name__ == "__main__":
    unittest.main()
