"""A client is killed, or loses its power, while it installs and saves snapshots: it never goes back, nor starts damaged."""

import http.server
import pathlib
import random
import shutil
import struct
import subprocess
import threading

import senders
from disk import Disk
from figures import Figures
from server import AT, Server, program

CYCLES_OF_A_LIFE = 25
FAULTS = ("snapshots lost", "rolled back", "damaged files of the client", "wrong answers")
MOST_OPERATIONS = 35  # of the disk; a run in which one snapshot comes takes 30
MOST_BAD_ENDS = 4  # in a row; after six the client takes the snapshots for what ends it and serves none of its files
READY_MS = 5000  # at most, for what must come
ONLINE_MS = 220  # longer than a snapshot is on trial
REFUSAL_MS = 500  # to accept what must be refused
NO_SERVER = "http://127.0.0.1:1"


def floor_of(path):
    """Version of the floor in the file "state"; 0 when there is none, or it is cut short. Its checksum is not looked at."""
    content, at, parts = path.read_bytes() if path.exists() else b"", 8, []
    while len(parts) < 4:
        if len(content) < at + 8:
            return 0
        (size,) = struct.unpack_from("<Q", content, at)
        parts.append(content[at + 8:at + 8 + size])
        at += 8 + size
    return int(parts[3]) if parts[3].isdigit() else 0


class Replay:
    """Answers with what a server said before."""

    def __init__(self, replies):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                body = replies.get(self.path)
                self.send_response(404 if body is None else 200)
                self.send_header("Content-Length", str(len(body or b"")))
                self.end_headers()
                self.wfile.write(body or b"")

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


class Life:
    """A data directory of the client, and a server that publishes all the time."""

    def __init__(self, folder, seed, shim, cuts_power):
        self.folder = pathlib.Path(folder).resolve()
        self.random = random.Random(seed)
        self.shim = shim
        self.cuts_power = cuts_power
        self.figures = Figures()
        self.notes = []
        self.promised = 0  # the version below which the client must not go
        self.bad_ends = 0  # since a snapshot was served and the client closed
        shutil.rmtree(self.folder, ignore_errors=True)
        self.server = Server(self.folder)
        self.data = self.folder / "client"
        self.data.mkdir()
        self.replies = self._record()

    def _record(self):
        """What the server says about its first version."""
        digest = self.server.api("POST", AT + "/publish", {})["digest"]
        connection = self.server.connect()
        replies = {}
        for path in ("/sdk/v1/head", f"/sdk/v1/snapshots/{digest}", "/sdk/v1/root/1", "/sdk/v1/root/2"):
            status, body = self.server.sdk(connection, "GET", path)
            if status == 200:
                replies[path] = body
        connection.close()
        if senders.digest_of(replies[f"/sdk/v1/snapshots/{digest}"]) != digest:
            raise AssertionError("the first snapshot is not the one that was published")
        return replies

    def cycle(self):
        self.figures["cycles"] += 1
        self.server.api("POST", AT + "/publish", {})
        url = f"http://127.0.0.1:{self.server.port}"
        if self.bad_ends == MOST_BAD_ENDS:
            self._install(url, READY_MS, ONLINE_MS, {})
        at_fault_point = self.random.random() < 0.8
        kill_at = self.random.randint(1, MOST_OPERATIONS) if at_fault_point else None
        disk = Disk(self.data) if self.cuts_power else None
        environment = {}
        if disk is not None:
            environment = disk.environment(self.shim, kill_at)
        elif kill_at is not None:
            environment = {"LD_PRELOAD": str(self.shim), "EXPT_DISK_FOLDER": str(self.data),
                           "EXPT_DISK_KILL_AT": str(kill_at)}
        self._install(url, READY_MS, ONLINE_MS, environment, 5 if at_fault_point else self.random.random() * 0.4)
        if disk is not None:
            _, lost = disk.cut(self.random)
            self.figures["operations undone"] += lost
        floor = floor_of(self.data / "state")
        if floor < self.promised:
            self.figures["rolled back"] += 1
            self.notes.append(f"floor v{floor} on disk, v{self.promised} was promised")
        self.promised = max(self.promised, floor)
        self._start_offline()
        self._look_for_damage()

    def _install(self, url, ready_ms, stay_ms, environment, seconds=30):
        """Runs the installer; answers with the versions that it says to have served. A close is a promise."""
        command = [program("installer"), url, self.server.key, str(self.data), str(ready_ms), str(stay_ms)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment)
        try:
            said, _ = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            said, _ = process.communicate()
        text = said.decode(errors="replace")
        if process.returncode not in (0, -9):
            self.figures["wrong answers"] += 1
            self.notes.append(f"installer ended with {process.returncode}: {text[-300:]}")
        lines = text.split("\n")[:-1]
        served = [int(line[7:]) for line in lines if line.startswith("serves ")]
        closed = [int(line[7:]) for line in lines if line.startswith("closed ")]
        self.figures["snapshots served"] += len(served)
        self.figures["starts"] += 1
        self.figures["clean ends"] += len(closed)
        if any(version < self.promised for version in served):
            self.figures["rolled back"] += 1
            self.notes.append(f"served {served}, v{self.promised} was promised")
        self.promised = max([self.promised, *closed])
        if process.returncode == -9:
            self.bad_ends += 1
        elif served:
            self.bad_ends = 0
        return served

    def _start_offline(self):
        """What is on disk serves without a network, and goes on to do so."""
        promised = self.promised  # before this run, which is not waited for when nothing was
        served = self._install(NO_SERVER, READY_MS if promised > 0 else 0, 0, {})
        if not served and promised > 0:
            self.figures["snapshots lost"] += 1
            self.notes.append(f"nothing is served offline, v{promised} was promised")

    def _look_for_damage(self):
        for path in self.data.rglob("*.corrupt"):
            self.figures["damaged files of the client"] += 1
            self.notes.append(f"the client found {path.stem} damaged")
            path.unlink()

    def end(self):
        """The snapshots are gone and the server says what it said at the beginning: the floor alone refuses that."""
        for path in self.data.glob("*.lkg"):
            path.unlink()
        replay = Replay(self.replies)
        try:
            self._install(replay.url, REFUSAL_MS, 0, {})
        finally:
            replay.stop()
        self.figures["rollbacks tried"] += 1
        self.server.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def stop(self):
        if self.server.process.poll() is None:
            self.server.kill()

    @property
    def starts(self):
        return self.server.start_seconds[1:]
