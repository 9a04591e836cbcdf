"""The programs under test as processes: exptd on a free loopback port, expt and the examples as its users.

EXPT_BIN names the directory of the programs. Everything a test makes lies in one temporary directory.
"""

import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.error
import urllib.request

BIN = pathlib.Path(os.environ.get("EXPT_BIN", "build/bin")).resolve()
SOURCE = pathlib.Path(__file__).resolve().parents[2]
SKIPPED = 77  # what ctest takes for "skipped"


def program(name):
    path = BIN / name
    if not path.exists():
        raise AssertionError(f"{path} is not built; EXPT_BIN names the directory of the programs")
    return str(path)


class Exptd:
    """One exptd. start() again after stop() or kill() goes on with the same data, at the same port."""

    def __init__(self, directory):
        self.data = pathlib.Path(directory) / "state"
        self.log = pathlib.Path(directory) / "exptd.log"
        self.process = None
        self.url = None
        self.setup_token = None
        self.signing = ["--dev"]
        self.options = []

    def start(self):
        listen = "127.0.0.1:0" if self.url is None else self.url.split("//")[1]
        with open(self.log, "ab") as log:
            begin = log.tell()
            self.process = subprocess.Popen(
                [program("exptd"), "serve", *self.signing, *self.options, "--data", str(self.data), "--listen", listen],
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            text = self.log.read_bytes()[begin:].decode(errors="replace")
            token = re.search(r"^setup token: (\S+)$", text, re.M)
            self.setup_token = token.group(1) if token else None
            ready = re.search(r"^listening on (http://\S+)$", text, re.M)
            if ready:
                self.url = ready.group(1)
                return self
            if self.process.poll() is not None:
                raise AssertionError(f"exptd ended with {self.process.returncode}:\n{text}")
            time.sleep(0.02)
        raise AssertionError(f"exptd did not say that it listens:\n{self.log.read_text(errors='replace')}")

    def stop(self):
        """SIGTERM; answers with the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=30)

    def kill(self):
        self.process.kill()
        self.process.wait(timeout=30)

    @property
    def is_running(self):
        return self.process is not None and self.process.poll() is None


class Watch:
    """watch_client: a program with a client; what it printed so far."""

    def __init__(self, *arguments):
        self.process = subprocess.Popen([program("watch_client"), *map(str, arguments)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        self.lines = []
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.append(json.loads(line))

    def wait_for(self, **wanted):
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            if self.lines and wanted.items() <= self.lines[-1].items():
                return
            time.sleep(0.02)
        raise AssertionError(f"expected {wanted}, got {self.lines}")

    def close(self):
        self.process.stdin.close()
        self.process.wait(timeout=30)
        self.process.stdout.close()


class Case(unittest.TestCase):
    """A test with an exptd of its own: project "shop", environment "production"."""

    maxDiff = None

    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="expt-e2e."))
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)
        self.exptd = Exptd(self.directory)
        self.addCleanup(self._end)
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith("EXPT_")}

    def _end(self):
        if self.exptd.is_running:
            self.exptd.kill()

    def start(self, project="shop", environment="production"):
        """Starts exptd and exchanges its setup token; commands find their way by environment variables."""
        self.exptd.start()
        self.environment["EXPT_URL"] = self.exptd.url
        token = self.expt("setup", "--token", self.exptd.setup_token).stdout.strip()
        self.assertTrue(token)
        self.environment.update(EXPT_TOKEN=token, EXPT_PROJECT=project, EXPT_ENVIRONMENT=environment)

    def run_program(self, name, *arguments, code=0, stdin=None, timeout=120, env=None):
        result = subprocess.run([program(name), *map(str, arguments)], input=stdin, text=True, capture_output=True,
                                env={**self.environment, **(env or {})}, timeout=timeout)
        if code is not None:
            self.assertEqual(result.returncode, code,
                             f"{name} {' '.join(map(str, arguments))}\nstdout: {result.stdout}\nstderr: {result.stderr}"
                             f"\nexptd: {self.exptd.log.read_text(errors='replace')[-2000:] if self.exptd.log.exists() else ''}")
        return result

    def expt(self, *arguments, **options):
        return self.run_program("expt", *arguments, **options)

    def api(self, method, path, body=None):
        """One request to the JSON API; answers with status and body."""
        request = urllib.request.Request(
            self.exptd.url + path, method=method, data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": "Bearer " + self.environment["EXPT_TOKEN"], "Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=30) as reply:
                return reply.status, json.loads(reply.read() or b"null")
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.loads(error.read() or b"null")

    def write(self, name, content):
        path = self.directory / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def publish(self, definitions, code=0):
        path = self.write("definitions.json", json.dumps(definitions))
        return self.expt("publish", "--create", "--file", path, code=code)

    def fetch(self):
        """The live snapshot and the Root as files."""
        snapshot, root = self.directory / "live.exs", self.directory / "root.exs"
        self.expt("fetch", "--snapshot", snapshot, "--root", root)
        return snapshot, root

    def check_exposures(self, results, units):
        """Each unit was exposed once, to one variant, at a time to be trusted."""
        self.assertEqual(results["exposures"], {"events": units, "units": units, "multi_exposed": 0, "time_suspect": 0})

    def results(self, experiment, **env):
        return json.loads(self.expt("results", experiment, "--output", "json", env=env).stdout)


def checkout_test():
    """Definitions of a small experiment, without salts and dates."""
    return {
        "attributes": [{"key": "country", "type": "string"}],
        "segments": [{"key": "swiss", "condition": {"attribute": "country", "operator": "equals", "operands": ["CH"]}}],
        "flags": [
            {"key": "new-checkout", "type": "boolean",
             "variants": [{"key": "on", "value": True}, {"key": "off", "value": False}],
             "configuration": {"enabled": True, "off_variant": "off",
                               "rules": [{"id": "swiss", "condition": {"operator": "in_segment", "operands": ["swiss"]},
                                          "serve": {"variant": "on"}}],
                               "default_serve": {"variant": "off"}}},
            {"key": "checkout", "type": "string",
             "variants": [{"key": "control", "value": "green"}, {"key": "treatment", "value": "orange"}],
             "configuration": {"enabled": True, "off_variant": "control",
                               "rules": [{"id": "experiment", "serve": {"experiment": "checkout-test"}}],
                               "default_serve": {"variant": "control"}}}],
        "metrics": [{"key": "purchase", "kind": "proportion",
                     "numerator": {"event": "purchase", "value": "none", "aggregation": "any"}},
                    {"key": "revenue", "kind": "mean",
                     "numerator": {"event": "purchase", "value": "value", "aggregation": "sum"}}],
        "experiments": [{"key": "checkout-test", "flag": "checkout", "status": "running", "control": "control",
                         "weights": {"control": 500000, "treatment": 500000}, "mode": "fixed",
                         "start": "2020-01-01T00:00:00Z",
                         "metrics": [{"metric": "purchase", "role": "success"},
                                     {"metric": "revenue", "role": "secondary"}]}],
    }


def visits(first, count):
    """JSON lines: each unit's exposure, by turns in one variant and the other, and a purchase of every third unit."""
    lines = []
    for i in range(first, first + count):
        who = {"targetingKey": f"u{i:06}"}
        variant = ("control", "treatment")[i % 2]
        lines.append({"type": "exposure", "experiment": "checkout-test", "variant": variant, "context": who,
                      "time": "2020-02-01T00:00:00Z", "event_id": f"v{i:06}a"})
        if i % 3 == 0:
            lines.append({"type": "metric", "name": "purchase", "context": who, "value": 10,
                          "time": "2020-02-01T01:00:00Z", "event_id": f"v{i:06}b"})
    return "".join(json.dumps(line) + "\n" for line in lines), len(lines)


def cookie_cats_csv():
    """The data set's path, or None with the reason."""
    named = os.environ.get("EXPT_COOKIE_CATS")
    path = pathlib.Path(named) if named else SOURCE.parent / "shared" / "data" / "cookie_cats.csv"
    if path.is_file():
        return path, None
    return None, f"{path} is missing: set EXPT_COOKIE_CATS to the Cookie Cats data set"
