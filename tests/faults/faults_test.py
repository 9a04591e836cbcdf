"""Every row of the failure table: what is served, and what the status says.

Rows of faults.json share one exptd; each has a client of its own, which has a snapshot before the fault begins. During
the fault another value is published, which must not arrive; afterwards another one, which must.
"""

import json
import pathlib
import re
import sys
import unittest
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))
from fault_proxy import FaultProxy  # noqa: E402
from probe import Probe, eventually, page_size  # noqa: E402
from programs import Case  # noqa: E402


class Faults(Case):
    def setUp(self):
        super().setUp()
        self.start()
        self.value = 100
        self.publish(page_size(self.value))
        self.key = self.expt("sdk-key").stdout.strip()
        self.proxy = FaultProxy(int(self.exptd.url.rsplit(":", 1)[1]))
        self.addCleanup(self.proxy.close)

    def publish_next(self):
        self.value += 1
        self.publish(page_size(self.value))
        return self.value

    def open(self, **options):
        probe = Probe(self.proxy.url, self.key, *(f"{name}={value}" for name, value in options.items()))
        self.addCleanup(probe.close)
        return probe

    def served(self, probe, value):
        self.assertTrue(eventually(lambda: probe.value() == value),
                        f"expected {value}, got {probe.value()}: {probe.status()}")

    def instances(self):
        return self.api("GET", "/api/v1/projects/shop/environments/production/instances")[1]

    def check_reported(self, verdict):
        """What the server has heard of it."""
        self.assertTrue(eventually(lambda: verdict in self.instances()["by_verdict"]), self.instances())
        if verdict == "nack_security":
            self.assertRegex(self.instances()["warnings"][0], "^[0-9]+ clients refuse what they are offered")
            self.assertIn('"event":"security_alarm"', self.exptd.log.read_text())
        metrics = urllib.request.urlopen(self.exptd.url + "/metrics", timeout=10).read().decode()
        self.assertRegex(metrics, f'exptd_status_reports_total{{verdict="{verdict}",code="[A-Z_]+"}} [1-9]')

    def report(self, situation, status, value):
        code = f"step {status['step']} {status['code']}" if status["code"] else status["last_error"] or "-"
        print(f"{situation:68} {status['state']:10} {','.join(status['conditions']) or '-':18} value {value:<4} {code}",
              flush=True)

    # The rows of the table.

    def test_rows(self):
        print()
        for row in json.loads((HERE / "faults.json").read_text()):
            with self.subTest(row["situation"]):
                self.check_row(row)

    def check_row(self, row):
        self.proxy.faults = []
        probe = self.open()
        self.served(probe, self.value)
        before = self.value
        if row.get("older"):
            old = dict(self.proxy.recorded)
            before = self.publish_next()
            self.served(probe, before)
            self.proxy.replayed = old
        if row.get("another_environment"):
            self.record_another_environment()
        hits = self.proxy.hits
        self.proxy.faults = [row["fault"]]
        self.publish_next()
        if "advance" in row:
            self.assertTrue(eventually(lambda: self.proxy.hits > hits))
            probe.ask(f"advance {row['advance']}")
        self.assertTrue(eventually(lambda: self.proxy.hits > hits and self.fits(row["expect"], probe.status())),
                        f"expected {row['expect']}, got {probe.status()}")
        status = probe.status()
        decision = probe.ask("decide page-size u1")
        self.assertEqual(decision["used"], before, "what was served is served")
        self.assertEqual((decision["reason"], decision["error_code"]), ("STATIC", None))
        self.assertGreaterEqual(decision["age_ms"], row.get("advance", 0) * 60_000)
        if status["code"]:
            self.assertGreaterEqual(status["counts"].get(status["code"], 0), 1, status)
        if "reported" in row:
            self.check_reported(row["reported"])
        self.report(row["situation"], status, decision["used"])
        self.proxy.faults = []
        if "advance" not in row:
            self.served(probe, self.publish_next())
            self.assertEqual(probe.status()["state"], "fresh")
            self.assertTrue(eventually(lambda: not any(map(self.is_refusal, self.instances()["by_verdict"]))),
                            self.instances())
        probe.close()

    @staticmethod
    def is_refusal(verdict):
        return verdict.startswith("nack_")

    def fits(self, expected, status):
        return (status["state"] == expected["state"]
                and re.search(expected.get("last_error", ""), status["last_error"]) is not None
                and ("code" not in expected or re.fullmatch(expected["code"], status["code"]) is not None)
                and ("condition" not in expected or expected["condition"] in status["conditions"]))

    def record_another_environment(self):
        """What the proxy will replay: Head and Snapshot of an environment that the client's key is not for."""
        path = self.write("other.json", json.dumps(page_size(9)))
        self.expt("publish", "--create", "--file", path, env={"EXPT_ENVIRONMENT": "staging"})
        key = self.expt("sdk-key", env={"EXPT_ENVIRONMENT": "staging"}).stdout.strip()
        key_id, secret = key.split(".")[3], key.split(".")[6]
        request = urllib.request.Request(self.exptd.url + "/sdk/v1/head",
                                         headers={"Authorization": f"Bearer {key_id}.{secret}"})
        with urllib.request.urlopen(request, timeout=10) as reply:
            self.proxy.replayed["/sdk/v1/head"] = (200, {"ETag": '"other"'}, reply.read())

    # Rows that need another beginning.

    def test_nothing_ever_loaded(self):
        self.proxy.faults = [{"path": "/", "kind": "cut"}]
        probe = self.open()
        self.assertTrue(eventually(lambda: probe.status()["last_error"]))
        decision = probe.ask("decide page-size u1")
        self.assertEqual((decision["used"], decision["reason"], decision["error_code"]),
                         (-1, "ERROR", "PROVIDER_NOT_READY"))
        self.assertEqual(probe.status()["state"], "not_ready")
        self.report("\nnothing ever loaded", probe.status(), decision["used"])
        self.proxy.faults = []
        self.served(probe, self.value)

    def test_what_a_caller_asks_wrongly(self):
        probe = self.open()
        self.served(probe, self.value)
        unknown = probe.ask("decide absent u1")
        self.assertEqual((unknown["used"], unknown["error_code"]), (-1, "FLAG_NOT_FOUND"))
        self.assertEqual(probe.ask("ask page-size string")["used"], "fallback")
        self.assertEqual(probe.ask("decide title u1")["used"], -1)
        invalid = probe.ask("invalid page-size")
        self.assertEqual((invalid["used"], invalid["error_code"]), (-1, "INVALID_CONTEXT"))
        self.assertEqual(probe.status()["state"], "fresh")
        self.report("\nunknown flag, wrong type, bad context", probe.status(), -1)

    def test_the_server_is_gone_and_the_data_directory_serves(self):
        directory = self.directory / "data"
        probe = self.open(data_directory=directory)
        self.served(probe, self.value)
        probe.close()
        self.proxy.faults = [{"path": "/", "kind": "cut"}]
        probe = self.open(data_directory=directory)
        self.served(probe, self.value)
        self.assertEqual(probe.status()["source"], "saved")
        self.report("\nserver gone, start from the data directory", probe.status(), probe.value())
        probe.close()

    def test_the_saved_snapshot_is_damaged(self):
        directory = self.directory / "data"
        probe = self.open(data_directory=directory)
        self.served(probe, self.value)
        probe.close()  # a snapshot is saved for good when the process that installed it ended well
        older = self.value
        probe = self.open(data_directory=directory)
        self.served(probe, self.publish_next())
        probe.close()
        current = directory / "current.lkg"
        content = bytearray(current.read_bytes())
        content[len(content) // 2] ^= 1
        current.write_bytes(content)
        self.proxy.faults = [{"path": "/", "kind": "cut"}]
        probe = self.open(data_directory=directory)
        self.served(probe, older)
        status = probe.status()
        self.assertIn("recovered", status["conditions"])
        self.assertEqual(status["source"], "previous")
        self.assertTrue((directory / "current.lkg.corrupt").is_file())
        self.assertEqual(status["counts"].get("DIGEST_MISMATCH"), 1, status)
        self.report("\nthe saved snapshot is damaged", status, older)
        probe.close()

    def test_every_saved_snapshot_is_damaged_and_the_bundle_serves(self):
        directory, bundle = self.directory / "data", self.directory / "web.bundle"
        self.expt("fetch", "--bundle", bundle)
        bundled = self.value
        probe = self.open(data_directory=directory)
        self.served(probe, self.publish_next())
        probe.close()
        current = directory / "current.lkg"
        current.write_bytes(current.read_bytes()[:-1])
        self.proxy.faults = [{"path": "/", "kind": "cut"}]
        probe = self.open(data_directory=directory, bundle=bundle)
        self.served(probe, bundled)
        status = probe.status()
        decision = probe.ask("decide page-size u1")
        self.assertEqual((decision["used"], decision["reason"], decision["error_code"]), (bundled, "STATIC", None))
        self.assertEqual((status["state"], status["source"]), ("stale", "bundle"))
        self.assertIn("recovered", status["conditions"])
        self.assertEqual(status["counts"].get("DIGEST_MISMATCH"), 1, status)
        self.assertTrue((directory / "current.lkg.corrupt").is_file())
        self.report("\nevery saved snapshot is damaged, the bundle serves", status, bundled)
        self.proxy.faults = []
        self.served(probe, self.value)
        self.assertEqual(probe.status()["conditions"], [])

    def test_a_snapshot_that_ends_the_process_three_times_is_left_out(self):
        directory = self.directory / "data"
        probe = self.open(data_directory=directory)
        self.served(probe, self.value)
        probe.close()
        trusted, harmful = self.value, self.publish_next()
        for _ in range(3):
            probe = self.open(data_directory=directory)
            self.served(probe, harmful)
            probe.kill()
        probe = self.open(data_directory=directory)
        self.assertTrue(eventually(lambda: "safe_mode" in probe.status()["conditions"]), probe.status())
        status = probe.status()
        decision = probe.ask("decide page-size u1")
        self.assertEqual((decision["used"], decision["reason"], decision["error_code"]), (trusted, "STATIC", None))
        self.assertTrue(status["is_quarantined"])
        self.assertEqual((status["step"], status["code"], status["source"]), (16, "UNHEALTHY", "saved"))
        self.assertEqual(status["counts"].get("UNHEALTHY"), 1, "once, however often the Head names it")
        self.check_reported("nack_crash")
        self.report("\na snapshot ended the process three times", status, trusted)
        self.served(probe, self.publish_next())
        self.assertEqual(probe.status()["conditions"], [])

    def test_a_flag_that_this_version_does_not_understand_is_broken_alone(self):
        probe = self.open()
        self.served(probe, self.value)
        keys = self.exptd.data / "keys"
        files = {name: self.directory / name for name in ("head", "snapshot", "next-head", "next-snapshot")}
        files["head"].write_bytes(self.proxy.recorded["/sdk/v1/head"][2])
        files["snapshot"].write_bytes(next(answer[2] for path, answer in self.proxy.recorded.items()
                                           if path.startswith("/sdk/v1/snapshots/")))
        digest = self.run_program("break_flag", files["head"], files["snapshot"], keys / "head.key",
                                  keys / "snapshot.key", "page-size", files["next-head"],
                                  files["next-snapshot"]).stdout.strip()
        self.proxy.replayed = {"/sdk/v1/head": (200, {"ETag": '"next"'}, files["next-head"].read_bytes()),
                               f"/sdk/v1/snapshots/{digest}": (200, {}, files["next-snapshot"].read_bytes())}
        self.proxy.faults = [{"path": "/sdk/v1/", "kind": "replay"}]
        self.served(probe, -1)
        decision = probe.ask("decide page-size u1")
        self.assertEqual((decision["used"], decision["reason"], decision["error_code"]), (-1, "ERROR", "PARSE_ERROR"))
        self.assertEqual(probe.ask("decide payments u1")["used"], 1, "the others are as they were")
        status = probe.status()
        self.assertEqual((status["state"], status["code"], status["conditions"]), ("fresh", "", []))
        self.assertEqual(len(status["warnings"]), 1, status)
        self.assertRegex(status["warnings"][0], 'flag "page-size": .*of-the-future')
        self.report("\na flag needs a feature that is not known", status, decision["used"])

    def withhold_for_a_day(self, on_very_stale):
        probe = self.open(on_very_stale=on_very_stale)
        self.served(probe, self.value)
        self.proxy.faults = [{"path": "/sdk/v1/head", "kind": "cut"}]
        probe.ask("advance 1500")
        self.assertTrue(eventually(lambda: probe.ask("decide payments u1")["reason"] == "STALE"), probe.status())
        status = probe.status()
        self.assertEqual(status["state"], "very_stale")
        decisions = [probe.ask(f"decide {flag} u1") for flag in ("page-size", "payments")]
        self.assertTrue(all(decision["age_ms"] >= 1500 * 60_000 for decision in decisions))
        self.report(f"\nvery stale, on_very_stale {on_very_stale}", status, decisions[0]["used"])
        return [(decision["used"], decision["reason"], decision["error_code"]) for decision in decisions]

    def test_very_stale_and_defaults_are_asked_for(self):
        self.assertEqual(self.withhold_for_a_day("defaults"), [(-1, "STALE", None), (-1, "STALE", None)])

    def test_very_stale_and_fail_closed_is_asked_for(self):
        self.assertEqual(self.withhold_for_a_day("fail_closed"), [(self.value, "STATIC", None), (0, "STALE", None)])

    def test_the_data_directory_cannot_be_written(self):
        probe = self.open(data_directory="/proc/expt")
        self.served(probe, self.value)
        status = probe.status()
        self.assertIn("cache_unavailable", status["conditions"])
        self.assertEqual(status["code"], "LKG_NOT_SAVED")
        self.report("\nthe data directory cannot be written", status, probe.value())

    def test_events_wait_until_the_server_takes_them(self):
        print()
        for fault in ({"kind": "status", "status": 503}, {"kind": "status", "status": 429, "headers": {"Retry-After": "1"}},
                      {"kind": "status", "status": 401}, {"kind": "html"}, {"kind": "cut"}, {"kind": "truncated"}):
            with self.subTest(fault):
                probe = self.open()
                self.served(probe, self.value)
                self.proxy.faults = [{"path": "/sdk/v1/events", **fault}]
                for _ in range(5):
                    self.assertTrue(probe.ask("track purchase")["accepted"])
                self.assertEqual(probe.ask("flush 300")["remaining"], 5)
                self.report(f"events: {fault}", probe.status(), probe.value())
                self.proxy.faults = []
                self.assertTrue(eventually(lambda: probe.ask("flush 5000")["remaining"] == 0), probe.status())
                probe.close()


if __name__ == "__main__":
    unittest.main()
