"""E: requests that are too large, too slow, cut wrongly, of the wrong kind, or too many."""

import gzip
import select
import socket

from requirement import Failed, check, expect, expect_in
from server import WAIT_SECONDS, detail_of, read_to_end, status_of
from world import PRODUCTION, SHOP

PROTOBUF = {"Content-Type": "application/x-protobuf"}
JSON = {"Content-Type": "application/json"}
PER_ADDRESS = 1024  # connections


@check("E1")
def bodies(world):
    """A body over its limit is 413: by its length, in chunks, and after inflating."""
    server = world.plain
    large = b'"' + b"a" * (2 << 20) + b'"'
    expect("a long body", server.admin("POST", "/api/v1/projects", large, headers=JSON).status, 413)
    head = (b"POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n")
    text = server.raw(head + b"5000\r\n%s\r\n0\r\n\r\n" % (b" " * 0x5000))
    expect("a long body in chunks", status_of(text), 413)
    key = server.sdk_key("server")
    for size in (300 << 10, 64 << 20):
        reply = server.call("POST", "/sdk/v1/events", gzip.compress(bytes(size)), bearer=key,
                            headers={**PROTOBUF, "Content-Encoding": "gzip"})
        expect(f"{size} zeros as gzip", reply.status, 413)
    expect("another request", server.call("GET", "/readyz").status, 200)


@check("E2")
def headers(world):
    """A request line over 8 KiB is 414; a field over 8 KiB, 16 KiB in all, and more than 100 fields are 431."""
    server = world.plain

    def ask(fields, target="/livez"):
        text = server.raw(f"GET {target} HTTP/1.1\r\nHost: x\r\n{fields}\r\n".encode())
        return status_of(text), detail_of(text) if status_of(text) >= 400 else ""

    expect("99 fields and Host", ask("X: a\r\n" * 99), (200, ""))
    expect("101 fields", ask("X: a\r\n" * 100), (431, "more than 100 header fields"))
    expect("a long line", ask("", "/" + "a" * 9000), (414, "the request line is over 8192 bytes"))
    expect("a long field", ask("X: " + "a" * 9000 + "\r\n"), (431, "a header field is over 8192 bytes"))
    expect("a long header", ask(("X: " + "a" * 6000 + "\r\n") * 3), (431, "the header is over 16384 bytes"))


@check("E3", place="beside")
def slow_peers(world):
    """Slow headers and bodies are cut, and sockets that do nothing do not stop the service."""
    server = world.plain
    header = server.connect(world.new_address())
    header.sendall(b"GET /livez HTTP/1.1\r\nHost: x\r\nX-Slow: ")
    body = server.connect(world.new_address())
    body.sendall(f"POST /api/v1/projects HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {server.token}\r\n"
                 "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{".encode())
    crowded, other = world.new_address(), world.new_address()
    idle = [server.connect(crowded) for _ in range(PER_ADDRESS)]
    one_more = server.connect(crowded)
    idle += [server.connect(other) for _ in range(PER_ADDRESS - 24)]
    live = server.call("GET", "/livez", source=world.new_address())
    expect("a request beside 2024 idle connections", live.status, 200)
    for what, peer in ((f"connection {PER_ADDRESS + 1} of one address", one_more),
                       ("a header that does not go on", header), ("a body that does not go on", body)):
        coming = select.poll()
        coming.register(peer, select.POLLIN)
        if not coming.poll(WAIT_SECONDS * 1000):
            raise Failed(f"{what}: expected to be closed, found it open after {WAIT_SECONDS} s")
        expect(what, read_to_end(peer), "")
    for peer in [header, body, one_more, *idle]:
        peer.close()


