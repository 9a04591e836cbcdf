"""What a server has recorded: the events in the day files of its state directory (src/wire/expt/v1/event.proto)."""

import collections
import pathlib
import sqlite3

Exposure = collections.namedtuple("Exposure", "experiment variant rule unit_id is_holdout is_imported time_ms")
Summary = collections.namedtuple("Summary", "flag variant rule count")


def fields(message):
    """The fields of a protobuf message: number -> last value, an integer or bytes."""
    found, at = {}, 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = message[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(message):
        number, form = divmod(varint(), 8)
        if form == 0:
            found[number] = varint()
            continue
        size = {1: 8, 5: 4}.get(form)
        if size is None:
            size = varint()
        found[number] = message[at:at + size]
        at += size
    return found


def _events(state, kind, member):
    for path in sorted((pathlib.Path(state) / "events").glob("events-*.db")):
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as day:
            for (body,) in day.execute("SELECT body FROM event WHERE kind = ? ORDER BY offset", (kind,)):
                event = fields(bytes(body))
                yield event[2], fields(event[member])


def exposures(state):
    for time_ms, exposure in _events(state, 1, 5):
        word = {number: exposure.get(number, b"").decode() for number in (1, 3, 5, 8)}
        yield Exposure(word[1], word[3], word[5], word[8], exposure.get(11, 0) == 1, exposure.get(9) == 3, time_ms)


def summaries(state):
    for _, summary in _events(state, 4, 8):
        word = {number: summary.get(number, b"").decode() for number in (1, 2, 4)}
        yield Summary(word[1], word[2], word[4], summary.get(6, 0))
