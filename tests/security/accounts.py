"""A: accounts, passwords, tickets, second factors."""

import base64
import concurrent.futures
import hmac
import struct
import time
from datetime import datetime, timezone

from requirement import Failed, check, expect
from server import PASSWORD
from world import PRODUCTION

WRONG = "a wrong password"


@check("A1")
def first_run(world):
    """There is no default account, and the setup token works once."""
    server = world.new_server("first")
    expect("a list of projects without a credential", server.call("GET", "/api/v1/projects").status, 401)
    for name in ("admin", "admin@example.com", "root"):
        expect(f"signing in as {name}", server.sign_in(name, name).status, 401)
    token = {"token": server.setup_token}
    expect("setup with a wrong token", server.call("POST", "/api/v1/setup", {"token": "setup_x.y"}).status, 401)
    expect("setup with the token", server.call("POST", "/api/v1/setup", token).status, 201)
    expect("setup with the token again", server.call("POST", "/api/v1/setup", token).status, 401)
    server.stop()
    server.start()
    expect("a setup token after setup", server.setup_token, None)
    expect("setup with the token after a restart", server.call("POST", "/api/v1/setup", token).status, 401)


@check("A2")
def passwords(world):
    """Passwords have 8 characters or more and are not common; any text of up to 512 bytes will do, unmodified."""
    server = world.plain
    email = world.new_email()
    _, ticket = server.invite(email)

    def choose(password):
        reply = server.call("POST", "/api/v1/password", {"token": ticket, "password": password})
        return (reply.status, "" if reply.status == 204 else reply.json()["errors"][0]["text"])

    expect("7 characters", choose("ab3$ef7"), (422, "expected at least 8 characters, found 7"))
    common = (422, "expected a password that is not one of the most common")
    for password in ("12345678", "password", "PassWord"):
        expect(f"the common {password!r}", choose(password), common)
    long = "  only small letters and spaces, ÄÖ " * 8
    expect("a long text of small letters", choose(long), (204, ""))
    expect("signing in with it", server.sign_in(email, long).status, 201)
    for other in (long.strip(), long.upper(), long[:64], long[:-1]):
        expect("signing in with it modified", server.sign_in(email, other).status, 401)


@check("A3")
def hashes(world):
    """Passwords are kept as Argon2id with at least 19 MiB and 2 passes, a salt for each."""
    server = world.plain
    members = [server.member(world.new_email()) for _ in range(2)]
    kept = [server.rows("SELECT password FROM account WHERE member=?", member)[0][0] for member in members]
    for text in kept:
        _, kind, _, costs, salt, _ = text.split("$")
        cost = {name: int(value) for name, value in (part.split("=") for part in costs.split(","))}
        expect("the kind of hash", kind, "argon2id")
        expect("at least 19 MiB", cost["m"] >= 19 * 1024, True)
        expect("at least 2 passes", cost["t"] >= 2, True)
        expect("a salt of 128 bits", len(salt), 22)
    expect("equal hashes of one password", kept[0] == kept[1], False)


def guesses_until_limited(world, email):
    """How many guesses at an account, each from another address, until one is refused with 429; None: never."""
    for number in range(40):
        reply = world.plain.sign_in(email, WRONG, source=world.new_address())
        if reply.status == 429:
            expect("429 has Retry-After", reply.header("retry-after").isdigit(), True)
            return number
        expect("a wrong password", reply.status, 401)
    return None


@check("A4")
def throttles(world):
    """Passwords are throttled by account and by address, and nobody locks an owner out of their browser."""
    server = world.plain
    email = world.new_email()
    server.member(email)
    first = server.sign_in(email, source=world.new_address())
    expect("signing in", first.status, 201)
    guesses = guesses_until_limited(world, email)
    expect("guesses at one account from many addresses are limited", guesses is not None, True)
    expect("the owner's browser", server.sign_in(email, cookies=first.cookies, source=world.new_address()).status, 201)
    address = world.new_address()
    # At once, for the limit grows by one a second. Only two passwords are hashed at a time; the others get 503.
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        guesses = pool.map(lambda number: server.sign_in(f"nobody{number}@example.com", WRONG, source=address).status,
                           range(55))
        expect("guesses at many accounts from one address are limited", 429 in set(guesses), True)


@check("A5")
def unknown_users(world):
    """Known and unknown users get the same status, headers and text, after the same work."""
    server = world.plain
    known = [world.new_email() for _ in range(3)]
    for email in known:
        server.member(email)
    invited = world.new_email()
    server.invite(invited)
    disabled = world.new_email()
    server.member(disabled)
    member = next(one for one in server.admin("GET", "/api/v1/members?limit=1000").json()["items"]
                  if one["email"] == disabled)
    expect("disabling", server.admin("PUT", f"/api/v1/members/{member['id']}",
                                     {**member, "state": "disabled"}).status, 200)

    def look(email, password=WRONG):
        reply = server.sign_in(email, password, source=world.new_address())
        return reply.without_id(), sorted(name for name, _ in reply.headers)

    wrong = look(known[0])
    expect("the status of a wrong password", wrong[0][0], 401)
    for what, email, password in (("an unknown address", "nobody@example.com", WRONG),
                                  ("an invited member", invited, WRONG),
                                  ("a disabled member with the right password", disabled, PASSWORD)):
        expect(f"the answer to {what}", look(email, password), wrong)

    def work(emails):
        before = server.cpu_ticks()
        for number in range(9):
            server.sign_in(emails[number % len(emails)], WRONG, source=world.new_address())
        return server.cpu_ticks() - before

    unknown = [f"ghost{number}@example.com" for number in range(3)]
    ratio = sorted(work(unknown) / max(1, work(known)) for _ in range(3))[1]
    if not 0.6 < ratio < 1.7:
        raise Failed(f"work for unknown users, as a share of that for known ones: expected about 1, found {ratio:.2f}")


