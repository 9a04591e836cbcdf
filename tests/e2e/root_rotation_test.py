"""Two of three offline root keys: an installation begins, loses a snapshot key, and heals under running clients."""

import json
import time
import unittest
import urllib.error
import urllib.request

from programs import Case, Watch, checkout_test


class RootRotation(Case):
    def setUp(self):
        super().setUp()
        self.keys = self.directory / "keys"
        self.expt("keygen", "--out", self.keys)
        self.assertEqual(sorted(path.name for path in self.keys.iterdir()),
                         ["head.key", "root-1.key", "root-2.key", "root-3.key", "root.exs", "snapshot.key"])
        self.use_keys([self.keys / "head.key"], [self.keys / "snapshot.key"])

    def use_keys(self, head_keys, snapshot_keys):
        signing = ["--root", str(self.keys / "root.exs"), "--head-interval", "300ms"]
        for key in head_keys:
            signing += ["--head-key", str(key)]
        for key in snapshot_keys:
            signing += ["--snapshot-key", str(key)]
        self.exptd.signing = signing

    def root(self, version):
        try:
            with urllib.request.urlopen(f"{self.exptd.url}/sdk/v1/root/{version}", timeout=30) as reply:
                return reply.read()
        except urllib.error.HTTPError as error:
            error.close()
            return None

    def wait_until(self, condition, what):
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            if condition():
                return
            time.sleep(0.05)
        raise AssertionError(f"{what}\n{self.exptd.log.read_text(errors='replace')[-2000:]}")

    def rotate(self, source, *changes, keys=("root-1.key", "root-2.key")):
        """Signs the Root after `source` where the first key is, then where the second is."""
        version = json.loads(self.expt("root", "inspect", source, "--output", "json").stdout)["roots"][0]["version"] + 1
        out = self.directory / f"root.{version}.exs"
        self.expt("root", "rotate", "--from", source, *changes, "--sign", self.keys / keys[0], "--out", out)
        refused = self.expt("root", "install", out, "--data", self.exptd.data, code=1)
        self.assertIn("fewer keys than needed", refused.stderr)
        self.assertIn("signed by 1 of its own root keys, expected 2",
                      self.expt("root", "inspect", source, out, code=1).stderr)
        self.expt("sign", out, "--key", self.keys / keys[1])
        self.expt("root", "inspect", source, out)
        return out

    def install(self, path, version):
        self.expt("root", "install", path, "--data", self.exptd.data)
        self.wait_until(lambda: self.root(version) == path.read_bytes(), f"root {version} was not taken")

    def begin(self):
        """The environment gets its id from exptd; the second Root names it."""
        self.start()
        self.assertEqual(self.api("POST", "/api/v1/projects", {"key": "shop", "name": "Shop"})[0], 201)
        status, environment = self.api("POST", "/api/v1/projects/shop/environments",
                                       {"key": "production", "name": "Production"})
        self.assertEqual(status, 201, environment)
        self.id = environment["id"]
        root = self.rotate(self.keys / "root.exs", "--add-environment", self.id, "--head-key", self.keys / "head.key",
                           "--snapshot-key", self.keys / "snapshot.key")
        self.install(root, 2)
        definitions = checkout_test()
        definitions["flags"].append({
            "key": "greeting", "type": "string", "variants": [{"key": "hello", "value": "hello"}],
            "configuration": {"enabled": True, "default_serve": {"variant": "hello"}}})
        self.publish(definitions)
        self.key = self.expt("sdk-key", "--name", "watch").stdout.strip()
        return root

    def watch(self, *arguments):
        watch = Watch(self.exptd.url, self.key, "greeting", *arguments)
        self.addCleanup(watch.close)
        return watch

    def head_signatures(self):
        _, _, _, key_id, _, _, secret = self.key.split(".")
        request = urllib.request.Request(self.exptd.url + "/sdk/v1/head",
                                         headers={"Authorization": f"Bearer {key_id}.{secret}"})
        with urllib.request.urlopen(request, timeout=30) as reply:
            return reply.read()[10]

    def test_a_stolen_snapshot_key_is_revoked_under_running_clients(self):
        second = self.begin()
        watch = self.watch()
        watch.wait_for(version=1, epoch=1, value="hello", source="network")
        stolen = self.directory / "before.exs"
        self.expt("fetch", "--snapshot", stolen)

        self.expt("keygen", "--key", self.directory / "snapshot-2.key")
        self.expt("keygen", "--key", self.directory / "head-2.key")
        self.exptd.stop()
        self.use_keys([self.keys / "head.key", self.directory / "head-2.key"],
                      [self.keys / "snapshot.key", self.directory / "snapshot-2.key"])
        self.exptd.start()
        third = self.rotate(second, "--revoke", self.keys / "snapshot.key",
                            "--snapshot-key", self.directory / "snapshot-2.key.pub",
                            "--head-key", self.directory / "head-2.key.pub", "--raise-epoch", self.id,
                            keys=("root-3.key", "root-1.key"))
        self.install(third, 3)
        watch.wait_for(epoch=2, version=2, value="hello")
        self.assertEqual(self.head_signatures(), 2, "old and new head key sign")
        result = self.expt("validate", "--root", third, stolen, code=1)
        self.assertRegex(result.stderr, "step 4: UNKNOWN_KEY")

        fourth = self.rotate(third, "--remove-head-key", self.keys / "head.key")
        self.install(fourth, 4)
        self.publish(checkout_test() | {"flags": checkout_test()["flags"] + [{
            "key": "greeting", "type": "string", "variants": [{"key": "hello", "value": "good day"}],
            "configuration": {"enabled": True, "default_serve": {"variant": "hello"}}}]})
        watch.wait_for(epoch=2, value="good day")
        fresh = self.watch()
        fresh.wait_for(epoch=2, value="good day")
        self.assertIsNone(watch.process.poll(), "the first client was never restarted")

        bundle = self.directory / "web.bundle"
        self.expt("fetch", "--bundle", bundle)
        self.exptd.stop()
        alone = self.watch(f"bundle={bundle}")
        alone.wait_for(epoch=2, value="good day", source="bundle")

    def test_a_root_that_does_not_follow_is_refused(self):
        second = self.begin()
        stranger = self.directory / "stranger"
        self.expt("keygen", "--out", stranger, "--environment", self.id, "--root-keys", "1", "--threshold", "1")
        for forged in (stranger / "root.exs", second):
            (self.exptd.data / "keys" / "next.exs").write_bytes(forged.read_bytes())
            refused = self.exptd.data / "keys" / "next.exs.refused"
            self.wait_until(refused.exists, "it was not refused")
            refused.unlink()
        self.assertIsNone(self.root(3))
        self.watch().wait_for(version=1, value="hello")


if __name__ == "__main__":
    unittest.main()
