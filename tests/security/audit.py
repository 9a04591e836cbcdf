"""I: the audit, and signing keys."""

import base64
import hashlib
import json
import re
import sqlite3
import subprocess

from requirement import Failed, check, expect, expect_in
from server import WAIT_SECONDS
from world import PRODUCTION, flag


@check("I1")
def audited(world):
    """Logins, refused ones, publishes, changes of keys, roles and documents are audited: who, when, whence, what."""
    server = world.plain
    source = world.new_address()
    email = world.new_email()
    member = server.member(email)
    begin = server.admin("GET", "/api/v1/audit?limit=1").json()["items"][0]["number"]
    server.sign_in(email, "a wrong password", source=source)
    browser = server.browser(email, source=source)
    server.call("DELETE", "/api/v1/session", source=source, **browser)
    by = {"source": source}
    key = server.admin("POST", PRODUCTION + "/keys", {"kind": "server", "name": "i1"}, **by).json()["key_id"]
    server.admin("POST", f"{PRODUCTION}/keys/{key}/rotation", {}, **by)
    server.admin("DELETE", f"{PRODUCTION}/keys/{key}", **by)
    binding = server.admin("POST", "/api/v1/bindings", {"member": member, "role": "viewer", "project": "shop"}, **by)
    server.admin("DELETE", f"/api/v1/bindings/{binding.json()['id']}", **by)
    project = world.new_name("audited")
    place = f"/api/v1/projects/{project}"
    server.admin("POST", "/api/v1/projects", {"key": project}, **by)
    server.admin("POST", place + "/environments", {"key": "production"}, **by)
    server.admin("POST", place + "/flags", {**flag("i1", "server"), "description": "old"}, **by)
    server.admin("PUT", place + "/flags/i1", {**flag("i1", "server"), "description": "new"}, **by)
    server.admin("POST", place + "/environments/production/publish", {"comment": "i1"}, **by)

    entries = [entry for entry in server.admin("GET", "/api/v1/audit?limit=1000").json()["items"]
               if entry["number"] > begin][::-1]
    administrator = "token " + server.token.split(".")[0]
    wanted = [("refuse_sign_in", "member", "anybody"), ("sign_in", "session", "member " + member),
              ("sign_out", "session", "member " + member), ("create_key", "sdk_key", administrator),
              ("rotate_key", "sdk_key", administrator), ("create_key", "sdk_key", administrator),
              ("revoke_key", "sdk_key", administrator), ("create", "binding", administrator),
              ("archive", "binding", administrator), ("create", "project", administrator),
              ("create", "environment", administrator), ("create", "flag", administrator),
              ("replace", "flag", administrator), ("publish", "snapshot", administrator)]
    seen = [(entry["action"], entry["kind"], entry["actor"]) for entry in entries]
    for row in wanted:
        if seen.count(row) < wanted.count(row):
            raise Failed(f"entries of the audit: expected {row!r}, found {seen!r}")
    mine = [entry for entry in entries if (entry["action"], entry["kind"], entry["actor"]) in wanted]
    for entry in mine:
        expect(f"the address of {entry['action']}", entry["address"], source)
        expect(f"the time of {entry['action']} is UTC", entry["time"].endswith("Z"), True)
    change = next(entry for entry in mine if entry["action"] == "replace")
    expect("before and after", ((change["before"] or {}).get("description"), change["after"]["description"]),
           ("old", "new"))


@check("I2")
def chained(world):
    """The audit is append-only, each entry holds the hash of the one before, and its end is signed and exported."""
    server = world.moved
    server.stop()
    database = sqlite3.connect(server.data / "state.db")
    try:
        for sql in ("UPDATE audit SET actor='eve' WHERE number=2", "DELETE FROM audit WHERE number=2"):
            try:
                database.execute(sql)
            except sqlite3.IntegrityError as refused:
                expect(sql, str(refused), "the audit is append-only")
            else:
                raise Failed(f"{sql}: expected to be refused, found it done")
    finally:
        database.close()
    server.start()
    lines = server.admin("GET", "/api/v1/audit/export?limit=1000").body.decode().splitlines()
    last, hashes = bytes(32), {}
    for line in lines:
        if not line.startswith('{"entry":'):
            continue
        text, digits = line[len('{"entry":'):].rsplit(',"hash":"', 1)
        last = hashlib.sha256(last + text.encode()).digest()
        number = json.loads(text)[0]
        expect(f"the hash of entry {number}", digits, last.hex() + '"}')
        hashes[number] = last.hex()
    expect("entries were found", len(hashes) > 3, True)
    heads = [json.loads(line) for line in lines if line.startswith('{"head":')]
    expect("signed heads were found", len(heads) > 0, True)
    for head in heads:
        expect(f"the hash that is signed for entry {head['head']['number']}", head["head"]["hash"],
               hashes.get(head["head"]["number"]))
        expect("a signature", re.fullmatch("[0-9a-f]{128}", head["signature"]) is not None, True)


@check("I3", place="last")
def signing_keys(world):
    """Signing keys are readable by their owner only, and are in no reply and no log."""
    server = world.plain
    keys = server.data / "keys"
    expect("the mode of the folder", oct(keys.stat().st_mode & 0o777), "0o700")
    files = sorted(keys.glob("*.key"))
    expect("keys were found", len(files) >= 3, True)
    for path in files:
        expect(f"the mode of {path.name}", oct(path.stat().st_mode & 0o777), "0o600")
    told = b"\n".join(server.replies) + server.log.read_bytes() + server.out.read_bytes()
    for path in files:
        text = json.loads(path.read_text())["seed"]
        raw = base64.b64decode(text)
        for form in (text.encode(), raw, raw.hex().encode(), base64.urlsafe_b64encode(raw).rstrip(b"=")):
            expect(f"the secret of {path.name} in replies and log", form in told, False)
    open_server = world.new_server("open")
    open_server.stop()
    (open_server.data / "keys").chmod(0o755)
    process = subprocess.Popen([world.exptd, "serve", "--dev", "--data", open_server.data, "--listen", "127.0.0.1:0"],
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        started = process.stdout.readline()
        expect("a start with a key folder that others may enter", started, "")
        expect("its exit code", process.wait(timeout=WAIT_SECONDS), 1)
        expect_in("its text", "the key folder may be entered by others", process.stderr.read())
    finally:
        process.kill()
        process.communicate()
