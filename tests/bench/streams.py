#!/usr/bin/env python3
"""What open streams of Heads cost exptd, and how fast a publish reaches all of them.

    tests/bench/streams.py build/bin/exptd [streams]
"""
import json
import re
import resource
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request


def call(url, body, token=None):
    request = urllib.request.Request(url, data=json.dumps(body).encode())
    request.add_header("Content-Type", "application/json")
    if token:
        request.add_header("Authorization", "Bearer " + token)
    return json.loads(urllib.request.urlopen(request).read())


def read_event(stream):
    received = b""
    while b"data:" not in received or not received.endswith(b"\n\n"):
        received += stream.recv(4096)


def open_stream(port, bearer):
    stream = socket.create_connection(("127.0.0.1", port))
    stream.sendall(f"GET /sdk/v1/stream HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {bearer}\r\n\r\n".encode())
    read_event(stream)
    return stream


def resident_kilobytes(pid):
    with open(f"/proc/{pid}/status") as status:
        return int(re.search(r"VmRSS:\s+(\d+)", status.read()).group(1))


def main():
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 1000
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with tempfile.TemporaryDirectory() as directory:
        exptd = subprocess.Popen(
            [sys.argv[1], "serve", "--data", directory + "/data", "--dev", "--listen", "127.0.0.1:0",
             "--log-level", "error", "--head-interval", "60m"], stdout=subprocess.PIPE, text=True)
        try:
            setup_token = exptd.stdout.readline().split()[-1]
            url = exptd.stdout.readline().split()[-1]
            token = call(url + "/api/v1/setup", {"token": setup_token})["api_token"]
            project = url + "/api/v1/projects/shop"
            environment = project + "/environments/production"
            call(url + "/api/v1/projects", {"key": "shop"}, token)
            call(project + "/environments", {"key": "production"}, token)
            call(project + "/flags", {"key": "checkout", "type": "boolean", "variants": [
                {"key": "off", "value": False}, {"key": "on", "value": True}]}, token)
            key = call(environment + "/keys", {"kind": "server", "name": "bench"}, token)
            bearer = key["key_id"] + "." + key["key"].split(".")[-1]
            call(environment + "/publish", {}, token)
            port = int(url.split(":")[-1])
            streams = [open_stream(port, bearer) for _ in range(20)]  # so that pools are there
            before = resident_kilobytes(exptd.pid)
            streams += [open_stream(port, bearer) for _ in range(count)]
            time.sleep(0.5)
            after = resident_kilobytes(exptd.pid)
            print(f"{count} streams: {(after - before) * 1024 / count:.0f} bytes each")
            for _ in range(5):
                begin = time.perf_counter()
                call(environment + "/publish", {}, token)
                answered = time.perf_counter()
                for stream in streams:
                    read_event(stream)
                done = time.perf_counter()
                print(f"publish answered after {(answered - begin) * 1e3:.1f} ms, "
                      f"every stream had its Head {(done - answered) * 1e3:.1f} ms later")
        finally:
            exptd.terminate()
            exptd.wait()


if __name__ == "__main__":
    main()
