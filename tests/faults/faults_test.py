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

    def open(self, *arguments):
        probe = Probe(self.proxy.url, self.key, *arguments)
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
        probe = self.open(directory)
        self.served(probe, self.value)
        probe.close()
        self.proxy.faults = [{"path": "/", "kind": "cut"}]
        probe = self.open(directory)
        self.served(probe, self.value)
        self.assertEqual(probe.status()["source"], "saved")
        self.report("\nserver gone, start from the data directory", probe.status(), probe.value())
        probe.close()

    def test_the_saved_snapshot_is_damaged(self):
        directory = self.directory / "data"
        probe = self.open(directory)
        self.served(probe, self.value)
        probe.close()  # a snapshot is saved for good when the process that installed it ended well
        older = self.value
        probe = self.open(directory)
        self.served(probe, self.publish_next())
        probe.close()
        current = directory / "current.lkg"
        content = bytearray(current.read_bytes())
        content[len(content) // 2] ^= 1
        current.write_bytes(content)
        self.proxy.faults = [{"path": "/", "kind": "cut"}]
        probe = self.open(directory)
        self.served(probe, older)
        status = probe.status()
        self.assertIn("recovered", status["conditions"])
        self.assertEqual(status["source"], "previous")
        self.assertTrue((directory / "current.lkg.corrupt").is_file())
        self.report("\nthe saved snapshot is damaged", status, older)
        probe.close()

    def test_a_snapshot_that_ends_the_process(self):
        directory = self.directory / "data"
        probe = self.open(directory)
        self.served(probe, self.value)
        probe.close()
        good = self.value
        bad = self.publish_next()
        for _ in range(3):
            probe = self.open(directory)
            self.served(probe, bad)
            probe.kill()
        probe = self.open(directory)
        self.served(probe, good)
        self.assertTrue(eventually(lambda: "safe_mode" in probe.status()["conditions"]), probe.status())
        self.check_reported("nack_crash")
        self.report("\na snapshot that ended the process three times", probe.status(), good)
        self.served(probe, self.publish_next())
        probe.close()

    def test_the_data_directory_cannot_be_written(self):
        probe = self.open("/proc/expt")
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
