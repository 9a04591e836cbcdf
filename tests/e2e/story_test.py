"""The life of a flag and its experiment over HTTP, by two people, with real programs that evaluate it.

Create, review, publish, evaluate from C++, a bad candidate that a client refuses, emergency-off, a new phase, the winner
shipped with its holdout, a revert, and the audit of all of it.
"""

import json
import pathlib
import sys
import unittest

from programs import Case

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "faults"))
from probe import Probe, eventually  # noqa: E402

PROJECT = "/api/v1/projects/shop"
ENVIRONMENT = PROJECT + "/environments/production"
UNITS = [f"unit-{i}" for i in range(300)]


def configuration(*rules):
    return {"enabled": True, "off_variant": "control", "rules": list(rules), "default_serve": {"variant": "control"}}


TEST_RULE = {"id": "test", "holdouts": ["yearly"], "serve": {"experiment": "page-size-test"}}


class Story(Case):
    def setUp(self):
        super().setUp()
        self.start()
        self.admin = self.environment["EXPT_TOKEN"]
        self.ok("POST", "/api/v1/projects", {"key": "shop"}, status=201)
        self.ok("POST", PROJECT + "/environments", {"key": "production"}, status=201)
        self.ann = self.token("ann", "publisher")
        self.bea = self.token("bea", "publisher")

    def token(self, name, role):
        made = self.ok("POST", "/api/v1/tokens", {"name": name, "bindings": [{"role": role, "project": "shop"}]},
                       status=201)
        return made["token"]

    def ask(self, token, method, path, body=None):
        self.environment["EXPT_TOKEN"] = token
        try:
            return self.api(method, path, body)
        finally:
            self.environment["EXPT_TOKEN"] = self.admin

    def ok(self, method, path, body=None, status=200, token=None):
        got, answer = self.ask(token or self.admin, method, path, body)
        self.assertEqual(got, status, f"{method} {path}: {answer}")
        return answer

    def refused(self, status, method, path, body=None, token=None):
        got, answer = self.ask(token or self.admin, method, path, body)
        self.assertEqual(got, status, f"{method} {path}: {answer}")
        return "\n".join([answer["detail"], *(error["text"] for error in answer.get("errors", []))])

    def change(self, title, edits):
        """Drafted and submitted by Ann, approved and applied by Bea; answers with the version that carries it."""
        path = ENVIRONMENT + "/change-requests"
        path += "/" + self.ok("POST", path, {"title": title, "edits": edits}, status=201, token=self.ann)["id"]
        self.assertEqual(self.ok("POST", path + "/submit", token=self.ann)["state"], "in_review")
        self.refused(403, "POST", path + "/reviews", {"verdict": "approve"}, token=self.ann)
        self.refused(409, "POST", path + "/apply", token=self.bea)  # nobody has approved it
        self.assertEqual(self.ok("POST", path + "/reviews", {"verdict": "approve"}, token=self.bea)["state"], "approved")
        applied = self.ok("POST", path + "/apply", token=self.bea)
        self.assertEqual((applied["state"], applied["failure"]), ("applied", None))
        return applied["applied"]["version"]

    def open(self, name="fault_probe"):
        probe = Probe(self.exptd.url, self.key, name=name)
        self.addCleanup(probe.close)
        return probe

    def serves(self, probe, version):
        self.assertTrue(eventually(lambda: probe.status()["version"] == version),
                        f"expected version {version}: {probe.status()}")

    def decide(self, probe, unit="unit-0"):
        return probe.ask(f"decide page-size {unit}")

    def variants(self, probe):
        return {unit: self.decide(probe, unit)["variant"] for unit in UNITS}

    def test_a_flag_and_its_experiment(self):
        # Create. Definitions of a project are free; what decides in production goes through a review.
        self.ok("PUT", ENVIRONMENT, {"key": "production", "review": {"required": True, "approvals": 1}})
        self.ok("POST", PROJECT + "/attributes", {"key": "app", "type": "string"}, status=201, token=self.ann)
        self.ok("POST", PROJECT + "/metrics", {"key": "purchase", "kind": "proportion",
                                               "numerator": {"event": "order_placed"}}, status=201, token=self.ann)
        self.ok("POST", PROJECT + "/flags",
                {"key": "page-size", "type": "integer",
                 "variants": [{"key": "control", "value": 20}, {"key": "large", "value": 50}]},
                status=201, token=self.ann)
        self.assertIn("change-requests", self.refused(409, "PUT", ENVIRONMENT + "/flags/page-size", configuration(),
                                                      token=self.ann))

        # Review and publish.
        self.assertEqual(self.change("Serve the page size", [
            {"kind": "holdout", "key": "yearly", "body": {"ppm": 200000}},
            {"kind": "experiment", "key": "page-size-test",
             "body": {"flag": "page-size", "control": "control", "status": "running",
                      "weights": {"control": 500000, "large": 500000},
                      "metrics": [{"metric": "purchase", "role": "success"}]}},
            {"kind": "flag_configuration", "key": "page-size", "body": configuration(TEST_RULE)}]), 1)

        # Evaluate from C++, and give each unit the variant that the signed snapshot gives it.
        self.key = self.expt("sdk-key").stdout.strip()
        probe = self.open()
        self.serves(probe, 1)
        decisions = {unit: self.decide(probe, unit) for unit in UNITS}
        held_out = {unit for unit in UNITS if decisions[unit]["reason"] == "DEFAULT"}
        self.assertTrue(20 < len(held_out) < 100, len(held_out))
        self.assertEqual({decisions[unit]["reason"] for unit in UNITS}, {"DEFAULT", "SPLIT"})
        self.assertEqual({decisions[unit]["value"] for unit in held_out}, {20})
        self.assertEqual({decisions[unit]["value"] for unit in UNITS if unit not in held_out}, {20, 50})

        # A bad candidate: a client of another build decides otherwise, and everybody gets the content of before.
        sick = self.open("sick_probe")
        self.serves(sick, 1)
        newer = {"id": "new-app", "condition": {"attribute": "app", "operator": "semver_gte", "operands": ["2.0.0-rc.1"]},
                 "serve": {"variant": "large"}}
        self.assertEqual(self.change("Large pages for new apps", [
            {"kind": "flag_configuration", "key": "page-size", "body": configuration(newer, TEST_RULE)}]), 2)
        rings = ENVIRONMENT + "/rings"
        self.assertTrue(eventually(lambda: self.ask(self.admin, "GET", rings)[1].get("state") == "halted"))
        halted = self.ok("GET", rings)
        self.assertEqual((halted["version"], halted["withdrawn_as"]), (2, 3))
        self.assertEqual(halted["reason"], "a client refuses it: GOLDEN_MISMATCH at step 13")
        for one in (probe, sick):
            self.serves(one, 3)
        self.assertEqual(self.variants(probe), {unit: d["variant"] for unit, d in decisions.items()})
        sick.close()
        # The documents still say it: a revert of the configuration, which is a change like any other.
        revisions = self.ok("GET", ENVIRONMENT + "/flags/page-size/revisions")["items"]
        self.assertEqual([entry["revision"] for entry in revisions], [2, 1])
        self.assertIn("change-requests", self.refused(409, "POST", ENVIRONMENT + "/flags/page-size/revert", {"to": 1},
                                                      token=self.ann))
        before = self.ok("GET", ENVIRONMENT + "/flags/page-size/revisions/1")["body"]
        self.assertEqual(self.change("Take it back", [
            {"kind": "flag_configuration", "key": "page-size", "body": before}]), 4)
        self.serves(probe, 4)

        # Emergency-off waits for nobody, and so does its end.
        self.ok("PUT", ENVIRONMENT + "/emergency-off", {"flags": ["page-size"]}, token=self.bea)
        self.assertTrue(eventually(lambda: self.decide(probe)["reason"] == "DISABLED"), self.decide(probe))
        self.assertEqual(self.decide(probe)["value"], 20)
        self.ok("PUT", ENVIRONMENT + "/emergency-off", {"flags": []}, token=self.bea)
        self.assertTrue(eventually(lambda: self.decide(probe)["reason"] != "DISABLED"))

        # A new phase: other weights move units, which somebody has to mean.
        experiment = self.ok("GET", ENVIRONMENT + "/experiments/page-size-test")
        self.assertEqual(experiment["phase"], 1)
        moved = {**experiment, "weights": {"control": 300000, "large": 700000}}
        request = self.ok("POST", ENVIRONMENT + "/change-requests", {"title": "Forgotten", "edits": [
            {"kind": "experiment", "key": "page-size-test", "body": moved}]}, status=201, token=self.ann)
        self.assertIn("moves units and starts phase 2", self.refused(
            422, "POST", f"{ENVIRONMENT}/change-requests/{request['id']}/submit", token=self.ann))
        self.ok("POST", f"{ENVIRONMENT}/change-requests/{request['id']}/close", token=self.ann)
        self.assertEqual(self.change("More large pages", [
            {"kind": "experiment", "key": "page-size-test", "body": {**moved, "new_phase": True}}]), 5)
        self.serves(probe, 5)
        self.assertEqual(self.ok("GET", ENVIRONMENT + "/experiments/page-size-test")["phase"], 2)
        in_phase = self.variants(probe)
        self.assertNotEqual(in_phase, {unit: d["variant"] for unit, d in decisions.items()})
        self.assertEqual({in_phase[unit] for unit in held_out}, {"control"})

        # The winner is shipped, and who was held out stays so. A step of an experiment is its own call; what makes it live
        # is a change request without edits, which Bea looks at.
        ship = ENVIRONMENT + "/experiments/page-size-test/ship"
        early = self.refused(409, "POST", ship, {"variant": "large", "reason": "more orders"}, token=self.bea)
        self.assertIn("page-size-test", early)
        shipped = self.ok("POST", ship, {"variant": "large", "reason": "more orders", "early": True}, token=self.bea)
        self.assertEqual(shipped["experiment"]["status"], "shipped")
        self.assertEqual(shipped["configuration"]["rules"][0]["holdouts"], ["yearly"])
        revisions = self.ok("GET", ENVIRONMENT + "/experiments/page-size-test/revisions")["items"]
        self.assertEqual([entry["revision"] for entry in revisions], [3, 2, 1])
        last = self.ok("GET", ENVIRONMENT + "/experiments/page-size-test/revisions/3")
        self.assertEqual(last["body"]["status"], "shipped")
        self.assertIn("change-requests", self.refused(409, "POST", ENVIRONMENT + "/publish", {}, token=self.bea))
        self.assertEqual(self.change("Ship large pages", []), 6)
        self.serves(probe, 6)
        self.assertEqual(self.variants(probe), {u: "control" if u in held_out else "large" for u in UNITS})

        # A revert of everything to what version 1 was made from, as a change request that can be looked at.
        revert = self.ok("POST", ENVIRONMENT + "/revert", {"to": 4}, status=201, token=self.ann)
        path = f"{ENVIRONMENT}/change-requests/{revert['id']}"
        diff = self.ok("GET", path + "/diff", token=self.ann)
        self.assertIn("page-size", [edit["key"] for edit in diff["edits"]])
        # An experiment that was shipped has ended; what the flag served before is another edit.
        edits = [edit for edit in revert["edits"] if edit["kind"] == "flag_configuration"]
        edits[0]["body"]["rules"] = []
        self.ok("PUT", path, {"title": revert["title"], "edits": edits}, token=self.ann)
        self.assertEqual(self.ok("POST", path + "/submit", token=self.ann)["state"], "in_review")
        self.ok("POST", path + "/reviews", {"verdict": "approve"}, token=self.bea)
        self.assertEqual(self.ok("POST", path + "/apply", token=self.ann)["applied"]["version"], 7)
        self.serves(probe, 7)
        self.assertEqual(set(self.variants(probe).values()), {"control"})

        # And who did what can be proved.
        exported = self.expt("audit", "export").stdout
        key = self.write("audit.pub", self.expt("audit", "key").stdout)
        self.expt("audit", "verify", "--key", key, "-", stdin=exported)
        entries = [json.loads(line)["entry"] for line in exported.splitlines() if line.startswith('{"entry"')]
        actions = [entry[4] for entry in entries]
        for action in ("create_key", "publish", "halt_rings", "ship"):
            self.assertIn(action, actions)
        lines = exported.splitlines()
        at = next(i for i, line in enumerate(lines) if "more orders" in line)
        lines[at] = lines[at].replace("more orders", "fewer orders")
        broken = self.expt("audit", "verify", "-", stdin="\n".join(lines) + "\n", code=1)
        self.assertIn(f"entry {json.loads(lines[at])['entry'][0]} has been altered", broken.stderr)


if __name__ == "__main__":
    unittest.main()
