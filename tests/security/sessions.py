"""B: login sessions and their cookies. C: what a page of another site can do."""

import base64
import re

from requirement import check, expect, expect_no
from server import PASSWORD
from world import PUBLIC_URL


def session_status(server, browser):
    return server.call("GET", "/api/v1/session", **browser).status


@check("B1")
def session_ids(world):
    """A session has an id of 128 bits or more, new at each login; a change of role ends it."""
    server = world.plain
    email = world.new_email()
    member = server.member(email)
    old = server.browser(email)
    secret = re.search(r"expt_session=[^.]+\.([^;]+)", old["cookies"]).group(1)
    expect("at least 128 bits", len(base64.urlsafe_b64decode(secret + "=" * (-len(secret) % 4))) >= 16, True)
    new = server.browser(email, cookies=old["cookies"])
    expect("the session of before another login", session_status(server, old), 401)
    expect("the new session", session_status(server, new), 200)
    server.made("/api/v1/bindings", {"member": member, "role": "viewer", "project": "shop"})
    expect("the session after a change of role", session_status(server, new), 401)


@check("B2")
def cookies(world):
    """Cookies are of this host only, sent over TLS only, and neither scripts nor other sites reach them."""
    email = world.new_email()
    world.proxied.member(email)
    set_cookies = world.proxied.sign_in(email).all("set-cookie")
    expect("cookies behind a proxy", [cookie.split("=")[0] for cookie in set_cookies],
           ["__Host-expt_session", "__Host-expt_device"])
    for cookie in set_cookies:
        expect("their attributes", cookie.split("; ")[1:-1], ["Path=/", "Secure", "HttpOnly", "SameSite=Strict"])
    world.plain.member(email := world.new_email())
    for cookie in world.plain.sign_in(email).all("set-cookie"):
        expect("attributes on loopback", cookie.split("; ")[1:-1], ["Path=/api", "HttpOnly", "SameSite=Strict"])


@check("B3")
def ends_of_sessions(world):
    """Signing out ends a session; a new password and disabling end all of them, at once and for good."""
    server = world.plain
    email = world.new_email()
    member = server.member(email)
    one, two = server.browser(email), server.browser(email)
    expect("signing out", server.call("DELETE", "/api/v1/session", **one).status, 204)
    expect("the session that has signed out", session_status(server, one), 401)
    expect("another session", session_status(server, two), 200)
    change = {"password": PASSWORD, "new_password": PASSWORD + " 2"}
    three = server.browser(email)
    expect("a new password", server.call("PUT", "/api/v1/account/password", change, **three).status, 204)
    for browser in (two, three):
        expect("a session after a new password", session_status(server, browser), 401)
    four = server.browser(email, password=PASSWORD + " 2")
    document = server.admin("GET", f"/api/v1/members/{member}").json()
    for state in ("disabled", "active"):
        document = server.admin("PUT", f"/api/v1/members/{member}", {**document, "state": state}).json()
        expect(f"a session of before disabling, now {state}", session_status(server, four), 401)


@check("B4")
def times_out(world):
    """A session ends after 30 minutes without a request, and 12 hours after signing in."""
    server = world.moved
    email = world.new_email()
    server.member(email)
    for what, sql in (("idle for 30 minutes", "UPDATE session SET used_ms = used_ms - 1800001"),
                      ("12 hours old", "UPDATE session SET created_ms = created_ms - 43200001")):
        browser = server.browser(email)
        expect("a new session", session_status(server, browser), 200)
        server.edit(sql)
        expect(f"a session that is {what}", session_status(server, browser), 401)


@check("B5")
def fixed_sessions(world):
    """A cookie that was set before the login is ignored."""
    server = world.plain
    email = world.new_email()
    server.member(email)
    planted = "expt_session=ses_planted.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    reply = server.sign_in(email, cookies=planted)
    expect("signing in", reply.status, 201)
    expect("the session that was planted", session_status(server, {"cookies": planted}), 401)
    expect("the planted id in the new cookie", "ses_planted" in reply.cookies, False)


@check("C1")
def cross_site(world):
    """What a browser changes carries a header that no form has, and comes from a page of this server."""
    server = world.plain
    cookies = server.call("POST", "/api/v1/session", {"token": server.token}).cookies
    host = "%s:%d" % server.address

    def change(**headers):
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        body = {"key": world.new_name("c")}
        return server.call("POST", "/api/v1/projects", body, cookies=cookies, headers=sent).status

    expect("a change without the header", change(), 403)
    for site in ("cross-site", "same-site"):
        expect(f"Sec-Fetch-Site: {site}", change(X_Expt_Session="1", Sec_Fetch_Site=site), 403)
    for origin in ("https://evil.example", "null", f"http://{host}.evil.example"):
        expect(f"Origin: {origin}", change(X_Expt_Session="1", Origin=origin), 403)
    expect("a page of this server", change(X_Expt_Session="1", Sec_Fetch_Site="same-origin"), 201)
    expect("a page of this server by Origin", change(X_Expt_Session="1", Origin=f"http://{host}"), 201)
    login = server.call("POST", "/api/v1/session", {"token": server.token}, headers={"Sec-Fetch-Site": "cross-site"})
    expect("signing somebody in from another site", login.status, 403)
    login = world.proxied.call("POST", "/api/v1/session", {"token": world.proxied.token},
                               headers={"Origin": PUBLIC_URL})
    expect("a page of the public URL", login.status, 201)


@check("C2")
def safe_methods(world):
    """GET and HEAD change nothing, on any path."""
    server = world.plain
    member = server.member(world.new_email())
    paths = server.call("GET", "/openapi.json").json()["paths"]
    values = {"project": "shop", "environment": "production", "flag": "checkout", "member": member}

    def state():
        return (server.rows("SELECT max(number), count(*) FROM audit"),
                server.rows("SELECT project, environment, kind, key, body, revision, archived FROM document"),
                server.rows("SELECT id, member FROM ticket"))

    before = state()
    for path, operations in paths.items():
        where = re.sub(r"\{(\w+)\}", lambda name: values.get(name.group(1), "absent"), path)
        if any("text/event-stream" in str(operation) for operation in operations.values()):
            continue  # goes on for ever; HEAD and GET are one there
        for method in ("GET", "HEAD"):
            reply = server.admin(method, where)
            if "get" not in operations:
                expect(f"{method} {path}", reply.status, 405)
    expect("what is kept, after GET and HEAD of every path", state() == before, True)


@check("C3")
def other_origins(world):
    """Pages of other origins read what SDKs read, without credentials, and nothing of the API."""
    server = world.plain
    evil = {"Origin": "https://evil.example"}
    for path in ("/api/v1/projects", "/api/v1/session", "/openapi.json", "/metrics"):
        allowed = server.admin("GET", path, headers=evil).all("access-control-allow-origin")
        expect_no(f"origins allowed on {path}", allowed)
    expect("a preflight for the API", server.call("OPTIONS", "/api/v1/projects", headers={
        **evil, "Access-Control-Request-Method": "POST"}).status, 405)
    head = server.call("GET", "/sdk/v1/head", bearer=server.sdk_key("client"), headers=evil)
    expect("origins allowed for SDKs", head.all("access-control-allow-origin"), ["*"])
    expect_no("credentials allowed for SDKs", head.all("access-control-allow-credentials"))
