"""Clients in processes of their own, and what they are given to serve."""

import json
import pathlib
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))
from programs import program  # noqa: E402


def page_size(value):
    return {"flags": [{"key": "page-size", "type": "integer", "variants": [{"key": "size", "value": value}],
                       "configuration": {"enabled": True, "default_serve": {"variant": "size"}}},
                      {"key": "payments", "type": "integer",
                       "variants": [{"key": "on", "value": 1}, {"key": "off", "value": 0}],
                       "configuration": {"enabled": True, "off_variant": "off", "fail_closed": True,
                                         "default_serve": {"variant": "on"}}},
                      {"key": "title", "type": "string", "variants": [{"key": "t", "value": "hello"}],
                       "configuration": {"enabled": True, "default_serve": {"variant": "t"}}}]}


class Probe:
    """A client in a process of its own."""

    def __init__(self, *arguments, name="fault_probe"):
        self.process = subprocess.Popen([program(name), *map(str, arguments)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)

    def ask(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def value(self):
        return self.ask("decide page-size u1")["used"]

    def status(self):
        return self.ask("status")

    def kill(self):
        self.process.kill()
        self.process.communicate(timeout=30)

    def close(self):
        if self.process.returncode is not None:
            return
        self.process.stdin.close()
        self.process.wait(timeout=30)
        self.process.stdout.close()


def eventually(condition, seconds=15):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False
