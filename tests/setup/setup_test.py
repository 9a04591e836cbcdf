#!/usr/bin/env python3
"""Set-up installs what is missing or says how, and needs nothing that Debian does not have.

Usage: setup_test.py SOURCE_DIR BUILD_DIR
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

SOURCE = pathlib.Path(sys.argv.pop(1))
BUILD = pathlib.Path(sys.argv.pop(1))
DEBIAN = dict(os.environ, PATH="/usr/sbin:/usr/bin:/sbin:/bin")  # without what was put elsewhere on this machine


def run(*command, **options):
    return subprocess.run(list(map(str, command)), text=True, capture_output=True, timeout=280, **options)


class Setup(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="expt-setup."))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.folder.chmod(0o755)

    def test_nothing_is_missing_and_nothing_is_said(self):
        done = run(SOURCE / "setup/install.sh", "test", env=DEBIAN)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))

    @unittest.skipUnless(os.geteuid() == 0, "becomes another user, which only root can")
    def test_who_may_not_install_gets_the_line_for_who_may(self):
        shutil.copytree(SOURCE / "setup", self.folder / "setup")
        with open(self.folder / "setup/debian.txt", "a", encoding="utf-8") as packages:
            packages.write("build  expt-has-no-such-package\ntest   expt-nor-this-one\n")
        for purpose, missing in (("build", "expt-has-no-such-package"),
                                 ("test", "expt-has-no-such-package expt-nor-this-one")):
            done = run("runuser", "-u", "nobody", "--", self.folder / "setup/install.sh", purpose, env=DEBIAN,
                       stdin=subprocess.DEVNULL)
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            self.assertRegex(done.stderr, "^setup: packages are missing and this user may not install them; run\n")
            self.assertEqual(done.stderr.splitlines()[1],
                             f"  apt-get update && apt-get install -y --no-install-recommends {missing}")

    def test_a_wrong_purpose_is_refused(self):
        done = run(SOURCE / "setup/install.sh", "everything", env=DEBIAN)
        self.assertEqual((done.returncode, done.stderr), (2, 'setup: expected build, test or long, found "everything"\n'))

    def test_a_node_comes_from_the_registry_where_debians_own_is_too_old(self):
        bare = self.folder / "bin"  # Debian's programs, but no Node
        bare.mkdir()
        for directory in ("/usr/bin", "/bin"):
            for program in pathlib.Path(directory).iterdir():
                if program.name not in ("node", "nodejs", "npm", "npx") and not (bare / program.name).exists():
                    (bare / program.name).symlink_to(program)
        folder = BUILD / "setup_test_node"
        done = run(SOURCE / "setup/node.sh", folder, env=dict(DEBIAN, PATH=str(bare)))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout, f"{folder}/bin/node\n")
        node = run(folder / "bin/node", "--version", env=dict(DEBIAN, PATH=str(bare)))
        major, minor = map(int, re.match(r"v(\d+)\.(\d+)\.", node.stdout).groups())
        self.assertGreaterEqual((major, minor), (20, 19))
        npm = run(folder / "bin/npm", "--version", env=dict(DEBIAN, PATH=f"{folder}/bin:{bare}"))
        self.assertRegex(npm.stdout, r"^\d+\.", npm.stderr)
        again = run(SOURCE / "setup/node.sh", folder, env=dict(DEBIAN, PATH=str(bare)))
        self.assertEqual((again.returncode, again.stdout, again.stderr), (0, done.stdout, ""))


if __name__ == "__main__":
    unittest.main()
