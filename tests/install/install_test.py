#!/usr/bin/env python3
"""The installed package is enough to build and run a program.

Usage: install_test.py CMAKE SOURCE_DIR BUILD_DIR CXX CC
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

CMAKE, SOURCE, BUILD, CXX, CC = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3]), *sys.argv[4:6]
del sys.argv[1:]
WIRE = SOURCE / "tests" / "vectors" / "wire"


def run(*command, **options):
    result = subprocess.run([str(c) for c in command], capture_output=True, text=True, **options)
    if result.returncode != 0:
        raise AssertionError(f"{command}\n{result.stdout}\n{result.stderr}")
    return result.stdout


class Install(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.prefix = pathlib.Path(cls.folder.name) / "prefix"
        run(CMAKE, "--install", BUILD, "--prefix", cls.prefix)
        cls.build = pathlib.Path(cls.folder.name) / "build"
        run(CMAKE, "-G", "Ninja", "-S", SOURCE / "tests" / "install" / "consumer", "-B", cls.build,
            f"-DCMAKE_PREFIX_PATH={cls.prefix}", f"-DCMAKE_CXX_COMPILER={CXX}")
        run(CMAKE, "--build", cls.build)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def test_the_core_evaluates_a_signed_file(self):
        output = run(self.build / "evaluates", WIRE / "snapshot_server.exs1", WIRE / "root_1.exs1")
        decisions = [json.loads(line) for line in output.splitlines()]
        self.assertTrue(decisions)
        self.assertTrue(any(decision["reason"] != "ERROR" for decision in decisions), output)

    def test_the_client_refuses_a_wrong_key(self):
        self.assertIn("key", run(self.build / "opens"))

    def test_a_test_of_a_program_has_fixed_flags(self):
        self.assertEqual(run(self.build / "answers"), "50 treatment 1\n")

    def test_the_statistics_stand_alone(self):
        self.assertIn("0.0015558", run(self.build / "compares"))

    def test_only_public_headers_are_installed(self):
        installed = {p.name for p in (self.prefix / "include" / "expt").iterdir()}
        public = {p.name for p in (SOURCE / "include" / "expt").iterdir()}
        self.assertEqual(installed, public)

    def test_pkg_config_knows_the_package(self):
        folders = ":".join(str(p.parent) for p in self.prefix.rglob("expt.pc"))
        environment = dict(os.environ, PKG_CONFIG_PATH=folders)
        self.assertIn("-lexpt_core", run("pkg-config", "--libs", "--static", "expt", env=environment))
        self.assertIn("-lexpt_testing", run("pkg-config", "--libs", "expt_testing", env=environment))

    def test_a_c_project_needs_the_c_component_only(self):
        build = pathlib.Path(self.folder.name) / "c_build"
        run(CMAKE, "-G", "Ninja", "-S", SOURCE / "tests" / "install" / "c_consumer", "-B", build,
            f"-DCMAKE_PREFIX_PATH={self.prefix}", f"-DCMAKE_C_COMPILER={CC}")
        run(CMAKE, "--build", build)
        self.check_c_program(build / "evaluates")

    def test_pkg_config_is_enough_for_a_c_program(self):
        found = next(self.prefix.rglob("expt_c.pc"))
        flags = run("pkg-config", "--cflags", "--libs", "expt_c", env=dict(os.environ, PKG_CONFIG_PATH=str(found.parent)))
        program = pathlib.Path(self.folder.name) / "evaluates_by_pkg_config"
        run(CC, "-std=c99", "-pedantic", "-Wall", "-Wextra", "-Werror",
            SOURCE / "tests" / "install" / "c_consumer" / "evaluates.c", "-o", program, *flags.split(),
            f"-Wl,-rpath,{found.parent.parent}")
        self.check_c_program(program)

    def check_c_program(self, program):
        output = run(program, WIRE / "snapshot_server.exs1", WIRE / "root_1.exs1")
        self.assertEqual(output, run(self.build / "evaluates", WIRE / "snapshot_server.exs1", WIRE / "root_1.exs1"))

    def test_programs_are_installed(self):
        for name in ("exptd", "expt"):
            self.assertTrue(run(self.prefix / "bin" / name, "--version").strip())


if __name__ == "__main__":
    unittest.main(verbosity=2)
