"""The demo runs by itself, shows what it promises, and leaves nothing behind."""

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import unittest

from programs import BIN, SOURCE, Case


class Demo(Case):
    def demo(self, *arguments):
        environment = dict(self.environment, TMPDIR=str(self.directory), EXPT_DEMO_LISTEN="127.0.0.1:0")
        return subprocess.Popen(["bash", str(SOURCE / "examples/simulation/demo.sh"), str(BIN), *map(str, arguments)],
                                text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment,
                                start_new_session=True)

    def make_demo(self, *variables):
        """`make demo` in a tree of its own, with the programs of this build: to configure and build here once more would
        change it under the feet of other tests."""
        tree = self.directory / "tree"
        shutil.copytree(SOURCE / "setup", tree / "setup")
        shutil.copytree(SOURCE / "examples/simulation", tree / "examples/simulation")
        shutil.copy(SOURCE / "Makefile", tree)
        (tree / "setup/build.sh").write_text('#!/bin/sh\n[ "$*" = demo ] && [ -x build/bin/exptd ]\n')
        (tree / "build").mkdir()
        (tree / "build/bin").symlink_to(BIN)
        environment = {k: v for k, v in self.environment.items() if k not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
        return subprocess.Popen(["make", "demo", *variables], cwd=tree, text=True, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, env=dict(environment, TMPDIR=str(self.directory)),
                                start_new_session=True)

    def test_sixty_seconds_show_winner_loser_and_broken_split(self):
        with socket.socket() as taken:  # by this test, or by whoever was here before
            with contextlib.suppress(OSError):
                taken.bind(("127.0.0.1", 8080))
                taken.listen()
            demo = self.make_demo("SECONDS=60")
            output, _ = demo.communicate(timeout=180)
        self.assertEqual(demo.returncode, 0, output)
        print(output[-6000:])
        self.assertIn("demo: port 8080 is taken\n", output)
        port = int(re.search(r"^demo: exptd answers on http://127\.0\.0\.1:(\d+);", output, re.M).group(1))
        self.assertIn(port, range(8081, 8180))
        last = {}  # the last table of each experiment
        for block in re.split(r"\n(?=experiment \")", output):
            name = re.match(r'experiment "([^"]+)"', block)
            if name:
                last[name.group(1)] = block
        self.assertEqual(set(last), {"checkout-test", "product-page", "delivery-notice", "photo-zoom"})
        self.assertRegex(last["checkout-test"], r"purchase .*\n.*treatment .* better")
        self.assertRegex(last["product-page"], r"purchase .*\n.*treatment .* inconclusive")
        self.assertRegex(last["delivery-notice"], r"purchase .*\n.*treatment .* worse")
        self.assertIn("ALARM", last["photo-zoom"])
        for sound in ("checkout-test", "product-page", "delivery-notice"):
            self.assertNotIn("ALARM", last[sound])
        # Live traffic arrived: more units than the history has.
        units = int(re.search(r"of ([0-9,]+) units", last["product-page"]).group(1).replace(",", ""))
        self.assertGreater(units, 24_000)
        self.assertEqual([p.name for p in self.directory.iterdir() if p.name.startswith("expt-demo.")], [])

    def test_an_interrupt_ends_it_cleanly(self):
        data = self.directory / "kept"
        demo = self.demo(0, data)
        self.addCleanup(lambda: demo.poll() is None and demo.kill())
        for line in demo.stdout:
            if line.startswith("open http"):
                break
        os.killpg(demo.pid, signal.SIGINT)  # as a terminal does
        output, _ = demo.communicate(timeout=60)
        self.assertEqual((demo.returncode, output.splitlines()[-1]), (0, "demo: stopping"), output)
        # The server outlives the traffic, so that all is delivered.
        self.assertRegex((data / "simulation.log").read_text(), r"\nsent (\d+): \1 stored, 0 duplicate, 0 rejected, 0 dropped\n$")
        self.assertTrue((data / "api-token").exists())
        with self.assertRaises(ProcessLookupError):
            os.killpg(demo.pid, 0)

    def test_a_kept_directory_goes_on(self):
        data = self.directory / "kept"
        for _ in range(2):
            demo = self.demo(1, data)
            output, _ = demo.communicate(timeout=120)
            self.assertEqual(demo.returncode, 0, output)
        self.assertRegex(output, r"sent \d+: 0 stored, \d+ duplicate")


if __name__ == "__main__":
    unittest.main()
