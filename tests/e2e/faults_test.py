"""What is damaged, forged, malformed or interrupted is refused, named and never lost."""

import json
import subprocess
import time
import unittest

from programs import Case, checkout_test, program, visits


class Snapshots(Case):
    def setUp(self):
        super().setUp()
        self.start()
        self.publish(checkout_test())
        self.snapshot, self.root = self.fetch()
        self.bytes = self.snapshot.read_bytes()

    def refused(self, content, code_name, root=None, *more):
        damaged = self.write("damaged.exs", content)
        result = self.expt("eval", "--snapshot", damaged, "--root", root or self.root, "--flag", "new-checkout", *more,
                           code=1)
        self.assertEqual(result.stdout, "")
        self.assertRegex(result.stderr, r'^expt: snapshot ".*damaged\.exs": step \d+: ' + code_name + ": ")
        if not more:  # the file itself is at fault, not what was asked of it
            self.assertEqual(self.expt("validate", "--root", root or self.root, damaged, code=1).stdout, "")

    def test_flipped_bytes(self):
        def flip(offset):
            damaged = bytearray(self.bytes)
            damaged[offset] ^= 0x01
            return bytes(damaged)

        self.refused(flip(0), "BAD_ENVELOPE")
        self.refused(flip(20), "UNKNOWN_KEY")
        self.refused(flip(40), "BAD_SIGNATURE")
        self.refused(flip(12), "BAD_SIGNATURE")  # the signed plain size
        self.refused(flip(len(self.bytes) // 2), "BAD_SIGNATURE")
        self.refused(flip(len(self.bytes) - 1), "BAD_SIGNATURE")

    def test_any_flipped_byte(self):
        """The step that fails follows from where the byte lies in the envelope, whatever its value becomes."""
        size = len(self.bytes)
        codes = {"BAD_ENVELOPE": range(0, 12), "TOO_LARGE|BAD_SIGNATURE": range(12, 20), "UNKNOWN_KEY": range(20, 28),
                 "BAD_SIGNATURE": range(28, size)}
        self.assertEqual(sum(len(offsets) for offsets in codes.values()), size)
        for code_name, offsets in codes.items():
            for offset in offsets:
                damaged = bytearray(self.bytes)
                damaged[offset] ^= 1 << offset % 8
                path = self.write("damaged.exs", bytes(damaged))
                result = self.expt("eval", "--snapshot", path, "--root", self.root, "--flag", "new-checkout", code=1)
                self.assertEqual(result.stdout, "", offset)
                self.assertRegex(result.stderr, rf": step \d+: ({code_name}): ", offset)
        print(f"{size} bytes flipped, one at a time: {size} refused")

    def test_cut_short(self):
        for size in (0, 3, 4, 19, 20, 91):
            self.refused(self.bytes[:size], "BAD_ENVELOPE")
        for size in (93, len(self.bytes) - 1):
            self.refused(self.bytes[:size], "BAD_SIGNATURE")

    def test_prolonged(self):
        self.refused(self.bytes + b"x", "BAD_SIGNATURE")

    def test_another_payload_under_the_same_signature(self):
        definitions = checkout_test()
        definitions["flags"][0]["configuration"]["rules"] = []
        self.publish(definitions)
        newer, _ = self.fetch()
        self.refused(self.bytes[:92] + newer.read_bytes()[92:], "BAD_SIGNATURE")

    def test_a_root_of_somebody_else(self):
        keys = self.directory / "keys"
        status, environment = self.api("GET", "/api/v1/projects/shop/environments/production")
        self.assertEqual(status, 200)
        self.expt("keygen", "--out", keys, "--environment", environment["id"])
        self.refused(self.bytes, "UNKNOWN_KEY", keys / "root.exs")

    def test_another_environment(self):
        self.refused(self.bytes, "(WRONG_ENVIRONMENT|UNKNOWN_KEY)", None, "--environment", "env_other")

    def test_a_root_that_is_none(self):
        broken = self.write("broken.exs", b"not a root")
        result = self.expt("eval", "--snapshot", self.snapshot, "--root", broken, "--flag", "new-checkout", code=1)
        self.assertRegex(result.stderr, r'^expt: root ".*broken\.exs": step 2: BAD_ENVELOPE: ')

    def test_context_and_time_that_are_none(self):
        ask = ["eval", "--snapshot", self.snapshot, "--root", self.root, "--flag", "new-checkout"]
        self.assertRegex(self.expt(*ask, "--context", '{"a": ', code=1).stderr, r"^expt: context: at byte \d+: ")
        self.assertIn("context: expected a JSON object", self.expt(*ask, "--context", "[]", code=1).stderr)
        self.assertIn("--now: time \"noon\": expected RFC 3339", self.expt(*ask, "--now", "noon", code=1).stderr)

    def test_unknown_flag(self):
        result = self.expt("eval", "--snapshot", self.snapshot, "--root", self.root, "--flag", "nothing", code=1)
        self.assertEqual(json.loads(result.stdout)["error_code"], "FLAG_NOT_FOUND")
        self.assertIn('flag "nothing": FLAG_NOT_FOUND', result.stderr)


class Definitions(Case):
    def setUp(self):
        super().setUp()
        self.start()
        self.published = self.publish(checkout_test()).stdout
        self.live = self.fetch()[0].read_bytes()

    def refused(self, definitions, text):
        result = self.publish(definitions, code=1)
        self.assertEqual(result.stdout, "")
        self.assertIn(text, result.stderr)
        self.assertEqual(self.fetch()[0].read_bytes(), self.live, "nothing was published")

    def test_weights_that_do_not_sum(self):
        definitions = checkout_test()
        definitions["experiments"][0]["weights"]["treatment"] = 499_990
        self.refused(definitions, "weights sum to 999990, expected 1000000")

    def test_unknown_metric(self):
        definitions = checkout_test()
        definitions["experiments"][0]["metrics"].append({"metric": "fame", "role": "success"})
        self.refused(definitions, '"fame"')

    def test_unknown_variant(self):
        definitions = checkout_test()
        definitions["flags"][0]["configuration"]["default_serve"] = {"variant": "maybe"}
        self.refused(definitions, '"maybe"')

    def test_the_server_refuses_what_a_program_sends_past_the_command_line(self):
        base = "/api/v1/projects/shop/environments/production"
        experiment = dict(checkout_test()["experiments"][0], key="second")
        status, problem = self.api("POST", base + "/experiments",
                                   dict(experiment, weights={"control": 500_000, "treatment": 499_990}))
        self.assertEqual(status, 422)
        self.assertIn("weights sum to 999990, expected 1000000", json.dumps(problem["errors"]))
        status, problem = self.api("POST", base + "/experiments",
                                   dict(experiment, metrics=[{"metric": "fame", "role": "success"}]))
        self.assertEqual(status, 422)
        self.assertIn("fame", json.dumps(problem["errors"]))

    def test_not_json(self):
        path = self.write("broken.json", '{"flags": [')
        for command in (["validate", path], ["publish", "--file", path]):
            self.assertRegex(self.expt(*command, code=1).stderr, r'^expt: ".*broken.json": definitions: at byte \d+')

    def test_wrong_token(self):
        result = self.expt("publish", code=1, env={"EXPT_TOKEN": "wrong"})
        self.assertIn("HTTP 401", result.stderr)
        self.assertNotIn("wrong", result.stderr)

    def test_nobody_answers(self):
        self.assertEqual(self.exptd.stop(), 0)
        self.assertTrue(self.expt("publish", code=1).stderr.startswith("expt: http://127.0.0.1:"))


class Events(Case):
    def setUp(self):
        super().setUp()
        self.start()
        self.publish(checkout_test())
        self.key = self.expt("sdk-key").stdout.strip()

    def test_a_malformed_line_is_named_and_all_others_are_stored(self):
        lines, count = visits(0, 30)
        middle = lines.index("\n", len(lines) // 2) + 1
        number = lines[:middle].count("\n") + 1
        path = self.write("events.jsonl", lines[:middle] + '{"type": "metric"\n' + lines[middle:])
        result = self.expt("events", "send", "--key", self.key, path, code=1)
        self.assertRegex(result.stderr, rf'events\.jsonl": line {number}: not JSON\n')
        self.assertIn(f"sent {count}: {count} stored, 0 duplicate, 0 rejected, 0 dropped; 1 line refused",
                      result.stdout)

    def test_an_exposure_of_an_unknown_experiment_is_named(self):
        line = json.dumps({"type": "exposure", "experiment": "nothing", "variant": "a", "context": {"targetingKey": "u"}})
        result = self.expt("events", "send", "--key", self.key, "-", stdin=line, code=1)
        self.assertIn("standard input: line 1: invalid", result.stderr)

    def test_a_wrong_key_is_refused_and_its_secret_not_shown(self):
        parts = self.key.split(".")
        parts[-1] = "A" * len(parts[-1])
        wrong = ".".join(parts)
        result = self.expt("events", "send", "--key", wrong, "--timeout", "3", "-", stdin=visits(0, 2)[0], code=1)
        self.assertNotIn(parts[-1], result.stderr)
        self.assertIn("401", result.stderr)
        result = self.expt("events", "send", "--key", "expt1.nonsense", "-", stdin="", code=1)
        self.assertTrue(result.stderr.startswith("expt: "), result.stderr)

    def test_a_server_that_goes_away_loses_nothing(self):
        first, first_count = visits(0, 2000)
        second, second_count = visits(2000, 2000)
        sender = subprocess.Popen([program("expt"), "events", "send", "--key", self.key, "-"], text=True,
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                  env=self.environment)
        self.addCleanup(sender.stdout.close)
        self.addCleanup(sender.stderr.close)
        self.addCleanup(lambda: sender.poll() is None and sender.kill())
        sender.stdin.write(first)
        sender.stdin.flush()
        time.sleep(0.2)
        self.assertEqual(self.exptd.stop(), 0)
        sender.stdin.write(second)
        sender.stdin.close()
        time.sleep(1)  # it tries in vain
        self.assertIsNone(sender.poll(), "it keeps what it has")
        self.exptd.start()
        self.assertEqual(sender.wait(timeout=60), 0)
        count = first_count + second_count
        self.assertRegex(sender.stdout.read(), rf"^sent {count}: ")
        results = self.results("checkout-test")
        self.check_exposures(results, 4000)
        self.assertEqual([v["sum"] for v in results["metrics"][0]["variants"]], [667, 667])


class CookieCatsRows(Case):
    HEADER = "userid,version,sum_gamerounds,retention_1,retention_7\n"

    def test_a_malformed_row_is_named_and_all_others_are_stored(self):
        self.start(project="games")
        rows = ["1,gate_30,3,TRUE,FALSE", "2,gate_40,x,TRUE,FALSE", "3,gate_40,0,FALSE,FALSE", "4,gate_50,1,TRUE,TRUE",
                "5,gate_30,7,FALSE", "6,gate_40,2,FALSE,TRUE"]
        path = self.write("rows.csv", self.HEADER + "\n".join(rows) + "\n")
        result = self.run_program("cookie_cats", "--project", "games", path, code=1)
        for problem in ('line 3: column "sum_gamerounds": expected a whole number',
                        'line 5: column "version": expected gate_30 or gate_40', "line 6: expected 5 columns, found 4"):
            self.assertIn(problem, result.stderr)
        # Three good rows: three exposures, three rounds, one return after a day, one after a week.
        self.assertIn("sent 8: 8 stored, 0 duplicate, 0 rejected, 0 dropped; 3 lines refused", result.stdout)
        results = self.results("cookie-cats")
        self.assertEqual(results["exposures"]["units"], 3)

    def test_a_file_that_is_no_data_set_is_refused(self):
        self.start(project="games")
        path = self.write("rows.csv", "a,b\n1,2\n")
        result = self.run_program("cookie_cats", "--project", "games", path, code=1)
        self.assertIn('line 1: expected "userid,version', result.stderr)


if __name__ == "__main__":
    unittest.main()
