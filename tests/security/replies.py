"""F: what replies tell a browser. G1, G4: statements and files. H: who is listened to."""

import re
import subprocess

from requirement import Failed, check, expect, expect_in, expect_no
from server import WAIT_SECONDS, detail_of, status_of
from world import SHOP, flag


@check("F1")
def response_headers(world):
    """Replies tell browsers to run and embed nothing, to guess no type, to send no address on, and to stay with TLS."""
    server = world.plain
    for path in ("/api/v1/projects", "/livez", "/openapi.json", "/api/v1/nowhere"):
        reply = server.admin("GET", path)
        if reply.header("content-type").startswith("text/html"):
            continue  # the pages of the UI, below
        policy = dict(part.strip().split(" ", 1) for part in reply.header("content-security-policy").split(";") if part)
        expect(f"the policy of {path}", policy,
               {"default-src": "'none'", "frame-ancestors": "'none'", "base-uri": "'none'"})
        for name, value in (("x-content-type-options", "nosniff"), ("referrer-policy", "no-referrer"),
                            ("cross-origin-opener-policy", "same-origin")):
            expect(f"{name} of {path}", reply.header(name), value)
    page = server.call("GET", "/")
    if page.status == 200:  # built with the UI
        policy = page.header("content-security-policy")
        expect_no("unsafe parts of the policy of a page", re.findall(r"'(?!wasm-)unsafe-[a-z-]+'", policy))
        for part in ("object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"):
            expect_in("the policy of a page", part, policy)
    expect("HSTS on loopback", server.call("GET", "/livez").header("strict-transport-security"), "")
    age = re.match(r"max-age=(\d+)", world.proxied.call("GET", "/livez").header("strict-transport-security"))
    expect("HSTS of a year behind a proxy", age is not None and int(age.group(1)) >= 31536000, True)


@check("F2")
def inert_text(world):
    """Stored text goes out as JSON, and no page makes markup of it."""
    server = world.plain
    text = "<script>alert(1)</script>"
    key = world.new_name("f")
    server.made(SHOP + "/flags", {**flag(key, "server"), "description": text})
    reply = server.admin("GET", f"{SHOP}/flags/{key}")
    expect("its type", reply.header("content-type"), "application/json")
    expect("the text", reply.json()["description"], text)
    pages = [path for path in (world.source / "control-plane/ui/src").rglob("*") if path.suffix in (".ts", ".tsx")]
    expect("sources of pages were found", len(pages) > 10, True)
    markup = re.compile(r"\b(innerHTML|outerHTML|insertAdjacentHTML|dangerouslySetInnerHTML|document\.write|eval\(|"
                        r"new Function\()")
    expect_no("pages that make markup or programs of text",
              [f"{path.name}: {line.strip()}" for path in pages for line in path.read_text().splitlines()
               if markup.search(line)])


@check("F3")
def storage_of_browsers(world):
    """Replies of the API are kept nowhere, and signing out clears what pages have kept."""
    server = world.plain
    for path in ("/api/v1/projects", "/api/v1/session", SHOP + "/flags", "/api/v1/projects/none"):
        expect(f"Cache-Control of {path}", server.admin("GET", path).header("cache-control"), "no-store")
    cookies = server.call("POST", "/api/v1/session", {"token": server.token}).cookies
    ended = server.call("DELETE", "/api/v1/session", cookies=cookies)
    expect("what signing out clears", ended.header("clear-site-data"), '"storage"')


WORDS = r"\b(?:SELECT|INSERT INTO|UPDATE|DELETE FROM|WHERE|FROM|SET|VALUES|ATTACH|DETACH|PRAGMA)\b"
# A literal of SQL and what is put behind it.
JOINED = re.compile(rf'"[^"\n]*{WORDS}[^"\n]*"\s*\+\s*([\w:.>*&\[\]-]+)')
FORMATTED = re.compile(rf'\b(?:StrCat|StrFormat|snprintf|std::format|Substitute)\([^;]*?"[^"\n]*{WORDS}', re.S)
# Numbers of this program, placeholders of bound values, constants.
HARMLESS = re.compile(r"std::to_string|writer\.Bind|k[A-Z]\w*|where\.sql")
# Names that their file takes from a list, or lets be of letters only.
FIXED_NAMES = {("database.cc", "std::string"), ("event_day.cc", "std::string")}


