"""The demo runs by itself, shows what it promises, and leaves nothing behind."""

import collections
import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import unittest

import recorded
from programs import BIN, SOURCE, Case

DAY_MS = 86_400_000


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
        self.assertEqual(set(last), {"checkout-test", "product-page", "delivery-notice", "photo-zoom", "basket-nudge",
                                     "basket-summary", "one-tap"})
        self.assertRegex(last["checkout-test"], r"purchase .*\n.*treatment .* better")
        self.assertRegex(last["product-page"], r"purchase .*\n.*treatment .* inconclusive")
        self.assertRegex(last["delivery-notice"], r"purchase .*\n.*treatment .* worse")
        self.assertIn("ALARM", last["photo-zoom"])
        self.assertRegex(last["basket-nudge"], r"purchase .*\n.*treatment .* better")
        self.assertRegex(last["basket-summary"], r"revenue .*\n.*treatment .* better")
        self.assertRegex(last["one-tap"], r"purchase .*\n.*treatment .* better")
        for sound in set(last) - {"photo-zoom"}:
            self.assertNotIn("ALARM", last[sound])
        # Live traffic arrived: more units than the history has.
        units = int(re.search(r"of ([0-9,]+) units", last["product-page"]).group(1).replace(",", ""))
        self.assertGreater(units, 24_000)
        self.assertEqual([p.name for p in self.directory.iterdir() if p.name.startswith("expt-demo.")], [])
        live = re.findall(r'^live: .* (\d+) of (\d+) rules of "storefront" have decided, sticky variants kept: (\d+); ', output, re.M)
        self.assertEqual(live[-1][0], live[-1][1])
        self.assertGreater(int(live[-1][2]), 0)

    def test_what_is_recorded_is_what_the_definitions_promise(self):
        data = self.directory / "kept"
        demo = self.demo(20, data)
        output, _ = demo.communicate(timeout=150)
        self.assertEqual(demo.returncode, 0, output)
        self.exptd.data = data / "state"
        self.exptd.start()
        self.environment["EXPT_TOKEN"] = (data / "api-token").read_text().strip()
        place = "/api/v1/projects/shop/environments/production"
        key_of = {}
        for experiment in self.api("GET", f"{place}/experiments?limit=100")[1]["items"]:
            key_of[experiment["id"]] = experiment["key"]
        units, live_units, days, held_out = {}, {}, {}, set()
        for exposure in recorded.exposures(self.exptd.data):
            if exposure.is_holdout:
                self.assertEqual(exposure.experiment, "this-quarter")
                if exposure.variant == "held_out":
                    held_out.add(exposure.unit_id)
                continue
            key = key_of[exposure.experiment]
            units.setdefault(key, set()).add(exposure.unit_id)
            if exposure.is_imported:
                days.setdefault(key, collections.Counter())[exposure.time_ms // DAY_MS] += 1
            else:
                live_units.setdefault(key, set()).add(exposure.unit_id)

        with self.subTest("experiments of one layer"):
            for seen in (units, live_units):
                self.assertGreater(len(seen["basket-nudge"]), 100)
                self.assertGreater(len(seen["basket-summary"]), 100)
                self.assertEqual(seen["basket-nudge"] & seen["basket-summary"], set())
            self.assertGreater(len(units["basket-nudge"]), 8000)
        with self.subTest("the holdout"):
            self.assertGreater(len(held_out & live_units["product-page"]), 50)
            self.assertEqual(held_out & (units["basket-nudge"] | units["basket-summary"]), set())
        with self.subTest("the guarded ramp"):
            # A share of the visitors of each whole day, more and more of them; those who come now are beyond the last.
            whole = sorted(days["product-page"])[1:-1]
            shares = [days["one-tap"][day] / days["product-page"][day] for day in whole]
            self.assertLess(shares[0], 0.2)
            self.assertGreater(shares[-1], 0.5)
            thirds = [sum(shares[i:i + 4]) for i in (0, 4, 8)]
            self.assertEqual(thirds, sorted(thirds))
            self.assertGreater(len(live_units["one-tap"]) / len(live_units["product-page"]), 0.5)
        with self.subTest("the storefront"):
            rules = [rule["id"] for rule in self.api("GET", f"{place}/flags/storefront")[1]["rules"]]
            hits = collections.Counter()
            for summary in recorded.summaries(self.exptd.data):
                if summary.flag == "storefront":
                    hits[summary.rule] += summary.count
            self.assertGreaterEqual(len(rules), 40)
            self.assertEqual([rule for rule in rules if hits[rule] == 0], [])
            self.assertEqual(set(hits) - set(rules), {"override", ""})  # nothing: the prerequisite, and the default

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
        # The server outlives the traffic, so that all is delivered. Two flags name the holdout, which counts a visitor once.
        self.assertRegex((data / "simulation.log").read_text(),
                         r"\nsent (\d+): \1 stored, 0 duplicate, 0 rejected, 0 dropped, \d+ exposures suppressed as already sent\n$")
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
