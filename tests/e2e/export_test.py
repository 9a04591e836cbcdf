"""Snapshots from a plain directory behind a plain web server, beside the real exptd."""

import functools
import http.server
import threading
import unittest
import urllib.request

from programs import Case, Watch, checkout_test


class FileServer:
    """Python's own web server on a directory; what was asked of it."""

    def __init__(self, directory):
        asked = self.asked = []

        class Handler(http.server.SimpleHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def do_GET(self):
                asked.append((self.path, self.headers.get("Authorization")))
                super().do_GET()

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=directory))
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Export(Case):
    def setUp(self):
        super().setUp()
        self.folder = self.directory / "export"
        self.exptd.options = ["--export", str(self.folder), "--head-interval", "300ms"]
        self.start()
        self.publish(checkout_test())
        self.files = FileServer(self.folder)
        self.addCleanup(self.files.close)

    def watch(self, audience):
        key = self.expt("sdk-key", "--kind", audience).stdout.strip()
        watch = Watch(self.exptd.url, key, "checkout", f"snapshot_url={self.files.url}")
        self.addCleanup(watch.close)
        return watch

    def requests_for_snapshots(self):
        with urllib.request.urlopen(self.exptd.url + "/metrics", timeout=30) as reply:
            lines = reply.read().decode().splitlines()
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines
                   if line.startswith("exptd_http_requests_total") and "/sdk/v1/snapshots/" in line)

    def names(self):
        return sorted(path.name for path in self.folder.iterdir())

    def test_clients_of_both_audiences_take_their_snapshots_from_there(self):
        self.assertEqual(len(self.names()), 2, "one for server keys, one for client keys")
        for audience in ("server", "client"):
            watch = self.watch(audience)
            watch.wait_for(version=1, source="network", mismatches=0)
        self.assertEqual(sorted(path[1:] for path, _ in self.files.asked), self.names())
        self.assertEqual([key for _, key in self.files.asked], [None, None], "the key is not sent there")
        self.assertEqual(self.requests_for_snapshots(), 0)

    def test_a_start_writes_what_is_live_and_missing(self):
        names = self.names()
        for name in names:
            (self.folder / name).unlink()
        self.exptd.stop()
        self.exptd.start()
        self.assertEqual(self.names(), names)

    def test_a_wrong_file_is_found_out_and_exptd_serves(self):
        first, second = self.names()
        swapped = (self.folder / first).read_bytes()
        (self.folder / first).write_bytes((self.folder / second).read_bytes())
        (self.folder / second).write_bytes(swapped)
        watch = self.watch("server")
        watch.wait_for(version=1, mismatches=1)
        self.assertEqual(len(self.files.asked), 1)
        self.assertEqual(self.requests_for_snapshots(), 1)

    def test_a_file_that_is_not_there_yet_comes_from_exptd(self):
        for name in self.names():
            (self.folder / name).unlink()
        self.watch("server").wait_for(version=1, mismatches=0)
        self.assertEqual(self.requests_for_snapshots(), 1)

    def test_a_directory_that_cannot_be_written_stops_no_publish(self):
        for path in self.folder.iterdir():
            path.unlink()
        self.folder.rmdir()
        definitions = checkout_test()
        definitions["flags"][0]["configuration"]["default_serve"] = {"variant": "on"}
        result = self.publish(definitions)
        self.assertIn("could not be exported", result.stdout + result.stderr)
        self.watch("server").wait_for(version=2)


if __name__ == "__main__":
    unittest.main()