@check("G1")
def statements(world):
    """SQL stands in the storage room only, and is made of literals: values are bound."""
    room = world.source / "control-plane"
    outside = [f"{path.name}: {line.strip()}" for path in room.rglob("*.cc") if "storage" not in path.parts
               for line in path.read_text().splitlines()
               if re.search(r'"[^"]*\b(SELECT .* FROM|INSERT INTO|UPDATE \w+ SET|DELETE FROM) ', line)]
    expect_no("statements outside of the storage room", outside)
    sources = {path.name: path.read_text() for path in sorted((room / "storage").glob("*.cc"))}
    expect("statements were found", len(re.findall(WORDS, "".join(sources.values()))) > 200, True)
    joined = [f"{name}: {' '.join(match.group(0).split())}" for name, text in sources.items()
              for match in JOINED.finditer(text)
              if not HARMLESS.match(match.group(1)) and (name, match.group(1)) not in FIXED_NAMES]
    expect_no("statements that are put together with values", joined)
    expect_no("statements that are formatted", [name for name, text in sources.items() if FORMATTED.search(text)])


@check("G4")
def files(world):
    """No path of a request becomes a path of the disk."""
    server = world.plain
    key = server.sdk_key("server")
    for path, wanted in (("/sdk/v1/root/..%2f..%2fstate.db", (400, "path: encoded slash or backslash")),
                         ("/sdk/v1/root/../keys/head.key", (400, 'path: "." and ".." are not resolved')),
                         ("/sdk/v1/root/1.exs", (404, "not found: no such root")),
                         ("/sdk/v1/snapshots/state.db", (404, "not found: no such snapshot")),
                         ("/sdk/v1/snapshots/%2e%2e%2fkeys%2fhead.key", (400, "path: encoded slash or backslash")),
                         ("/assets/..%2f..%2fetc%2fpasswd", (400, "path: encoded slash or backslash")),
                         ("/assets/../../etc/passwd", (400, 'path: "." and ".." are not resolved'))):
        text = server.raw_head("GET", path, key)
        expect(f"GET {path}", (status_of(text), detail_of(text)), wanted)


@check("H1")
def listening(world):
    """Without TLS in front only loopback is listened on."""
    for number, address in enumerate(("0.0.0.0:0", "[::]:0")):
        data = world.directory / f"refused{number}"
        process = subprocess.Popen([world.exptd, "serve", "--dev", "--data", data, "--listen", address],
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        line = ""
        try:
            for line in process.stdout:
                if line.startswith("listening on "):
                    raise Failed(f"--listen {address}: expected to be refused, found {line.split(':')[0]!r}")
            text = process.stderr.read()
            expect(f"the exit code of --listen {address}", process.wait(timeout=WAIT_SECONDS), 1)
            expect_in("its text", "this server does not speak TLS itself", text)
        finally:
            process.kill()
            process.communicate()


@check("H2")
def forwarded(world):
    """Addresses that a request claims to be forwarded for are not believed."""
    server = world.plain
    source = world.new_address()
    claims = {"X-Forwarded-For": "192.0.2.7", "Forwarded": "for=192.0.2.7", "X-Real-IP": "192.0.2.7"}
    reply = server.call("POST", "/api/v1/session", {"token": server.token}, headers=claims, source=source)
    expect("signing in", reply.status, 201)
    entry = server.admin("GET", "/api/v1/audit?action=sign_in&limit=1").json()["items"][0]
    expect("the address in the audit", entry["address"], source)


@check("H3")
def verifying_clients(world):
    """The client verifies certificate and host name, and nothing switches that off."""
    sources = [path for path in (world.source / "src").rglob("*.cc")]
    options = [" ".join(match.split()) for path in sources
               for match in re.findall(r"CURLOPT_SSL_VERIFY\w+,[^)]*", path.read_text())]
    expect("what the client asks of TLS", sorted(options), ["CURLOPT_SSL_VERIFYHOST, 2L", "CURLOPT_SSL_VERIFYPEER, 1L"])
    headers = "".join(path.read_text().lower() for path in (world.source / "include").rglob("*.h"))
    expect_no("options of the client that sound like it",
              re.findall(r"\w*(?:insecure|skip_verif|no_verif)\w*", headers))
