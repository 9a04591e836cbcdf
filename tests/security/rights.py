"""D: who may do what, SDK keys, paths, and two persons."""

import hashlib
import json

from requirement import check, expect, expect_in
from server import detail_of, status_of
from world import PRODUCTION, SHOP, flag

PUBLIC = {"public", "setup", "operator"}  # an operator is on this machine


@check("D1")
def roles(world):
    """Without a credential, or with a role that is too small, no route of the API does anything."""
    server = world.plain
    for path, operations in server.call("GET", "/openapi.json").json()["paths"].items():
        where = path.replace("{project}", "shop").replace("{environment}", "production")
        where = where.replace("{", "").replace("}", "")
        for method, operation in operations.items():
            access = operation.get("x-permission")
            if access in PUBLIC:
                continue
            body = {} if "requestBody" in operation else None
            kinds = operation.get("requestBody", {}).get("content", {})
            if body is not None and "application/json" not in kinds:
                body = b"\x0a"
            headers = {"Content-Type": next(iter(kinds))} if kinds else {}
            reply = server.call(method.upper(), where, body, headers=headers, source=world.new_address())
            expect(f"{method.upper()} {path} without a credential", reply.status, 401)
    steps = (("viewer", "GET", SHOP + "/flags", None), ("editor", "POST", SHOP + "/flags", {}),
             ("publisher", "POST", PRODUCTION + "/publish", {"typo": 1}), ("admin", "POST", PRODUCTION + "/keys", {}))
    names = [role for role, *_ in steps]
    for rank, role in enumerate(names):
        token = server.api_token(role, "shop")
        for least, (needed, method, path, body) in enumerate(steps):
            status = server.call(method, path, body, bearer=token).status
            expect(f"{method} {path} as {role}", status == 403, rank < least)
        expect(f"another project as {role}", server.call("GET", "/api/v1/projects/bank", bearer=token).status, 404)


@check("D2")
def foreign_ids(world):
    """What belongs to another project is answered as what does not exist, and is not touched."""
    server = world.plain
    token = server.api_token("admin", "shop")
    for path in ("", "/flags", "/flags/x", "/environments", "/environments/production/keys"):
        foreign, missing = (server.call("GET", f"/api/v1/projects/{project}{path}", bearer=token)
                            for project in ("bank", "lost"))
        expect(f"a foreign project{path}", foreign.status, 404)
        expect(f"the text about a foreign project{path}", foreign.detail.replace("bank", "lost"), missing.detail)
    key = server.sdk_key("server", "bank/environments/production")
    path = f"{PRODUCTION}/keys/{key.split('.')[0]}"
    expect("revoking a key of another project", server.call("DELETE", path, bearer=token).status, 404)
    head = server.call("GET", "/sdk/v1/head", bearer=key)
    expect("that key afterwards", (head.status, head.detail),
           (404, "not found: nothing has been published in this environment"))


@check("D3")
def fixed_fields(world):
    """What the server sets cannot be written, and unknown fields are refused."""
    server = world.plain
    for field in ("role", "project_id", "created_by", "secret_hash"):
        for path, body in (("/api/v1/projects", {"key": world.new_name("d")}),
                           (SHOP + "/flags", flag(world.new_name("d"), "server")),
                           (PRODUCTION + "/keys", {"kind": "server"}),
                           ("/api/v1/members", {"email": world.new_email()})):
            reply = server.admin("POST", path, {**body, field: "x"})
            expect(f"{field} in POST {path}", (reply.status, reply.json().get("errors")),
                   (422, [{"pointer": "/" + field, "text": "unknown field"}]))


@check("D4")
def revoked_rights(world):
    """A right that is taken away is gone with the next request."""
    server = world.plain
    token = server.api_token("viewer", "shop")
    expect("before", server.call("GET", SHOP, bearer=token).status, 200)
    binding = next(one["id"] for one in server.admin("GET", "/api/v1/bindings?limit=1000").json()["items"]
                   if one["token"] == token.split(".")[0])
    expect("taking it away", server.admin("DELETE", f"/api/v1/bindings/{binding}").status, 204)
    expect("a token without its binding", server.call("GET", SHOP, bearer=token).status, 404)
    expect("revoking", server.admin("DELETE", f"/api/v1/tokens/{token.split('.')[0]}").status, 204)
    expect("a revoked token", server.call("GET", "/api/v1/session", bearer=token).status, 401)
    key = server.sdk_key("server")
    expect("a key", server.call("GET", "/sdk/v1/head", bearer=key).status, 200)
    expect("revoking", server.admin("DELETE", f"{PRODUCTION}/keys/{key.split('.')[0]}").status, 204)
    expect("a revoked key", server.call("GET", "/sdk/v1/head", bearer=key).status, 401)


@check("D5")
def sdk_keys(world):
    """An SDK key reaches neither the API nor another environment, and a client key no full rules."""
    server = world.plain
    keys = {kind: server.sdk_key(kind) for kind in ("server", "client")}
    staging = server.sdk_key("server", "shop/environments/staging")
    for kind, key in keys.items():
        for path in ("/api/v1/session", "/api/v1/projects", SHOP + "/flags"):
            expect(f"GET {path} with a {kind} key", server.call("GET", path, bearer=key).status, 401)
    snapshot = {kind: server.admin("GET", f"{PRODUCTION}/snapshot?audience={kind}").body for kind in keys}
    digest = {}
    for kind, file in snapshot.items():
        header = int.from_bytes(file[4:8], "little")
        digest[kind] = hashlib.sha256(file[8 + header:]).hexdigest()
        reply = server.call("GET", "/sdk/v1/snapshots/" + digest[kind], bearer=keys[kind])
        expect(f"the {kind} snapshot with its own key", reply.status, 200)
    expect("the full rules with a client key",
           server.call("GET", "/sdk/v1/snapshots/" + digest["server"], bearer=keys["client"]).status, 404)
    for kind in keys:
        expect(f"the {kind} snapshot with a key of another environment",
               server.call("GET", "/sdk/v1/snapshots/" + digest[kind], bearer=staging).status, 404)
    reader = server.sdk_key("server", scopes=["events"])
    expect("a snapshot with a key for events",
           server.call("GET", "/sdk/v1/snapshots/" + digest["server"], bearer=reader).status, 403)


