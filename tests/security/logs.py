"""G5: what is logged."""

import json

from requirement import check, expect, expect_no
from server import PASSWORD
from world import SHOP


@check("G5", place="last")
def log_lines(world):
    """Each line of the log is one JSON object; no secret of this run is in it, and of a key six characters at most."""
    server = world.plain
    email = world.new_email()
    server.member(email)
    browser = server.browser(email)
    server.call("PUT", SHOP + "/flags/checkout", {"key": "a\r\n{}\x1b[31m"}, **browser)
    server.call("GET", SHOP + "/flags", bearer=server.sdk_key("server"))
    server.call("GET", SHOP + "/flags/%1b%5b31m", bearer=server.token)
    server.call("POST", SHOP + "/flags", {"key": "x\r\ny"}, bearer=server.token, headers={"User-Agent": "a\tb"})
    server.sign_in(email, PASSWORD + " wrong")
    secrets = set()
    lines = []
    for one in world.servers.values():
        one.stop()
        parts = one.secrets | {secret.partition(".")[2] for secret in one.secrets}
        secrets |= {secret for secret in parts if len(secret) >= 12}  # shorter ones could stand there by chance
        lines += one.log.read_bytes().split(b"\n")[:-1]
    expect("lines were found", len(lines) > 5 and len(secrets) > 5, True)
    text = b"\n".join(lines)
    expect("secrets in the log", sum(secret.encode() in text for secret in secrets), 0)
    for line in lines:
        parsed = None
        if line.startswith(b"{") and line.endswith(b"}"):
            parsed = json.loads(line)
        expect(f"the line {line[:80]} is one object", isinstance(parsed, dict), True)
        expect(f"the principal in {line[:80]} has six characters at most", len(parsed.get("principal", "")) <= 6, True)
    expect_no("control bytes", [byte for byte in text.replace(b"\n", b"") if byte < 0x20 or byte == 0x7f])
