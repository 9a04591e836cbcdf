"""A client with a spool is killed, or loses its power, again and again, while its server comes and goes."""

import collections
import pathlib
import random
import shutil
import sqlite3
import subprocess

from disk import Disk
from figures import Figures
from server import Server, program

CYCLES_OF_A_LIFE = 25
FAULTS = ("events lost", "events doubled", "events not delivered", "events nobody tracked",
          "events refused by the server", "wrong answers")
MOST_SECONDS = 1.0  # of a cycle
MOST_OPERATIONS = 150  # of the disk, in a cycle
MOST_EVENTS = 1000  # of a cycle


class Life:
    """A data directory of the client, and a server for it."""

    def __init__(self, folder, seed, shim, cuts_power):
        self.folder = pathlib.Path(folder).resolve()
        self.random = random.Random(seed)
        self.shim = shim
        self.cuts_power = cuts_power
        self.figures = Figures()
        self.notes = []
        self.promised = {}  # run -> number of events
        self.tracked = {}  # run -> most events
        shutil.rmtree(self.folder, ignore_errors=True)
        self.server = Server(self.folder)
        self.data = self.folder / "client"
        self.data.mkdir()

    def cycle(self):
        run = f"r{self.figures['cycles']}"
        self.figures["cycles"] += 1
        if self.random.random() < 0.4:
            self.server.kill()
        if self.server.process.poll() is not None and self.random.random() < 0.5:
            self.server.start()
        at_fault_point = self.random.random() < 0.6
        kill_at = self.random.randint(1, MOST_OPERATIONS) if at_fault_point else None
        disk = Disk(self.data) if self.cuts_power else None
        environment = {}
        if disk is not None:
            environment = disk.environment(self.shim, kill_at)
        elif kill_at is not None:
            environment = {"LD_PRELOAD": str(self.shim), "EXPT_DISK_FOLDER": str(self.data),
                           "EXPT_DISK_KILL_AT": str(kill_at)}
        self.tracked[run] = self.random.randint(1, MOST_EVENTS)
        self._track(run, self.tracked[run], environment, MOST_SECONDS if at_fault_point else self.random.random() * 0.5)
        if disk is not None:
            _, lost = disk.cut(self.random)
            self.figures["operations undone"] += lost

    def _track(self, run, events, environment, seconds):
        """Runs the tracker until it is killed or has closed; remembers what it said."""
        command = [program("tracker"), f"http://127.0.0.1:{self.server.port}", self.server.key, str(self.data), run,
                   str(events), self.random.choice(("every", "flush"))]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env={**environment})
        try:
            said, _ = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            said, _ = process.communicate()
        if process.returncode not in (0, -9):
            self.figures["wrong answers"] += 1
            self.notes.append(f"tracker ended with {process.returncode}: {said.decode(errors='replace')[-300:]}")
        # A line that the kill has cut off is not said.
        lines = said.decode(errors="replace").split("\n")[:-1]
        self.promised[run] = max([int(line[5:]) for line in lines if line.startswith("safe ")], default=0)
        self.figures["closed before they were killed"] += any(line.startswith("closed") for line in lines)
        return lines

    def end(self):
        if self.server.process.poll() is not None:
            self.server.start()
        if "delivered" not in self._track("end", 0, {}, 40):
            self.figures["events not delivered"] += 1
            self.notes.append("the last client did not deliver its spool")
        self.server.stop()
        rows, refused = [], 0
        for path in self.server.data.rglob("events-*.db"):
            database = sqlite3.connect(path)
            rows += database.execute("SELECT event_id, body FROM event WHERE kind <> 4").fetchall()
            refused += database.execute("SELECT COALESCE(SUM(count), 0) FROM quarantine").fetchone()[0]
            database.close()
        counts = collections.Counter(bytes(row[0]).decode(errors="replace") for row in rows)
        known = {f"{run}-{i}" for run, count in self.tracked.items() for i in range(count)}
        promised = {f"{run}-{i}" for run, count in self.promised.items() for i in range(count)}
        self._fault("events lost", promised - counts.keys())
        self._fault("events doubled", {name for name, count in counts.items() if count > 1})
        self._fault("events nobody tracked", counts.keys() - known)
        if refused:
            self.figures["events refused by the server"] += refused
            self.notes.append(f"{refused} events were refused: damaged on their way")
        self.figures["events promised"] = len(promised)
        self.figures["events stored"] = len(rows)
        self.figures["files kept as .corrupt"] = len(list(self.data.rglob("*.corrupt")))
        shutil.rmtree(self.folder, ignore_errors=True)
        return self.figures

    def _fault(self, name, ids):
        if ids:
            self.figures[name] += len(ids)
            self.notes.append(f"{name}: {sorted(ids)[:5]}")

    def stop(self):
        if self.server.process.poll() is None:
            self.server.kill()

    @property
    def starts(self):
        return self.server.start_seconds[1:]