@check("A6")
def tickets(world):
    """Reset and invite tokens have 128 bits or more, work once and for an hour at most, and end with the password."""
    server = world.moved
    email = world.new_email()
    member, ticket = server.invite(email)

    def redeem(token):
        return server.call("POST", "/api/v1/password", {"token": token, "password": PASSWORD}).status

    secret = ticket.split(".")[1]
    expect("at least 128 bits", len(base64.urlsafe_b64decode(secret + "=" * (-len(secret) % 4))) >= 16, True)
    expect("the first use", redeem(ticket), 204)
    expect("the second use", redeem(ticket), 401)

    reset = server.made(f"/api/v1/members/{member}/reset", None)
    left = datetime.fromisoformat(reset["expires"]) - datetime.now(timezone.utc)
    expect("at most an hour", left.total_seconds() <= 3600, True)
    browser = server.browser(email)
    change = {"password": PASSWORD, "new_password": PASSWORD + " 2"}
    expect("a new password", server.call("PUT", "/api/v1/account/password", change, **browser).status, 204)
    expect("a reset token after the password has changed", redeem(reset["token"]), 401)

    late = server.made(f"/api/v1/members/{member}/reset", None)["token"]
    server.edit("UPDATE ticket SET expires_ms = expires_ms - 3600001")
    expect("a reset token after an hour", redeem(late), 401)


@check("A7")
def fresh_logins(world):
    """A password, an e-mail address, a second factor and a key need a login of the last minutes."""
    server = world.moved
    email = world.new_email()
    member = server.member(email, "admin")
    browser = server.browser(email)
    server.edit("UPDATE session SET created_ms = created_ms - 660000")
    expect("reading", server.call("GET", "/api/v1/projects", **browser).status, 200)
    for method, path, body in (
            ("PUT", "/api/v1/account/password", {"password": PASSWORD, "new_password": PASSWORD + " 2"}),
            ("PUT", "/api/v1/account/email", {"email": world.new_email()}),
            ("POST", "/api/v1/account/totp", None),
            ("POST", f"/api/v1/members/{member}/reset", None),
            ("POST", "/api/v1/tokens", {"name": "x", "bindings": [{"role": "viewer"}]}),
            ("POST", PRODUCTION + "/keys", {"kind": "server", "name": "x"})):
        reply = server.call(method, path, body, **browser)
        expect(f"{method} {path} eleven minutes after signing in", (reply.status, reply.status < 300 or reply.detail),
               (403, "sign in again: this needs a login of the last 10 minutes"))


def totp_code(secret, step):
    mac = hmac.digest(base64.b32decode(secret + "=" * (-len(secret) % 8)), struct.pack(">q", step), "sha1")
    at = mac[19] & 15
    return f"{(struct.unpack('>I', mac[at:at + 4])[0] & 0x7fffffff) % 1000000:06}"


@check("A8")
def second_factors(world):
    """A second factor asks for its code, each code works once, and administrators can be made to have one."""
    server = world.proxied
    email = world.new_email()
    server.member(email, "admin")
    browser = server.browser(email)
    expect("an administrator without a second factor", server.call("GET", "/api/v1/members", **browser).status, 403)
    secret = server.call("POST", "/api/v1/account/totp", **browser).json()["secret"]
    server.secrets.add(secret)
    # Of the step before: the code of now is left for signing in.
    code = totp_code(secret, int(time.time()) // 30 - 1)
    confirmed = server.call("PUT", "/api/v1/account/totp", {"code": code}, **browser)
    expect("confirming", confirmed.status, 200)
    recovery = confirmed.json()["recovery_codes"]
    server.secrets.update(recovery)
    expect("an administrator with a second factor", server.call("GET", "/api/v1/members", **browser).status, 200)
    missing = server.sign_in(email)
    expect("signing in without a code", missing.status, 401)
    expect("asks for the code", missing.json()["errors"][0]["pointer"], "/totp")
    expect("signing in with the code that has confirmed it", server.sign_in(email, totp=code).status, 401)
    code = totp_code(secret, int(time.time()) // 30)
    expect("signing in with a code", server.sign_in(email, totp=code).status, 201)
    expect("signing in with the code again", server.sign_in(email, totp=code).status, 401)
    expect("signing in with a recovery code", server.sign_in(email, totp=recovery[0]).status, 201)
    expect("signing in with the recovery code again", server.sign_in(email, totp=recovery[0]).status, 401)
