"""A real experiment of 90,189 players reproduces its published outcome, also when exptd is killed on the way."""

import json
import re
import subprocess
import sys
import time
import unittest

from programs import SKIPPED, Case, cookie_cats_csv, program

CSV, MISSING = cookie_cats_csv()
ROWS = 90_189
EVENTS = 237_312  # exposures, rounds, and one event for each return


class CookieCats(Case):
    def setUp(self):
        super().setUp()
        self.start(project="games")
        self.state = self.directory / "key.json"
        self.command = ["--project", "games", "--state", self.state, CSV]

    def check_figures(self):
        results = self.results("cookie-cats")
        self.check_exposures(results, ROWS)
        metrics = {metric["metric"]: metric for metric in results["metrics"]}
        for metric in metrics.values():
            self.assertEqual([(v["variant"], v["n"]) for v in metric["variants"]],
                             [("gate_30", 44_700), ("gate_40", 45_489)])

        def means(metric):
            return [v["mean"] for v in metrics[metric]["variants"]]

        def comparison(metric):
            (only,) = metrics[metric]["comparisons"]
            self.assertEqual((only["control"], only["treatment"]), ("gate_30", "gate_40"))
            return only

        self.assertEqual([v["sum"] for v in metrics["retention_1"]["variants"]], [20_034, 20_119])
        self.assertEqual([v["sum"] for v in metrics["retention_7"]["variants"]], [8_502, 8_279])
        self.assertAlmostEqual(means("retention_1")[0], 0.4482, places=4)
        self.assertAlmostEqual(means("retention_1")[1], 0.4423, places=4)
        self.assertAlmostEqual(means("retention_7")[0], 0.1902, places=4)
        self.assertAlmostEqual(means("retention_7")[1], 0.1820, places=4)
        self.assertAlmostEqual(means("rounds")[0], 52.46, places=2)
        self.assertAlmostEqual(means("rounds")[1], 51.30, places=2)
        seven = comparison("retention_7")
        self.assertAlmostEqual(seven["effect"]["estimate"], -0.0082, places=4)
        self.assertAlmostEqual(seven["effect"]["p"], 0.0016, places=4)
        self.assertEqual(seven["verdict"], "worse")
        self.assertAlmostEqual(comparison("retention_1")["effect"]["p"], 0.0744, places=3)
        self.assertEqual(comparison("retention_1")["verdict"], "inconclusive")
        self.assertAlmostEqual(results["srm"]["p"], 0.0086, places=4)
        self.assertIs(results["srm"]["alarm"], False)
        return results

    def test_the_published_outcome_and_a_second_import(self):
        first = self.run_program("cookie_cats", *self.command)
        print(first.stdout, end="")
        self.assertIn(f"sent {EVENTS}: {EVENTS} stored, 0 duplicate, 0 rejected, 0 dropped", first.stdout)
        self.assertEqual(self.state.stat().st_mode & 0o777, 0o600)
        results = self.check_figures()
        table = self.expt("results", "cookie-cats").stdout
        print(table)
        for line in (r"gate_30\s+44,700\s+44\.82 %", r"gate_40\s+45,489\s+44\.23 %", r"gate_30\s+44,700\s+19\.02 %",
                     r"gate_40\s+45,489\s+18\.20 %\s+-0\.82 pp .* 0\.0016\s+worse", r"gate_30\s+44,700\s+52\.46",
                     r"gate_40\s+45,489\s+51\.30", r"p = 0\.0086  no alarm"):
            self.assertRegex(table, line)

        key = json.loads(self.state.read_text())["key"]
        second = self.run_program("cookie_cats", *self.command)
        print(second.stdout, end="")
        self.assertIn(f"sent {EVENTS}: 0 stored, {EVENTS} duplicate, 0 rejected, 0 dropped", second.stdout)
        self.assertEqual(json.loads(self.state.read_text())["key"], key)
        self.assertEqual(self.expt("results", "cookie-cats").stdout.splitlines()[1:], table.splitlines()[1:])
        again = self.check_figures()
        for block in ("srm", "metrics"):
            self.assertEqual(again[block], results[block])

    def test_killed_on_the_way(self):
        importing = subprocess.Popen([program("cookie_cats"), *map(str, self.command)], text=True,
                                     stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=self.environment)
        self.addCleanup(importing.stdout.close)
        self.addCleanup(lambda: importing.poll() is None and importing.kill())
        kills = 0
        for stored in (20_000, 120_000):
            if self.wait_for_events(stored, importing):
                self.exptd.kill()
                kills += 1
                self.exptd.start()
        self.assertGreaterEqual(kills, 1, "the import was over before exptd could be killed")
        code = importing.wait(timeout=120)
        output = importing.stdout.read()
        print(f"killed {kills} times; {output}", end="")
        if code != 0:  # given up: the same import again finishes it
            self.run_program("cookie_cats", *self.command)
        self.check_figures()
        table = self.expt("results", "cookie-cats").stdout
        self.run_program("cookie_cats", *self.command)
        self.assertEqual(self.expt("results", "cookie-cats").stdout.splitlines()[1:], table.splitlines()[1:])

    def wait_for_events(self, count, process):
        """True when the event log holds that many; False when the process ended before."""
        while process.poll() is None:
            status, accounting = self.api("GET", "/api/v1/projects/games/environments/production/events/accounting")
            if status == 200 and sum(entry["count"] for entry in accounting["received"]
                                     if entry["outcome"] == "stored") >= count:
                return True
            time.sleep(0.05)
        return False


if __name__ == "__main__":
    if MISSING:
        print("skipped: " + MISSING)
        sys.exit(SKIPPED)
    unittest.main()
