"""exptd is killed, or loses its power, again and again while it takes events in and publishes."""

import collections
import pathlib
import random
import shutil
import sqlite3
import subprocess
import time

import senders
from disk import Disk
from figures import Figures
from server import AT, Server

CYCLES_OF_A_LIFE = 25  # then what is there is compared with what was promised, and a new data directory begins
MOST_SECONDS = 1.5  # of a cycle whose fault point does not come
FAULTS = ("acknowledged events lost", "events doubled", "counter drift", "wrong answers", "damaged databases",
          "publishes lost", "results off")
MOST_OPERATIONS = 700  # of the disk, in a cycle


class Life:
    """A data directory from its beginning to its end."""

    def __init__(self, folder, seed, shim, cuts_power):
        self.folder = pathlib.Path(folder).resolve()
        self.random = random.Random(seed)
        self.shim = shim
        self.cuts_power = cuts_power
        self.figures = Figures()
        self.notes = []
        shutil.rmtree(self.folder, ignore_errors=True)
        self.server = Server(self.folder)
        self.ledger = senders.Ledger(self.server.experiment)
        self.server.stop()

    def cycle(self):
        """One start and its end by force."""
        at_fault_point = self.figures["cycles"] == 0 or self.random.random() < 0.6
        kill_at = None
        if at_fault_point:
            # Starting takes about 20 operations, the first batch of a life 80 more.
            most = 100 if self.figures["cycles"] == 0 else 20 if self.random.random() < 0.2 else MOST_OPERATIONS
            kill_at = self.random.randint(1, most)
        disk = Disk(self.server.data) if self.cuts_power else None
        environment = {}
        if disk is not None:
            environment = disk.environment(self.shim, kill_at)
        elif kill_at is not None:
            environment = {"LD_PRELOAD": str(self.shim), "EXPT_DISK_FOLDER": str(self.server.data),
                           "EXPT_DISK_KILL_AT": str(kill_at)}
        if self.server.start(environment):
            self._run(at_fault_point)
        else:
            self.figures["killed while starting"] += 1
        self.figures["cycles"] += 1
        if disk is not None:
            _, lost = disk.cut(self.random)
            self.figures["operations undone"] += lost

    def _run(self, at_fault_point):
        answers = self.ledger.answers
        wanted = self.random.randint(0, 80)
        sending = senders.Senders(self.server, self.ledger, 3, self.random.getrandbits(30),
                                  publishes=self.random.random() < 0.5)
        deadline = time.monotonic() + MOST_SECONDS
        if at_fault_point:
            try:
                self.server.wait(MOST_SECONDS)
            except subprocess.TimeoutExpired:
                self.figures["fault points not reached"] += 1
        else:
            while self.ledger.answers - answers < wanted and time.monotonic() < deadline:
                time.sleep(0.001)
            time.sleep(self.random.random() * 0.005)
        if self.server.process.poll() is None:
            self.server.kill()
        elif self.server.process.returncode != -9:
            self.notes.append(f"exptd ended by itself with {self.server.process.returncode}")
            self.figures["wrong answers"] += 1
        sending.join()

    def end(self):
        """The last start; then everything is compared."""
        self.server.start()
        self._check_publishes()
        results = self.server.api("GET", f"{AT}/results/checkout-test")
        self.server.stop()
        rows = self._rows()
        self._check_events(rows, results)
        self.figures["events acknowledged"] = len(self.ledger.acknowledged) * (senders.EVENTS - 1)
        self.figures["publishes acknowledged"] = len(self.ledger.published)
        self.figures["wrong answers"] += len(self.ledger.wrong_answers)
        self.notes += self.ledger.wrong_answers[:3]
        shutil.rmtree(self.folder, ignore_errors=True)
        return self.figures

    def _fault(self, name, count, text):
        if count:
            self.figures[name] += count
            self.notes.append(f"{name}: {text}")

    def _check_publishes(self):
        connection = self.server.connect()
        lost = []
        for version, digest in self.ledger.published.items():
            status, file = self.server.sdk(connection, "GET", f"/sdk/v1/snapshots/{digest}")
            if status != 200 or senders.digest_of(file) != digest:
                lost.append(f"v{version} answers {status}")
        connection.close()
        live = self.server.api("GET", f"{AT}/changes")["published_version"]
        if live < max(self.ledger.published, default=0):
            lost.append(f"live is v{live}, v{max(self.ledger.published)} was published")
        self._fault("publishes lost", len(lost), "; ".join(lost[:3]))

    def _databases(self, pattern):
        for path in sorted(self.server.data.rglob(pattern)):
            with sqlite3.connect(path) as database:
                yield path, database
            database.close()

    def _rows(self):
        """All events of the log: (id, kind, marks, body)."""
        rows = []
        for path, database in self._databases("*.db"):
            answer = database.execute("PRAGMA integrity_check").fetchall()
            self._fault("damaged databases", answer != [("ok",)], f"{path.name}: {answer[:2]}")
            if path.name.startswith("events-"):
                rows += database.execute("SELECT event_id, kind, body FROM event").fetchall()
        return rows

    def _check_events(self, rows, results):
        counts = collections.Counter(bytes(row[0]) for row in rows)
        promised = [senders.event_id(batch * senders.EVENTS + i)
                    for batch in self.ledger.acknowledged for i in range(senders.EVENTS - 1)]
        lost = [name for name in promised if name not in counts]
        self._fault("acknowledged events lost", len(lost), f"{lost[:3]} of {len(promised)}")
        doubled = [name for name, count in counts.items() if count > 1]
        self._fault("events doubled", len(doubled) + self.ledger.stored_again,
                    f"{doubled[:3]} in the log, {self.ledger.stored_again} said to be stored again")
        self.figures["events stored"] = len(rows)
        self._check_counters(rows)
        exposed = len({bytes(row[0]) for row in rows if row[1] == 1})
        self._fault("results off", results["exposures"]["events"] != exposed,
                    f"{results['exposures']}, {exposed} exposures are stored")

    def _check_counters(self, rows):
        """The accounting says what is there: by arm, and in total what was received."""
        stored = collections.Counter()
        for name, kind, _ in rows:
            arm = ""
            if kind == 1:
                arm = ("control", "treatment")[int(name[1:]) // 2 % 2]
            stored[kind, arm] += 1
        counted, received, refused, quarantined, accepted = collections.Counter(), 0, 0, 0, 0
        for _, database in self._databases("events-*.db"):
            for kind, outcome, variant, count in database.execute(
                    "SELECT kind, outcome, variant, SUM(count) FROM accounting GROUP BY 1, 2, 3"):
                received += count
                if outcome in (1, 2):
                    counted[kind, variant] += count
                elif outcome in (4, 5):
                    refused += count
            quarantined += database.execute("SELECT COALESCE(SUM(count), 0) FROM quarantine").fetchone()[0]
            accepted += database.execute("SELECT COALESCE(SUM(count), 0) FROM accepted").fetchone()[0]
        drift = sum(abs(counted[key] - stored[key]) for key in counted | stored)
        drift += abs(refused - quarantined) + abs(received - accepted)
        drift += abs(received - refused * senders.EVENTS)  # one event of every batch is refused
        least = self.ledger.answers * senders.EVENTS
        most = self.ledger.requests * senders.EVENTS
        drift += max(0, least - received) + max(0, received - most)
        self._fault("counter drift", drift, f"stored {dict(stored)}, counted {dict(counted)}, received {received} of "
                    f"{least} to {most}, refused {refused}, quarantined {quarantined}, accepted {accepted}")

    def stop(self):
        if self.server.process.poll() is None:
            self.server.kill()

    @property
    def starts(self):
        return self.server.start_seconds[1:]
