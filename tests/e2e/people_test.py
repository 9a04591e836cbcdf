"""Members and API tokens from the command line."""

import json
import unittest
import urllib.error
import urllib.request

from programs import Case

PASSWORD = "correct horse battery"


class People(Case):
    def post(self, path, body):
        """Without a credential; answers with the status."""
        request = urllib.request.Request(self.exptd.url + path, method="POST", data=json.dumps(body).encode(),
                                         headers={"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=30) as reply:
                return reply.status
        except urllib.error.HTTPError as error:
            return error.code

    def sign_in(self, email):
        return self.post("/api/v1/session", {"email": email, "password": PASSWORD})

    def test_the_first_member_comes_with_setup(self):
        self.exptd.start()
        self.environment["EXPT_URL"] = self.exptd.url
        arguments = ["setup", "--token", self.exptd.setup_token, "--email", "ann@example.com"]
        self.expt(*arguments, code=2)  # a password is missing
        common = self.expt(*arguments, env={"EXPT_PASSWORD": "12345678"}, code=1)
        self.assertIn("most common", common.stderr)
        token = self.expt(*arguments, env={"EXPT_PASSWORD": PASSWORD}).stdout.strip()
        self.assertRegex(token, r"^tok_")
        self.assertEqual(self.sign_in("ann@example.com"), 201)

    def test_members_are_invited_listed_and_disabled(self):
        self.start()
        ticket = self.expt("member", "invite", "bob@example.com", "--name", "Bob", "--role", "viewer").stdout.strip()
        self.assertEqual(self.sign_in("bob@example.com"), 401)
        self.assertEqual(self.post("/api/v1/password", {"token": ticket, "password": PASSWORD}), 204)
        self.assertEqual(self.sign_in("bob@example.com"), 201)
        self.assertRegex(self.expt("member", "list").stdout, r"(?m)^mem_\S+ +bob@example\.com +Bob +active$")
        self.expt("member", "disable", "bob@example.com")
        self.assertEqual(self.sign_in("bob@example.com"), 401)
        self.assertRegex(self.expt("member", "list").stdout, r"(?m)bob@example\.com +Bob +disabled$")
        lost = self.expt("member", "disable", "nobody@example.com", code=1)
        self.assertIn('member "nobody@example.com": there is none', lost.stderr)
        # An invitation is not lost with a role that does not exist.
        half = self.expt("member", "invite", "eve@example.com", "--role", "owner", code=1)
        self.assertIn('unknown role "owner"', half.stderr)
        self.assertRegex(half.stdout, r"^tkt_")

    def test_tokens_are_made_listed_and_revoked(self):
        self.start()
        for project in ("shop", "bank"):
            self.assertEqual(self.api("POST", "/api/v1/projects", {"key": project})[0], 201)
        token = self.expt("token", "create", "nightly", "--role", "viewer", "--project", "shop").stdout.strip()
        administrator = self.environment["EXPT_TOKEN"]
        self.environment["EXPT_TOKEN"] = token
        self.assertEqual([project["key"] for project in self.api("GET", "/api/v1/projects")[1]["items"]], ["shop"])
        self.assertEqual(self.api("GET", "/api/v1/projects/bank")[0], 404)
        self.environment["EXPT_TOKEN"] = administrator
        name = token.split(".")[0]
        self.assertRegex(self.expt("token", "list").stdout, rf"(?m)^{name} +nightly +- +- +20\S+Z +-$")
        self.expt("token", "revoke", name)
        self.environment["EXPT_TOKEN"] = token
        self.assertEqual(self.api("GET", "/api/v1/projects")[0], 401)
        self.environment["EXPT_TOKEN"] = administrator
        self.assertRegex(self.expt("token", "list").stdout, rf"(?m)^{name} .* 20\S+Z$")
        self.expt("token", "revoke", "tok_lost", code=1)
        self.expt("token", "create", "x", "--role", "viewer", "--environment", "production", code=2)


if __name__ == "__main__":
    unittest.main()
