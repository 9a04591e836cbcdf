#!/usr/bin/env python3
"""The layering check must fail when a wall is broken. Usage: check_layering_test.py SOURCE_DIR"""

import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

SOURCE = pathlib.Path(sys.argv.pop(1))
CHECK = SOURCE / "tests" / "layering" / "check_layering.py"


class Layering(unittest.TestCase):
    def check(self, file, line):
        with tempfile.TemporaryDirectory() as folder:
            tree = pathlib.Path(folder)
            for part in ("include", "src", "control-plane"):
                shutil.copytree(SOURCE / part, tree / part,
                                ignore=lambda d, names: [n for n in names if n in ("node_modules", "ui")])
            if file:
                path = tree / file
                path.write_text(line + "\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
            result = subprocess.run([sys.executable, CHECK, tree], capture_output=True, text=True)
            return result.returncode, result.stdout

    def refuses(self, file, line, text):
        code, output = self.check(file, line)
        self.assertEqual(code, 1, output)
        self.assertIn(f"{file}:1: ", output)
        self.assertIn(text, output)

    def test_the_tree_as_it_is_passes(self):
        code, output = self.check(None, None)
        self.assertEqual(code, 0, output)

    def test_evaluation_may_not_read_a_clock(self):
        self.refuses("src/eval/compile.cc", "#include <chrono>", "may not include <chrono>")

    def test_evaluation_may_not_lock(self):
        self.refuses("src/eval/compile.cc", "#include <mutex>", "may not include <mutex>")

    def test_evaluation_may_not_know_the_client(self):
        self.refuses("src/eval/compile.cc", '#include "src/client/core.h"', "may not include")

    def test_public_headers_may_not_show_internals(self):
        self.refuses("include/expt/client.h", '#include "src/model/snapshot.h"', "may not include")

    def test_the_server_may_not_know_the_client(self):
        self.refuses("control-plane/api/routes.cc", '#include "expt/client.h"', "may not include the client")

    def test_sql_stays_in_storage(self):
        self.refuses("control-plane/analysis/analysis.cc", 'const char* q = "SELECT a FROM b";', "SQL outside")


if __name__ == "__main__":
    unittest.main(verbosity=2)