@check("E4")
def framing(world):
    """What two programs could cut in two ways is 400, and the connection is closed."""
    server = world.plain
    start = b"POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    chunked = start + b"Transfer-Encoding: chunked\r\n"
    for what, data, detail in (
            ("length and chunks", chunked + b"Content-Length: 2\r\n\r\n{}",
             "both content-length and transfer-encoding"),
            ("two lengths", start + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
             'header field "content-length" stands twice'),
            ("two lengths in one field", start + b"Content-Length: 2, 2\r\n\r\n{}",
             "content-length: expected a number"),
            ("another transfer encoding", start + b"Transfer-Encoding: gzip, chunked\r\n\r\n",
             'transfer-encoding: expected "chunked"'),
            ("a bad chunk", chunked + b"\r\nxyz\r\n{}\r\n0\r\n\r\n", "body: not valid chunked framing"),
            ("a folded field", start + b"X: a\r\n b\r\nContent-Length: 2\r\n\r\n{}",
             "a header field is folded over two lines"),
            ("a bare line feed", start + b"X: a\nContent-Length: 2\r\n\r\n{}",
             "a header line ends with a bare line feed"),
            ("a bare carriage return", start + b"X: a\rb\r\nContent-Length: 2\r\n\r\n{}",
             "the header has a bare carriage return"),
            ("a zero byte", start + b"X: a\0b\r\nContent-Length: 2\r\n\r\n{}", "the header has a control byte"),
            ("a space before the colon", start + b"X : a\r\nContent-Length: 2\r\n\r\n{}",
             "a header field has no valid name")):
        text = server.raw(data + b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
        expect(what, (status_of(text), detail_of(text) if status_of(text) == 400 else text), (400, detail))
        expect(f"answers after {what}", text.count("HTTP/1.1 "), 1)
        expect_in(f"the answer to {what}", "\r\nConnection: close\r\n", text)


@check("E5")
def methods(world):
    """Other methods than those of a path, and TRACE, are 405 with Allow."""
    server = world.plain
    for method, path, allowed in (("TRACE", "/api/v1/projects", "GET, HEAD, POST"), ("TRACE", "/livez", "GET, HEAD"),
                                  ("DELETE", "/api/v1/projects", "GET, HEAD, POST"),
                                  ("BREW", "/api/v1/projects", "GET, HEAD, POST"),
                                  ("PATCH", SHOP + "/flags/checkout", "GET, HEAD, PUT, DELETE"),
                                  ("CONNECT", "/sdk/v1/head", "GET, HEAD, OPTIONS")):
        text = server.raw_head(method, path, server.token)
        expect(f"{method} {path}", status_of(text), 405)
        fields = dict(line.split(": ", 1) for line in text.partition("\r\n\r\n")[0].split("\r\n")[1:])
        expect(f"Allow after {method} {path}", fields.get("Allow"), allowed)


@check("E6")
def content_types(world):
    """A body has the content type of its path, UTF-8 and one encoding at most; else 415."""
    server = world.plain
    key = server.sdk_key("server")
    for fields in ({}, {"Content-Type": "text/plain"}, {"Content-Type": "application/json; charset=latin1"},
                   {"Content-Type": "application/json; boundary=x"}, {"Content-Type": "application/jsonx"},
                   {**JSON, "Content-Encoding": "gzip"}):
        expect(f"JSON as {fields}", server.admin("POST", "/api/v1/projects", b"{}", headers=fields).status, 415)
    for encoding in ("br", "gzip, gzip", "gzip, zstd"):
        reply = server.call("POST", "/sdk/v1/events", b"x", bearer=key,
                            headers={**PROTOBUF, "Content-Encoding": encoding})
        expect(f"events as {encoding}", reply.status, 415)
    expect("events as JSON", server.call("POST", "/sdk/v1/events", b"{}", bearer=key, headers=JSON).status, 415)
    made = server.admin("POST", "/api/v1/projects", b'{"key": "%s"}' % world.new_name("e").encode(),
                        headers={"Content-Type": "Application/JSON; charset=utf-8"})
    expect("JSON as it should be", made.status, 201)


@check("E7")
def strict_json(world):
    """JSON that can be read in two ways, or not at all, is 400."""
    server = world.plain
    for text, detail in ((b'{"key":"a","key":"b"}', 'name "key" stands there twice'),
                         (b"[" * 33 + b"]" * 33, "nested deeper than 32"),
                         (b'{"key":NaN}', "not JSON at byte 8"), (b'{"key":1e400}', "number is out of range"),
                         (b'{"key":123456789012345678901234567890}', "integer needs more than 64 bits"),
                         (b'{"key":"\\ud800"}', "not JSON at byte "), (b'{"key":"\xff"}', "not JSON at byte 9"),
                         (b"{} {}", "not JSON at byte 4"), (b"{", "not JSON at byte "),
                         (b"[1,]", "not JSON at byte ")):
        reply = server.admin("POST", "/api/v1/projects", text, headers=JSON)
        expect(f"the status of {text[:40]}", reply.status, 400)
        expect_in(f"the answer to {text[:40]}", detail, reply.detail)


@check("E8")
def error_bodies(world):
    """An error says what was wrong with the request and has an id; it names no path, statement or version."""
    server = world.new_server("broken").setup()
    server.made("/api/v1/projects", {"key": "shop"})
    server.made(SHOP + "/environments", {"key": "production"})
    server.made(PRODUCTION + "/publish", {"allow_empty": True})
    for blob in (server.data / "blobs").rglob("*"):
        if blob.is_file():
            blob.unlink()
    fault = server.admin("GET", PRODUCTION + "/snapshot")
    expect("the status of a snapshot that is gone from the disk", fault.status, 500)
    expect("its text", fault.json().get("detail"), None)
    replies = [("a snapshot that is gone from the disk", fault)]
    for method, path, body in (("GET", "/api/v1/projects/none", None), ("GET", "/api/v1/nowhere", None),
                               ("POST", "/api/v1/projects", {"key": "shop"}),
                               ("POST", "/api/v1/projects", {"key": "'"}),
                               ("DELETE", "/api/v1/projects", None), ("GET", "/api/v1/audit?cursor='", None)):
        replies.append((f"{method} {path}", server.admin(method, path, body)))
    for what, reply in replies:
        expect(f"{what}: is an error", reply.status >= 400, True)
        expect(f"{what}: its kind", reply.header("content-type"), "application/problem+json")
        fields = set(reply.json()) - {"detail", "errors"}
        expect(f"{what}: its fields", sorted(fields), ["request_id", "status", "title", "type"])
        expect(f"{what}: its Server header", reply.header("server"), "")
        for word in (str(server.data), "state.db", "blobs", "SELECT", "INSERT", "sqlite", ".cc", "No such file"):
            expect(f"{what}: tells of {word!r}", word.encode() in reply.body, False)


@check("E9")
def rates(world):
    """Requests are limited by key and refused credentials by address: 429 with Retry-After."""
    server = world.plain
    address = world.new_address()
    token = server.api_token("viewer")
    for what, bearer, count, source in (("one token", token, 2500, world.new_address()),
                                        ("refused credentials of one address", "tok_x.y", 300, address)):
        request = f"GET /api/v1/session HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {bearer}\r\n\r\n".encode()
        answers = pipeline(server, request, count, source)
        expect(f"{count} requests with {what}: some are refused with 429", " 429 " in answers, True)
        expect_in("429", "\r\nRetry-After: ", answers[answers.index(" 429 "):])
    expect("a good token from there", server.call("GET", "/api/v1/session", bearer=server.token, source=address).status,
           200)


def pipeline(server, request, count, source):
    """Many requests on one connection, a hundred at once."""
    answers = []
    with server.connect(source) as peer:
        text = b""
        for _ in range(count // 100):
            peer.sendall(request * 100)
            wanted = text.count(b"HTTP/1.1 ") + 100
            while text.count(b"HTTP/1.1 ") < wanted:
                part = peer.recv(1 << 16)
                if not part:
                    raise Failed(f"{count} requests on one connection: expected an answer to each, found the end")
                text += part
            answers.append(text.decode())
            text = b""
            if " 429 " in answers[-1]:
                break
        peer.shutdown(socket.SHUT_WR)
        answers.append(read_to_end(peer))
    return "".join(answers)
