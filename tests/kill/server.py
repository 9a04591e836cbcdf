"""An exptd that is killed, or loses its power, and is started again with the same data."""

import http.client
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from programs import checkout_test, program  # noqa: E402

PROJECT, ENVIRONMENT = "shop", "production"
AT = f"/api/v1/projects/{PROJECT}/environments/{ENVIRONMENT}"


class Server:
    """Made with a project, a running experiment and a server key, at a port that stays."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder).resolve()
        self.folder.mkdir(parents=True)
        self.data = self.folder / "state"
        self.log = self.folder / "exptd.log"
        self.port = 0
        self.process = None
        self.start_seconds = []  # of every start that got as far as listening
        self.start()
        self.token = self._setup()
        self.key = self._expt("sdk-key")
        self.experiment = self.api("GET", f"{AT}/experiments/checkout-test")["id"]

    def start(self, environment=None):
        """False when it was killed before it listened."""
        begin = time.monotonic()
        with open(self.log, "ab") as log:
            at = log.tell()
            self.process = subprocess.Popen(
                [program("exptd"), "serve", "--dev", "--data", str(self.data), "--listen", f"127.0.0.1:{self.port}",
                 "--log-level", "warning", "--max-ack-wait", "60s"],  # so that it refuses nothing, however slow
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, env={**os.environ, **(environment or {})})
        while time.monotonic() < begin + 30:
            text = self.log.read_bytes()[at:].decode(errors="replace")
            ready = re.search(r"^listening on http://127\.0\.0\.1:(\d+)$", text, re.M)
            if ready:
                self.start_seconds.append(time.monotonic() - begin)
                self.port = int(ready.group(1))
                return True
            if self.process.poll() is not None:
                if self.process.returncode != -signal.SIGKILL:
                    raise AssertionError(f"exptd ended with {self.process.returncode} at its start:\n{text}")
                return False
            time.sleep(0.005)
        raise AssertionError(f"exptd did not say that it listens:\n{text}")

    def kill(self):
        self.process.kill()
        self.wait()

    def wait(self, timeout=30):
        return self.process.wait(timeout)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        if self.wait() != 0:
            raise AssertionError(f"exptd ended with {self.process.returncode}")

    def connect(self, timeout=10):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)

    def sdk(self, connection, method, path, body=None):
        """Status and body; any of the errors of a connection whose other end dies comes through as OSError."""
        parts = self.key.split(".")
        headers = {"Authorization": f"Bearer {parts[3]}.{parts[6]}", "Content-Type": "application/x-protobuf"}
        try:
            connection.request(method, path, body, headers)
            reply = connection.getresponse()
            return reply.status, reply.read()
        except http.client.HTTPException as error:
            raise ConnectionError(str(error)) from error

    def api(self, method, path, body=None):
        connection = self.connect()
        try:
            connection.request(method, path, None if body is None else json.dumps(body),
                               {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"})
            reply = connection.getresponse()
            content = reply.read()
        except http.client.HTTPException as error:
            raise ConnectionError(str(error)) from error
        finally:
            connection.close()
        if reply.status >= 300:
            raise AssertionError(f"{method} {path}: {reply.status} {content.decode(errors='replace')}")
        return json.loads(content)

    def _setup(self):
        self.token = re.search(r"^setup token: (\S+)$", self.log.read_text(), re.M).group(1)
        self.token = self._expt("setup", "--token", self.token)
        definitions = self.folder / "definitions.json"
        definitions.write_text(json.dumps(checkout_test()))
        self._expt("publish", "--create", "--file", str(definitions))
        return self.token

    def _expt(self, *words):
        environment = {**os.environ, "EXPT_URL": f"http://127.0.0.1:{self.port}", "EXPT_TOKEN": self.token,
                       "EXPT_PROJECT": PROJECT, "EXPT_ENVIRONMENT": ENVIRONMENT}
        result = subprocess.run([program("expt"), *words], env=environment, capture_output=True, text=True, timeout=60)
        if result.returncode != 0:
            raise AssertionError(f"expt {words[0]}: {result.stderr}")
        return result.stdout.strip()
