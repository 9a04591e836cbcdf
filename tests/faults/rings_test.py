"""Publishes in rings, with a real exptd and real clients, one of which may have an engine that decides otherwise."""

import pathlib
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))
from probe import Probe, eventually, page_size  # noqa: E402
from programs import Case  # noqa: E402

ENVIRONMENT = "/api/v1/projects/shop/environments/production"


def with_versions(value):
    """The same, and a rule that compares versions. One is a prerelease: no shorter way leads around the comparison."""
    definitions = page_size(value)
    definitions["attributes"] = [{"key": "app", "type": "string"}]
    definitions["flags"][0]["variants"].append({"key": "large", "value": 1000})
    definitions["flags"][0]["configuration"]["rules"] = [
        {"id": "new-app", "condition": {"attribute": "app", "operator": "semver_gte", "operands": ["2.0.0-rc.1"]},
         "serve": {"variant": "large"}}]
    return definitions


class Rings(Case):
    def setUp(self):
        super().setUp()
        self.start()
        self.publish(page_size(100))
        self.key = self.expt("sdk-key").stdout.strip()

    def stage(self, bake):
        status, body = self.api("PUT", ENVIRONMENT, {"key": "production", "rings": "staged", "bake": bake})
        self.assertEqual(status, 200, body)

    def open(self, name="fault_probe"):
        probe = Probe(self.exptd.url, self.key, name=name)
        self.addCleanup(probe.close)
        self.assertTrue(eventually(lambda: probe.value() == 100), probe.status())
        return probe

    def rings(self):
        status, body = self.api("GET", ENVIRONMENT + "/rings")
        return body if status == 200 else {"state": None}

    def instances(self):
        return self.api("GET", ENVIRONMENT + "/instances")[1]

    def ends(self, state):
        self.assertTrue(eventually(lambda: self.rings()["state"] != "under_way", 60), self.rings())
        self.assertEqual(self.rings()["state"], state, self.rings())

    def serve(self, probes, version, value):
        for probe in probes:
            self.assertTrue(eventually(lambda: (probe.status()["version"], probe.value()) == (version, value)),
                            f"expected version {version}: {probe.status()}")
            self.assertEqual(probe.status()["last_error"], "")

    def test_what_all_take_passes_all_rings(self):
        probes = [self.open() for _ in range(3)]
        self.assertTrue(eventually(lambda: self.instances()["total"] == 3), self.instances())
        self.stage(2)
        shown = self.publish(with_versions(200)).stdout
        self.assertRegex(shown, r"^version 2 digest [0-9a-f]{64}\nversion 2 in ring 1 of 4: 1 % of clients, until ")
        self.assertEqual(self.publish(with_versions(300), code=1).stdout, "")  # one at a time
        self.ends("complete")
        self.serve(probes, 2, 200)
        self.assertEqual(self.rings()["ring"], 4)
        self.assertEqual(self.expt("rings", "status").stdout, "version 2 complete: baked\n")
        self.assertTrue(eventually(lambda: self.instances()["by_version"] == [{"version": 2, "count": 3}]),
                        self.instances())

    def test_what_one_refuses_is_taken_back_from_all(self):
        healthy = [self.open() for _ in range(4)]
        sick = self.open("sick_probe")
        self.stage(2)
        self.publish(with_versions(200))
        self.ends("halted")
        rings = self.rings()
        self.assertEqual(rings["withdrawn_as"], 3)
        self.assertEqual(rings["reason"], "a client refuses it: GOLDEN_MISMATCH at step 13")
        self.serve([*healthy, sick], 3, 100)  # also those that had the candidate: their floor lets version 3 in
        self.assertEqual(self.expt("rings", "status").stdout,
                         "version 2 halted: a client refuses it: GOLDEN_MISMATCH at step 13; "
                         "version 3 has the content of version 1\n")
        self.assertEqual(sick.status()["counts"], {"GOLDEN_MISMATCH": 1})
        self.assertTrue(eventually(lambda: self.instances()["by_version"] == [{"version": 3, "count": 5}]))

    def test_without_rings_it_is_taken_back_once(self):
        probes = [self.open(), self.open("sick_probe")]
        self.publish(with_versions(200))
        self.assertTrue(eventually(lambda: self.rings()["state"] == "halted"), self.rings())
        self.serve(probes, 3, 100)
        self.assertEqual(self.api("GET", ENVIRONMENT)[1]["published_version"], 3)

    def test_a_kill_in_a_bake_leaves_it_where_it_is(self):
        probes = [self.open() for _ in range(3)]
        self.stage(3)
        self.publish(with_versions(200))
        self.assertTrue(eventually(lambda: self.rings()["ring"] == 2))
        self.exptd.kill()
        self.exptd.start()
        rings = self.rings()
        self.assertEqual((rings["state"], rings["version"]), ("under_way", 2))
        self.assertGreaterEqual(rings["ring"], 2)
        self.ends("complete")
        self.serve(probes, 2, 200)

    def test_by_hand(self):
        probes = [self.open() for _ in range(2)]
        self.stage(86400)
        self.publish(with_versions(200))
        halted = self.expt("rings", "halt", "--reason", "too slow").stdout
        self.assertEqual(halted, "version 2 halted: too slow; version 3 has the content of version 1\n")
        self.serve(probes, 3, 100)
        self.expt("rings", "halt", code=1)
        self.publish(with_versions(200))
        self.assertEqual(self.expt("rings", "complete").stdout, "version 4 complete: completed by hand\n")
        self.serve(probes, 4, 200)


if __name__ == "__main__":
    unittest.main()
