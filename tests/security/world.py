"""The servers that the checks share, each started when it is asked for first."""

import itertools
import pathlib

from server import Server

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHOP = "/api/v1/projects/shop"
PRODUCTION = SHOP + "/environments/production"
PUBLIC_URL = "https://flags.example.com"


def flag(key, visibility):
    return {"key": key, "type": "boolean", "visibility": visibility,
            "variants": [{"key": "off", "value": False}, {"key": "on", "value": True}]}


class World:
    def __init__(self, exptd, directory, source):
        self.exptd = exptd
        self.directory = pathlib.Path(directory)
        self.source = source  # the root of the tree whose sources are read
        self.servers = {}
        self._addresses = itertools.count(1)
        self._names = itertools.count(1)

    def new_address(self):
        """An address of this machine from which nothing has come yet: limits by address begin anew."""
        number = next(self._addresses)
        return f"127.{1 + number // 62500}.{1 + number // 250 % 250}.{1 + number % 250}"

    def new_name(self, prefix="x"):
        return f"{prefix}{next(self._names)}"

    def new_email(self):
        return self.new_name("member") + "@example.com"

    def new_server(self, name, *options):
        server = Server(self.exptd, self.directory / name, *options)
        self.servers[name] = server
        return server.start()

    def _shared(self, name, make):
        if name not in self.servers:
            make()
        return self.servers[name]

    @property
    def plain(self):
        """On loopback, with two projects and something published."""

        def make():
            server = self.new_server("plain").setup()
            for project, environments in (("shop", ("production", "staging")), ("bank", ("production",))):
                server.made("/api/v1/projects", {"key": project})
                for environment in environments:
                    server.made(f"/api/v1/projects/{project}/environments", {"key": environment})
            for key, visibility in (("checkout", "client"), ("internal", "server")):
                server.made(SHOP + "/flags", flag(key, visibility))
                done = server.admin("PUT", f"{PRODUCTION}/flags/{key}", {
                    "enabled": True, "off_variant": "off", "default_serve": {"variant": "on"}})
                assert done.status == 200, done.body
            server.made(PRODUCTION + "/publish", {})

        return self._shared("plain", make)

    @property
    def proxied(self):
        """Behind a proxy that ends TLS; administrators need a second factor."""
        return self._shared("proxied", lambda: self.new_server(
            "proxied", "--behind-proxy", "--public-url", PUBLIC_URL, "--require-admin-totp").setup())

    @property
    def moved(self):
        """One that checks stop and start."""

        def make():
            server = self.new_server("moved").setup()
            server.made("/api/v1/projects", {"key": "shop"})
            server.made(SHOP + "/environments", {"key": "production"})

        return self._shared("moved", make)

    def end(self):
        for server in self.servers.values():
            server.kill()