@check("D6")
def key_secrets(world):
    """A key is shown once and kept as its SHA-256; it has scopes, an end, a last use, and a successor with overlap."""
    server = world.plain
    made = server.made(PRODUCTION + "/keys", {"kind": "server", "name": "d6"})
    secret = made["key"].split(".")[-1]
    bearer = f"{made['key_id']}.{secret}"
    server.secrets.add(secret)
    expect("its use", server.call("GET", "/sdk/v1/head", bearer=bearer).status, 200)
    lists = server.admin("GET", PRODUCTION + "/keys?limit=1000").body.decode()
    expect("its secret in the list", secret in lists, False)
    audit = server.admin("GET", "/api/v1/audit?limit=1000").body.decode()
    expect("its secret in the audit", secret in audit, False)
    listed = next(key for key in json.loads(lists)["items"] if key["key_id"] == made["key_id"])
    expect("what the list says", sorted(listed), ["created", "expires", "key_id", "kind", "last_used", "name",
                                                  "replaced_by", "revoked", "scopes"])
    expect("its last use", listed["last_used"] is not None, True)
    kept = server.rows("SELECT * FROM credential WHERE id=?", made["key_id"])[0]
    expect("its hash", hashlib.sha256(secret.encode()).digest() in kept, True)
    expect("its secret in the store", secret in kept, False)
    turned = server.made(f"{PRODUCTION}/keys/{made['key_id']}/rotation", {"overlap_seconds": 3600})
    parts = turned["key"].split(".")
    server.secrets.add(parts[-1])
    for what, key in (("the old key", bearer), ("its successor", f"{parts[3]}.{parts[-1]}")):
        expect(f"{what} while both are good", server.call("GET", "/sdk/v1/head", bearer=key).status, 200)
    expect("a wrong secret", server.call("GET", "/sdk/v1/head", bearer=bearer[:-1] + "!").status, 401)
    moved = world.moved
    over = moved.sdk_key("server", expires="2999-01-01T00:00:00Z")
    moved.edit("UPDATE credential SET expires_ms = 1 WHERE expires_ms > 0")
    expect("a key after its end", moved.call("GET", "/sdk/v1/head", bearer=over).status, 401)


@check("D7")
def paths(world):
    """A path is decoded once, and one that could be read in two ways is refused before it is routed."""
    server = world.plain
    for path, detail in (
            ("/api/v1/../v1/projects", 'path: "." and ".." are not resolved'),
            ("/api/v1/./projects", 'path: "." and ".." are not resolved'),
            ("/api/v1/%2e%2e/v1/projects", 'path: "." and ".." are not resolved'),
            ("/api/v1/projects%2fshop", "path: encoded slash or backslash"),
            ("/api/v1/projects%5cshop", "path: encoded slash or backslash"),
            ("/api//v1/projects", "path: empty segment"),
            ("/api/v1/projects/", "path: empty segment"),
            ("/api/v1/projects/shop%00", "path: encoded control byte"),
            ("/api/v1/projects/%c0%ae", "path: invalid UTF-8")):
        text = server.raw_head("GET", path, server.token)
        expect(f"GET {path}", (status_of(text), detail_of(text)), (400, detail))
    twice = server.admin("GET", "/api/v1/projects/%2573hop")
    expect("a path that is encoded twice", (twice.status, twice.detail), (404, 'not found: project "%73hop"'))


def new_administrator(world, server):
    email = world.new_email()
    server.member(email, "admin")
    return server.browser(email)


@check("D8")
def two_persons(world):
    """Where a publish needs two persons, the author cannot approve, and an edit voids the approval."""
    server = world.plain
    server.made("/api/v1/projects", {"key": "pair"})
    server.made("/api/v1/projects/pair/environments", {"key": "production"})
    place = "/api/v1/projects/pair/environments/production"
    author, second = (new_administrator(world, server) for _ in range(2))

    def serve(number, variant, by):
        body = {"enabled": True, "off_variant": "off", "default_serve": {"variant": variant}}
        expect("an edit", server.call("PUT", f"{place}/flags/f{number}", body, **by).status, 200)

    for number in range(20):
        server.made("/api/v1/projects/pair/flags", flag(f"f{number}", "server"))
        serve(number, "off", author)
    def publish(by):
        return server.call("POST", place + "/publish", {}, **by)

    def approve(by):
        content = server.call("GET", place + "/publish/preview", **by).json()["content"]
        return server.call("POST", place + "/publish/approvals", {"content": content}, **by)

    expect("the first publish", publish(author).status, 200)
    for number in range(12):
        serve(number, "on", author)
    refused = publish(author)
    expect("a publish of one person", refused.status, 409)
    expect_in("what is asked for", "12 of 20 flags change: a second person must approve content ", refused.detail)
    own = approve(author)
    expect("an approval by the author", (own.status, own.status < 300 or own.detail),
           (403, "not allowed: who made a change cannot approve it"))
    expect("an approval by another person", approve(second).status, 201)
    expect("a publish by who has approved", publish(second).status, 409)
    serve(12, "on", author)
    expect("a publish after an edit", publish(author).status, 409)
    expect("another approval", approve(second).status, 201)
    expect("a publish that was approved", publish(author).status, 200)
