"""A proxy on loopback that misbehaves as told, path by path.

A fault is a dict: "path" (prefix), "kind", and what the kind needs:
  cut            the connection ends without an answer          hang     no answer, ever
  status         {"status", "headers"}                          html     200 with a page of a captive portal
  truncated      half of the answer, then the end               corrupt  one byte of the answer is flipped
  replay         what `replayed` has for the target             huge     33 MiB instead of the answer
"""

import http.client
import http.server
import socket
import threading
import time

HUGE = 33 << 20


class FaultProxy:
    def __init__(self, port):
        self.upstream_port = port
        self.faults = []
        self.recorded = {}  # target -> (status, headers, body), the last answers while there was no fault
        self.replayed = {}  # the same, for `replay`
        self.hits = 0
        proxy = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_GET(self):
                proxy.serve(self)

            do_POST = do_GET

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None  # a client that goes away is no error here
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.faults = []
        self.server.shutdown()
        self.server.server_close()

    def fault_of(self, path):
        return next((fault for fault in self.faults if path.startswith(fault["path"])), None)

    def serve(self, request):
        body = request.rfile.read(int(request.headers.get("Content-Length", 0)))
        fault = self.fault_of(request.path)
        kind = fault["kind"] if fault else None
        if fault:
            self.hits += 1
        if kind == "cut":
            return self.cut(request)
        if kind == "hang":
            while fault in self.faults:
                time.sleep(0.05)
            return self.cut(request)
        if kind == "status":
            return self.answer(request, fault["status"], fault.get("headers", {}), b"")
        if kind == "html":
            return self.answer(request, 200, {"Content-Type": "text/html"}, b"<html>Welcome to the hotel</html>")
        if kind == "huge":
            return self.answer(request, 200, {}, b"\0" * HUGE)
        if kind == "replay" and request.path in self.replayed:
            return self.answer(request, *self.replayed[request.path])
        status, headers, content = self.forward(request, body, with_tag=kind is None)
        if kind is None and status == 200:
            self.recorded[request.path] = (status, headers, content)
        if kind == "corrupt" and content:
            at = len(content) // 2
            content = content[:at] + bytes([content[at] ^ 1]) + content[at + 1:]
        self.answer(request, status, headers, content, is_cut=kind == "truncated")

    def forward(self, request, body, with_tag):
        connection = http.client.HTTPConnection("127.0.0.1", self.upstream_port, timeout=10)
        try:
            drop = {"host", "connection", "content-length"} | (set() if with_tag else {"if-none-match"})
            headers = {k: v for k, v in request.headers.items() if k.lower() not in drop}
            connection.request(request.command, request.path, body or None, headers)
            reply = connection.getresponse()
            content = reply.read()
            keep = {k: v for k, v in reply.getheaders()
                    if k.lower() in ("etag", "content-type", "retry-after", "cache-control")}
            return reply.status, keep, content
        except OSError:
            return 502, {}, b""
        finally:
            connection.close()

    def answer(self, request, status, headers, content, is_cut=False):
        try:
            request.send_response(status)
            for name, value in headers.items():
                request.send_header(name, value)
            request.send_header("Content-Length", str(len(content)))
            request.end_headers()
            request.wfile.write(content[:len(content) // 2] if is_cut else content)
        except OSError:
            pass
        if is_cut:
            self.cut(request)

    def cut(self, request):
        request.close_connection = True
        try:
            request.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
