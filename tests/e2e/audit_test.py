"""The audit: searched, counted, exported, verified; what is done to its database behind the server's back is seen."""

import hashlib
import json
import sqlite3
import unittest
import urllib.parse
import urllib.request

from programs import Case, checkout_test


def hash_chain(lines):
    """The rule of docs/audit.md, in a few lines of another language; answers with the last hash."""
    last = bytes(32)
    for line in lines:
        if line.startswith('{"entry":'):
            text, digits = line[len('{"entry":'):].rsplit(',"hash":"', 1)
            last = hashlib.sha256(last + text.encode()).digest()
            assert last.hex() + '"}' == digits, line
    return last.hex()


class Audit(Case):
    def setUp(self):
        super().setUp()
        self.start()
        definitions = self.directory / "definitions.json"
        definitions.write_text(json.dumps(checkout_test()))
        self.expt("publish", "--create", "--file", definitions)

    def get(self, path, **query):
        status, body = self.api("GET", path + "?" + urllib.parse.urlencode(query))
        self.assertEqual(status, 200, body)
        return body

    def export(self):
        return self.expt("audit", "export").stdout

    def verify(self, text, code=0, *arguments):
        return self.expt("audit", "verify", *arguments, "-", stdin=text, code=code)

    def tamper(self, sql):
        self.exptd.stop()
        with sqlite3.connect(self.exptd.data / "state.db") as database:
            database.executescript(sql)
        database.close()
        self.exptd.start()

    def test_is_searched_and_counted(self):
        everything = self.get("/api/v1/audit", limit=1000)["items"]
        flags = self.get("/api/v1/audit", kind="flag", key="checkout", action="create", project="shop")["items"]
        self.assertEqual(flags, [e for e in everything if e["kind"] == "flag" and e["key"] == "checkout"])
        self.assertEqual(len(flags), 1)
        actor = flags[0]["actor"]
        self.assertEqual(self.get("/api/v1/audit", actor="nobody")["items"], [])
        middle = everything[len(everything) // 2]["time"]
        newer = self.get("/api/v1/audit", **{"from": middle, "limit": 1000})["items"]
        older = self.get("/api/v1/audit", until=middle, limit=1000)["items"]
        self.assertEqual(newer + older, everything)
        activity = {row["actor"]: row for row in self.get("/api/v1/audit/activity")["items"]}
        self.assertEqual(sum(row["count"] for row in activity.values()), len(everything))
        self.assertEqual(activity[actor]["count"], sum(activity[actor]["actions"].values()))
        self.assertEqual(activity[actor]["last"], max(e["time"] for e in everything if e["actor"] == actor))
        self.assertEqual(self.api("GET", "/api/v1/audit?from=yesterday")[0], 400)
        self.assertEqual(self.api("GET", "/api/v1/audit/export?cursor=x")[0], 400)

    def test_is_exported_whole_and_verified_with_the_key(self):
        key = self.directory / "audit.pub"
        key.write_text(self.expt("audit", "key").stdout)
        self.exptd.stop()  # signs the newest entry
        self.exptd.start()
        text = self.export()
        newest = self.get("/api/v1/audit", limit=1)["items"][0]
        self.assertEqual(hash_chain(text.splitlines()), newest["hash"])
        said = self.verify(text, 0, "--key", key).stdout
        self.assertIn(f"{newest['number']} entries, none altered or missing", said)
        self.assertRegex(said, r"[1-9]\d* signed heads, up to entry [1-9]")
        self.assertIn("signatures not checked", self.verify(text).stdout)
        # Pages put together are the same.
        pages, last = "", 0
        while True:
            page = self.get_text("/api/v1/audit/export?limit=3" + (f"&cursor={last}" if last else ""))
            entries = [json.loads(line)["entry"][0] for line in page.splitlines() if line.startswith('{"entry":')]
            pages += page
            if not entries:
                break
            last = entries[-1]
        self.assertEqual(pages, text)

    def get_text(self, path):
        request = urllib.request.Request(self.exptd.url + path,
                                         headers={"Authorization": "Bearer " + self.environment["EXPT_TOKEN"]})
        with urllib.request.urlopen(request, timeout=30) as reply:
            return reply.read().decode()

    def test_names_the_entry_that_was_altered(self):
        self.tamper("DROP TRIGGER audit_no_update; UPDATE audit SET actor='eve' WHERE number=5;")
        self.assertIn("entry 5 has been altered", self.verify(self.export(), 1).stderr)

    def test_names_the_entry_that_is_missing(self):
        self.tamper("DROP TRIGGER audit_no_delete; DELETE FROM audit WHERE number=5;")
        self.assertIn("entry 5 is missing", self.verify(self.export(), 1).stderr)

    def test_signed_heads_remember_an_end_that_was_cut_off(self):
        newest = self.get("/api/v1/audit", limit=1)["items"][0]["number"]
        self.tamper(f"DROP TRIGGER audit_no_delete; DELETE FROM audit WHERE number>{newest - 3};")
        said = self.verify(self.export(), 1).stderr
        self.assertIn("is missing: a signed head names entry", said)


if __name__ == "__main__":
    unittest.main()
