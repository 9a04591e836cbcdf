"""Who sends numbered events to exptd and publishes, and remembers every acknowledgement."""

import hashlib
import random
import struct
import threading
import time

import event_batch
from server import AT

EVENTS = 8  # of a batch; the last is refused: it has no unit id, or the id of an earlier event with another content
FIRST_TIME_MS = 1_580_000_000_000


def event_id(number):
    return b"k%08d" % number


def event(number, experiment):
    """Event `number`, the same whenever it is made."""
    if number % 2 == 0:
        return event_batch.exposure(event_id(number), FIRST_TIME_MS + number, experiment,
                                    ("control", "treatment")[number // 2 % 2], f"u{number}")
    return event_batch.metric(event_id(number), FIRST_TIME_MS + number, "purchase", number, f"u{number - 1}")


class Ledger:
    """What exptd has promised. Thread-safe."""

    def __init__(self, experiment):
        self.experiment = experiment
        self.lock = threading.Lock()
        self.next_batch = 1  # batch 0 goes ahead of all others: they are in conflict with its first event
        self.unanswered = []  # batches that may be stored or not
        self.acknowledged = set()  # batches, each of whose events was said to be stored
        self.answers = 0  # 200s
        self.requests = 0
        self.stored_again = 0  # events that were said to be stored for the second time
        self.wrong_answers = []
        self.published = {}  # version -> digest
        self.unanswered_publishes = 0

    def take(self, chance):
        """The number of the next batch: a new one or, often, one that had no answer."""
        with self.lock:
            if self.unanswered and chance.random() < 0.7:
                return self.unanswered.pop(chance.randrange(len(self.unanswered)))
            self.next_batch += 1
            return self.next_batch - 1

    def body(self, batch):
        numbers = range(batch * EVENTS, batch * EVENTS + EVENTS - 1)
        events = [event(number, self.experiment) for number in numbers]
        bad_id, unit = (b"bad%08d" % batch, "") if batch % 2 == 0 else (event_id(0), f"u{batch}")
        events.append(event_batch.metric(bad_id, FIRST_TIME_MS, "purchase", batch, unit))
        return event_batch.batch(struct.pack(">QQ", 1, batch), bytes(16), int(time.time() * 1000), events)

    def answer(self, batch, results):
        good, bad = results[:-1], results[-1:]
        with self.lock:
            self.answers += 1
            if len(results) != EVENTS or bad != [event_batch.REJECTED] or \
                    not set(good) <= {event_batch.STORED, event_batch.DUPLICATE}:
                self.wrong_answers.append(f"batch {batch}: {results}")
                return
            if batch in self.acknowledged:
                self.stored_again += good.count(event_batch.STORED)
            self.acknowledged.add(batch)


class Senders:
    """Threads that send until exptd is gone."""

    def __init__(self, server, ledger, threads, seed, publishes):
        self.server = server
        self.ledger = ledger
        self.threads = [threading.Thread(target=self._send, args=(random.Random(seed * 100 + i),), daemon=True)
                        for i in range(threads)]
        if publishes:
            self.threads.append(threading.Thread(target=self._publish, daemon=True))
        connection = self.server.connect()
        self.is_sending = self._post(connection, 0) and 0 in ledger.acknowledged
        connection.close()
        for thread in self.threads if self.is_sending else ():
            thread.start()

    def join(self):
        for thread in self.threads if self.is_sending else ():
            thread.join()

    def _send(self, chance):
        connection = self.server.connect()
        try:
            while True:
                batch = self.ledger.take(chance)
                # Each third is sent a second time, as by a client that missed the answer.
                for _ in range(2 if chance.random() < 0.33 else 1):
                    if not self._post(connection, batch):
                        return
        finally:
            connection.close()

    def _post(self, connection, batch):
        with self.ledger.lock:
            self.ledger.requests += 1
        try:
            status, reply = self.server.sdk(connection, "POST", "/sdk/v1/events", self.ledger.body(batch))
        except OSError:
            with self.ledger.lock:
                if batch not in self.ledger.acknowledged and batch > 0:
                    self.ledger.unanswered.append(batch)
            return False
        if status == 200:
            self.ledger.answer(batch, event_batch.results(reply))
        elif status in (429, 503):
            time.sleep(0.02)
            with self.ledger.lock:
                self.ledger.unanswered.append(batch)
        else:
            self.ledger.wrong_answers.append(f"batch {batch}: status {status}: {reply[:200]}")
        return True

    def _publish(self):
        """One publish after the other; their answers promise a version and its file."""
        while True:
            try:
                outcome = self.server.api("POST", AT + "/publish", {})
            except (OSError, AssertionError) as error:
                if not isinstance(error, OSError):
                    self.ledger.wrong_answers.append(str(error))
                self.ledger.unanswered_publishes += 1
                return
            self.ledger.published[outcome["version"]] = outcome["digest"]
            time.sleep(0.03)


def digest_of(snapshot_file):
    """Of the payload, behind the envelope's header; empty for what is no envelope."""
    if len(snapshot_file) < 8:
        return ""
    (header_size,) = struct.unpack_from("<I", snapshot_file, 4)
    return hashlib.sha256(snapshot_file[header_size + 8:]).hexdigest()
