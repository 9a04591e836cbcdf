#!/usr/bin/env python3
"""How long a publish takes to a client: from sending the call, and from its answer, until an evaluation gives the new
value, by stream and by polling every second. Runs the program `propagation` against a real exptd on loopback.

Usage: EXPT_BIN=build/bin propagation.py [PUBLISHES_BY_STREAM [PUBLISHES_BY_POLLING]]
"""

import math
import pathlib
import random
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from programs import Case, program  # noqa: E402

POLL_MS = 1000
ENVIRONMENT = "/api/v1/projects/shop/environments/production"


def definitions(value):
    return {"flags": [{"key": "number", "type": "integer",
                       "variants": [{"key": f"v{i}", "value": i} for i in range(2)],
                       "configuration": {"enabled": True, "default_serve": {"variant": f"v{value}"}}}]}


def figures(name, times):
    """Of milliseconds: median, the 99th of a hundred, the longest."""
    times = sorted(times)
    p99 = times[min(len(times), math.ceil(len(times) * 0.99)) - 1]
    median = times[len(times) // 2]
    print(f"{name:34} median {median:7.1f} ms   p99 {p99:7.1f} ms   max {times[-1]:7.1f} ms", flush=True)


class Propagation(Case):
    publishes = {"stream": 100, "polling": 20}

    def test_propagation(self):
        self.start()
        self.publish(definitions(0))
        key = self.expt("sdk-key").stdout.strip()
        print()
        for way, argument in (("stream", "stream"), ("polling", str(POLL_MS))):
            client = subprocess.Popen([program("propagation"), self.exptd.url, key, "number", argument],
                                      stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            try:
                self.measure(way, client)
            finally:
                client.stdin.close()
                client.wait(timeout=30)
                client.stdout.close()

    def wait_for(self, client, value):
        while True:
            seen, when = client.stdout.readline().split()
            if int(seen) == value:
                return int(when)

    def measure(self, way, client):
        value = self.live
        self.wait_for(client, value)
        time.sleep(2)  # the stream is open
        from_sending, from_answer = [], []
        for _ in range(self.publishes[way]):
            value = 1 - value
            self.serve(value)
            time.sleep(random.uniform(0.05, 0.05 if way == "stream" else POLL_MS / 1000))  # at any time between polls
            sent = time.monotonic_ns()
            status, answer = self.api("POST", ENVIRONMENT + "/publish", {})
            answered = time.monotonic_ns()
            self.assertEqual(status, 200, answer)
            seen = self.wait_for(client, value)
            from_sending.append((seen - sent) / 1e6)
            from_answer.append((seen - answered) / 1e6)
        self.live = value
        title = f"{way}, {len(from_sending)} publishes"
        figures(f"{title}, from sending", from_sending)
        figures(f"{title}, from the answer", from_answer)

    live = 0

    def serve(self, value):
        """Changes the configuration, which the next publish makes live."""
        path = ENVIRONMENT + "/flags/number"
        status, configuration = self.api("GET", path)
        self.assertEqual(status, 200, configuration)
        configuration["default_serve"] = {"variant": f"v{value}"}
        status, answer = self.api("PUT", path, configuration)
        self.assertEqual(status, 200, answer)


if __name__ == "__main__":
    for name, count in zip(("stream", "polling"), sys.argv[1:]):
        Propagation.publishes[name] = int(count)
    unittest.main(argv=sys.argv[:1])
