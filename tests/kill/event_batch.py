"""Event batches and their replies as src/wire/expt/v1/event.proto has them; of the fields only those that are used."""

import struct

STORED, DUPLICATE, REJECTED, RETRY = 1, 2, 3, 4


def varint(value):
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def number(field, value):
    return varint(field << 3) + varint(value)


def double(field, value):
    return varint(field << 3 | 1) + struct.pack("<d", value)


def text(field, value):
    value = value.encode() if isinstance(value, str) else value
    return varint(field << 3 | 2) + varint(len(value)) + value


def metric(event_id, time_ms, name, value, unit_id):
    """Without a unit id it is an event that is always refused."""
    unit = text(4, text(1, "targeting_key") + text(2, unit_id)) if unit_id else b""
    return text(1, event_id) + number(2, time_ms) + text(6, text(1, name) + double(2, value) + unit)


def exposure(event_id, time_ms, experiment, variant, unit_id):
    body = (text(1, experiment) + number(2, 1) + text(3, variant) + text(7, "targeting_key") + text(8, unit_id) +
            number(9, 3))
    return text(1, event_id) + number(2, time_ms) + text(5, body)


def batch(batch_id, instance_id, sent_at_ms, events):
    head = (text(1, batch_id) + text(2, instance_id) + text(3, "kill") + text(4, "1") + number(5, sent_at_ms))
    return head + b"".join(text(9, event) for event in events)


def read_varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def results(reply):
    """The acknowledgement of each event."""
    found, at = [], 0
    while at < len(reply):
        tag, at = read_varint(reply, at)
        if tag & 7 == 0:
            value, at = read_varint(reply, at)
            if tag >> 3 == 1:
                found.append(value)
        else:
            size, at = read_varint(reply, at)
            if tag >> 3 == 1:  # packed
                end = at + size
                while at < end:
                    value, at = read_varint(reply, at)
                    found.append(value)
            else:
                at += size
    return found
