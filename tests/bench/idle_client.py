#!/usr/bin/env python3
"""Runs idle_client against a real exptd with 1,000 flags, over plain http on loopback and over https.

Usage: EXPT_BIN=build/bin idle_client.py
For https it makes an authority of its own, puts a TLS proxy before exptd, and runs the program in a mount namespace in
which that authority's certificate stands in place of the machine's; that part needs root and openssl, else it is left out.
"""

import asyncio
import pathlib
import ssl
import subprocess
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from programs import Case, program  # noqa: E402

AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt"  # where Debian's libcurl looks


def flags(numbers):
    """Flags with a rule of three conditions and a coverage, as programs have."""
    def flag(i):
        return {"key": f"flag-{i:04}", "type": "boolean",
                "variants": [{"key": "on", "value": True}, {"key": "off", "value": False}],
                "configuration": {"enabled": True, "off_variant": "off", "default_serve": {"variant": "off"}, "rules": [
                    {"id": "some", "serve": {"variant": "on"}, "condition": {"all": [
                        {"attribute": "country", "operator": "in", "operands": ["CH", "DE", f"x{i}"]},
                        {"attribute": "age", "operator": "gt", "operands": [i]},
                        {"attribute": "plan", "operator": "equals", "operands": [f"plan-{i % 50}"]}]}}]}}
    return {"attributes": [{"key": "country", "type": "string"}, {"key": "age", "type": "integer"},
                           {"key": "plan", "type": "string"}],
            "flags": [flag(i) for i in numbers]}


class TlsProxy:
    """https://localhost:port in front of an http server."""

    def __init__(self, certificate, key, upstream_port):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate, key)
        self.upstream_port = upstream_port
        self.loop = asyncio.new_event_loop()
        started = threading.Event()
        threading.Thread(target=self._run, args=(started,), daemon=True).start()
        started.wait()

    def _run(self, started):
        asyncio.set_event_loop(self.loop)
        server = self.loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self.context))
        self.port = server.sockets[0].getsockname()[1]
        started.set()
        self.loop.run_forever()

    async def _serve(self, reader, writer):
        up_reader, up_writer = await asyncio.open_connection("127.0.0.1", self.upstream_port)

        async def pump(source, sink):
            try:
                while data := await source.read(65536):
                    sink.write(data)
                    await sink.drain()
            except OSError:
                pass
            sink.close()

        await asyncio.gather(pump(reader, up_writer), pump(up_reader, writer))


class Idle(Case):
    def setUp(self):
        super().setUp()
        self.start()
        for first in range(0, 1000, 100):  # no faster than exptd lets one token ask
            self.publish(flags(range(first, first + 100)))
            time.sleep(5)
        self.key = self.expt("sdk-key").stdout.strip()

    def test_http(self):
        print("\nhttp  ", self.run_program("idle_client", self.exptd.url, self.key).stdout.strip())

    def test_https(self):
        authority, server = self.directory / "ca.pem", self.directory / "server.pem"
        make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost",
                "-addext", "subjectAltName=DNS:localhost", "-keyout", str(server), "-out", str(authority)]
        mount = ["unshare", "--mount", "sh", "-c", f'mount --bind "$0" {AUTHORITIES} && exec "$@"', str(authority)]
        try:
            subprocess.run(make, check=True, capture_output=True)
            subprocess.run([*mount, "true"], check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError) as error:
            self.skipTest(f"cannot make an authority of its own: {error}")
        proxy = TlsProxy(authority, server, int(self.exptd.url.rsplit(":", 1)[1]))
        result = subprocess.run([*mount, program("idle_client"), f"https://localhost:{proxy.port}", self.key],
                                capture_output=True, text=True, timeout=60)
        self.assertEqual(result.returncode, 0, result.stderr)
        print("\nhttps ", result.stdout.strip())


if __name__ == "__main__":
    unittest.main()
