"""The first hour with expt: set-up, definitions, publishing, deciding, reporting, results, restart."""

import json
import stat
import unittest

from programs import Case, checkout_test, visits


class FirstRun(Case):
    def test_from_an_empty_directory_to_results(self):
        self.start()
        # The setup token works once.
        again = self.expt("setup", "--token", self.exptd.setup_token, code=1)
        self.assertIn("expt: ", again.stderr)
        for path in (self.exptd.data / "keys").rglob("*"):
            if path.is_file() and not path.name.endswith(".exs"):  # Roots are public
                self.assertEqual(stat.S_IMODE(path.stat().st_mode) & 0o077, 0, path)

        definitions = checkout_test()
        self.write("definitions.json", json.dumps(definitions))
        self.assertIn("0 problems", self.expt("validate", self.directory / "definitions.json").stdout)
        first = self.publish(definitions).stdout
        self.assertRegex(first, r"^version \d+ digest [0-9a-f]{64}\n$")
        # Applying the same definitions again changes nothing.
        self.assertIn("0 created, 0 replaced, 9 unchanged", self.publish(definitions).stderr)

        snapshot, root = self.fetch()
        validated = self.expt("validate", "--root", root, snapshot).stdout
        self.assertIn("0 problems", validated)
        self.assertRegex(validated, r"(?m)^compiled rules take [1-9]\d+ bytes, [1-9]\d+ a flag$")
        ask = ["--snapshot", snapshot, "--root", root]
        swiss = json.loads(self.expt("eval", *ask, "--flag", "new-checkout",
                                     "--context", '{"targetingKey": "u1", "country": "CH"}').stdout)
        self.assertEqual((swiss["value"], swiss["variant"], swiss["reason"], swiss["rule"]),
                         (True, "on", "TARGETING_MATCH", "swiss"))
        other = json.loads(self.expt("eval", *ask, "--flag", "new-checkout", "--context", "-",
                                     stdin='{"targetingKey": "u1", "country": "DE"}').stdout)
        self.assertEqual((other["value"], other["reason"]), (False, "DEFAULT"))
        user = self.write("user.json", '{"targetingKey": "u1"}')
        lines = self.expt("eval", *ask, "--all", "--context", f"@{user}").stdout.splitlines()
        self.assertEqual([json.loads(line)["flag"] for line in lines], ["checkout", "new-checkout"])
        split = json.loads(lines[0])
        self.assertEqual(split["reason"], "SPLIT")
        self.assertEqual(len(split["exposures"]), 1)
        # Before its start the experiment decides nothing.
        early = json.loads(self.expt("eval", *ask, "--flag", "checkout", "--context", f"@{user}",
                                     "--now", "2019-12-31T23:59:59Z").stdout)
        self.assertEqual((early["variant"], early["reason"]), ("control", "DEFAULT"))

        text = self.expt("explain", *ask, "--flag", "new-checkout", "--context", '{"country": "CH"}').stdout
        self.assertIn("swiss", text)
        json.loads(self.expt("explain", *ask, "--flag", "new-checkout", "--output", "json").stdout)

        key = self.expt("sdk-key", "--name", "e2e").stdout.strip()
        self.assertRegex(key, r"^expt1\.srv\.env_")
        lines, count = visits(0, 1200)
        key_file = self.write("server.key", key + "\n")
        sent = self.expt("events", "send", "--key", f"@{key_file}", "-", stdin=lines)
        self.assertIn(f"sent {count}: {count} stored, 0 duplicate, 0 rejected, 0 dropped", sent.stdout)
        sent = self.expt("events", "send", "--key", key, "-", stdin=lines)
        self.assertIn(f"sent {count}: 0 stored, {count} duplicate, 0 rejected, 0 dropped", sent.stdout)

        results = self.results("checkout-test")
        self.assertEqual(results["exposures"]["units"], 1200)
        purchase = results["metrics"][0]
        self.assertEqual([(v["variant"], v["n"], v["sum"]) for v in purchase["variants"]],
                         [("control", 600, 200), ("treatment", 600, 200)])
        table = self.expt("results", "checkout-test").stdout
        self.assertIn("33.33 %", table)
        self.assertIn("no alarm", table)

        # A clean stop, and everything is there again; no second setup token.
        self.assertEqual(self.exptd.stop(), 0)
        self.exptd.start()
        self.assertIsNone(self.exptd.setup_token)
        self.assertEqual(self.results("checkout-test"), results)
        sent = self.expt("events", "send", "--key", key, "-", stdin=lines)
        self.assertIn(f"0 stored, {count} duplicate", sent.stdout)

    def test_an_edit_moves_nobody(self):
        self.start()
        definitions = checkout_test()
        self.publish(definitions)

        def variants():
            snapshot, root = self.fetch()
            ask = ["eval", "--snapshot", snapshot, "--root", root, "--flag", "checkout", "--context"]
            return [json.loads(self.expt(*ask, json.dumps({"targetingKey": f"u{i}"})).stdout)["variant"]
                    for i in range(40)]

        before = variants()
        self.assertEqual(set(before), {"control", "treatment"})
        definitions["flags"][1]["description"] = "what the button says"
        definitions["experiments"][0]["hypothesis"] = "orange sells"
        definitions["flags"][1]["configuration"]["rules"][0]["description"] = "everybody"
        self.assertIn("3 replaced", self.publish(definitions).stderr)
        self.assertEqual(variants(), before)

    def test_help_shows_examples_and_exit_codes_tell_failure_from_misuse(self):
        for command in ([], ["validate"], ["eval"], ["explain"], ["publish"], ["fetch"], ["events", "send"],
                        ["results"], ["keygen"], ["setup"], ["sdk-key"], ["completion"]):
            self.assertIn("Examples:", self.expt(*command, "--help").stdout, command)
        self.assertRegex(self.expt("--version").stdout, r"^expt \d+\.\d+\.\d+\n$")
        for wrong in ([], ["evaluate"], ["eval"], ["eval", "--snapshot", "x", "--root", "y"], ["results"],
                      ["eval", "--snapshot", "x", "--root", "y", "--flag", "f", "--all"],
                      ["completion", "tcsh"]):
            result = self.expt(*wrong, code=2)
            self.assertTrue(result.stderr.startswith("expt: "), result.stderr)
        missing = self.expt("validate", self.directory / "nothing", code=1)
        self.assertRegex(missing.stderr, r'^expt: cannot read ".*/nothing": No such file or directory\n$')


if __name__ == "__main__":
    unittest.main()
