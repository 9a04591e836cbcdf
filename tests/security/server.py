"""A real exptd as a process, and requests to it; Python's standard library only."""

import http.client
import json
import pathlib
import re
import signal
import socket
import sqlite3
import subprocess
import time

PASSWORD = "correct horse battery"
SECRET_FIELDS = ("password", "new_password", "token", "code", "totp")
WAIT_SECONDS = 30  # for what must come; nothing is measured


class Reply:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = [(name.lower(), value) for name, value in headers]
        self.body = body

    def all(self, name):
        return [value for key, value in self.headers if key == name]

    def header(self, name):
        return ", ".join(self.all(name))

    def json(self):
        return json.loads(self.body)

    @property
    def detail(self):
        return self.json().get("detail", "")

    @property
    def cookies(self):
        """What a browser sends back."""
        return "; ".join(value.split(";")[0] for value in self.all("set-cookie"))

    def without_id(self):
        return self.status, {key: value for key, value in self.json().items() if key != "request_id"}


class Server:
    """One exptd with a directory of its own. start() after stop() goes on with the same data, at the same port."""

    def __init__(self, exptd, directory, *options):
        self.exptd = exptd
        self.directory = pathlib.Path(directory)
        self.directory.mkdir()
        self.data = self.directory / "state"
        self.out = self.directory / "out"
        self.log = self.directory / "log"
        self.options = ["--dev", "--log-level", "debug", *options]
        self.listen = "127.0.0.1:0"
        self.process = None
        self.setup_token = None
        self.token = None
        self.secrets = set()  # that were sent or received
        self.replies = []     # bodies

    def start(self):
        begin = self.out.stat().st_size if self.out.exists() else 0
        with open(self.out, "ab") as out, open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [self.exptd, "serve", *self.options, "--data", self.data, "--listen", self.listen],
                stdin=subprocess.DEVNULL, stdout=out, stderr=log)
        deadline = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < deadline:
            text = self.out.read_bytes()[begin:].decode()
            token = re.search(r"^setup token: (\S+)$", text, re.M)
            self.setup_token = token.group(1) if token else None
            ready = re.search(r"^listening on http://(\S+)$", text, re.M)
            if ready:
                self.listen = ready.group(1)
                if self.setup_token:
                    self.secrets.add(self.setup_token)
                return self
            if self.process.poll() is not None:
                break
            time.sleep(0.02)
        raise RuntimeError(f"exptd does not listen:\n{self.log.read_text(errors='replace')[-4000:]}")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=WAIT_SECONDS)

    def kill(self):
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def edit(self, sql):
        """Changes what is kept, between a stop and a start."""
        self.stop()
        database = sqlite3.connect(self.data / "state.db")
        database.executescript(sql)
        database.close()
        self.start()

    def rows(self, sql, *values):
        """As another process sees them."""
        database = sqlite3.connect(f"file:{self.data / 'state.db'}?mode=ro", uri=True, timeout=WAIT_SECONDS)
        try:
            return database.execute(sql, values).fetchall()
        finally:
            database.close()

    def cpu_ticks(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return int(fields[11]) + int(fields[12])

    @property
    def address(self):
        host, port = self.listen.rsplit(":", 1)
        return host, int(port)

    # --- Requests -----------------------------------------------------------------------------------------------

    def call(self, method, path, body=None, *, bearer=None, cookies=None, headers=(), source="127.0.0.1"):
        """`body` is sent as JSON unless it is bytes."""
        sent = dict(headers)
        if bearer:
            sent["Authorization"] = "Bearer " + bearer
        if cookies:
            sent["Cookie"] = cookies
        if body is not None and not isinstance(body, bytes):
            fields = body.items() if isinstance(body, dict) else ()
            self.secrets.update(value for name, value in fields if name in SECRET_FIELDS and isinstance(value, str))
            body = json.dumps(body).encode()
            sent.setdefault("Content-Type", "application/json")
        self.secrets.update(value for value in [bearer, *re.findall(r"=([^;]+)", cookies or "")] if value)
        connection = http.client.HTTPConnection(*self.address, timeout=WAIT_SECONDS, source_address=(source, 0))
        try:
            connection.putrequest(method, path, skip_accept_encoding=True)
            if body is not None and "Transfer-Encoding" not in sent:
                sent["Content-Length"] = str(len(body))
            for name, value in sent.items():
                connection.putheader(name, value)
            connection.endheaders(body)
            answer = connection.getresponse()
            reply = Reply(answer.status, answer.getheaders(), answer.read())
        finally:
            connection.close()
        self.replies.append(reply.body)
        self.secrets.update(value for cookie in reply.all("set-cookie")
                            for value in re.findall(r"^[^=]+=([^;]+)", cookie))
        return reply

    def admin(self, method, path, body=None, **more):
        return self.call(method, path, body, bearer=self.token, **more)

    def made(self, path, body):
        """What an administrator makes."""
        reply = self.admin("POST", path, body)
        if reply.status not in (200, 201):
            raise RuntimeError(f"POST {path}: {reply.status} {reply.body.decode()}")
        return reply.json()

    def connect(self, source="127.0.0.1"):
        return socket.create_connection(self.address, timeout=WAIT_SECONDS, source_address=(source, 0))

    def raw(self, data, source="127.0.0.1"):
        """Sends bytes as they are; answers with all that comes until the server closes."""
        with self.connect(source) as peer:
            peer.sendall(data)
            peer.shutdown(socket.SHUT_WR)
            return read_to_end(peer)

    def raw_head(self, method, path, bearer):
        """As raw(), of a request without a body whose path nobody tidies up."""
        return self.raw(f"{method} {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {bearer}\r\n\r\n".encode())

    # --- People -------------------------------------------------------------------------------------------------

    def setup(self):
        self.token = self.call("POST", "/api/v1/setup", {"token": self.setup_token}).json()["api_token"]
        self.secrets.add(self.token)
        return self

    def invite(self, email):
        """Id of the member, and the token that becomes a password."""
        reply = self.made("/api/v1/members", {"email": email})
        self.secrets.add(reply["token"])
        return reply["member"]["id"], reply["token"]

    def member(self, email, role=None, project=None):
        """An active member; answers with the id."""
        member, ticket = self.invite(email)
        done = self.call("POST", "/api/v1/password", {"token": ticket, "password": PASSWORD})
        if done.status != 204:
            raise RuntimeError(done.body.decode())
        if role:
            self.made("/api/v1/bindings", {"member": member, "role": role, "project": project})
        return member

    def sign_in(self, email, password=PASSWORD, **more):
        body = {"email": email, "password": password}
        if "totp" in more:
            body["totp"] = more.pop("totp")
        return self.call("POST", "/api/v1/session", body, **more)

    def browser(self, email, **more):
        """Headers and cookies of somebody who has signed in."""
        reply = self.sign_in(email, **more)
        if reply.status != 201:
            raise RuntimeError(f"sign in: {reply.status} {reply.body.decode()}")
        return {"cookies": reply.cookies, "headers": {"X-Expt-Session": "1"}}

    def api_token(self, role, project=None, environment=None):
        binding = {"role": role, "project": project, "environment": environment}
        made = self.made("/api/v1/tokens", {"name": role, "bindings": [binding]})
        self.secrets.add(made["token"])
        return made["token"]

    def sdk_key(self, kind, place="shop/environments/production", **more):
        """What an SDK sends of its key: id and secret."""
        key = self.made(f"/api/v1/projects/{place}/keys", {"kind": kind, "name": "check", **more})["key"]
        parts = key.split(".")
        bearer = parts[3] + "." + parts[-1]
        self.secrets.update((bearer, parts[-1]))
        return bearer


def read_to_end(peer):
    text = b""
    try:
        while part := peer.recv(65536):
            text += part
    except ConnectionResetError:
        pass
    return text.decode(errors="replace")


def status_of(text):
    return int(text.split(" ", 2)[1]) if text.startswith("HTTP/1.1 ") else 0


def detail_of(text):
    body = text.partition("\r\n\r\n")[2]
    return json.loads(body).get("detail", "") if body else ""
