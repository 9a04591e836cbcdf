#!/usr/bin/env python3
"""Makes a module of WASM smaller once it is compressed. What it computes stays the same, instruction by instruction.

Usage: compact.py trim FILE.wasm NAMES.json    leaves the memory and the exports that NAMES.json names, under the names
                                               given there; wasm-opt then drops what nobody reaches any more
       compact.py lay FILE.wasm [--search]     chooses what the bytes may be chosen by: the order of functions and of
                                               local variables, how data is cut, hints that engines ignore
Both write FILE.wasm anew; the same file always becomes the same bytes.
"""

import json
import sys
import zlib

TYPE, IMPORT, FUNCTION, EXPORT, ELEMENT, CODE, DATA, DATA_COUNT = 1, 2, 3, 7, 9, 10, 11, 12
CUSTOM = 0
KIND_FUNCTION, KIND_MEMORY = 0, 2

BLOCKS = {0x02, 0x03, 0x04}
BR_TABLE, CALL, CALL_INDIRECT = 0x0E, 0x10, 0x11
LOCALS = {0x20, 0x21, 0x22}  # get, set, tee
INDICES = {0x0C, 0x0D, 0x23, 0x24}  # br, br_if, global.get, global.set
MEMORY_ACCESS = set(range(0x28, 0x3F))
PLAIN = {0x00, 0x01, 0x05, 0x0B, 0x0F, 0x1A, 0x1B} | set(range(0x45, 0xC5))
FIXED = {0x3F: 1, 0x40: 1, 0x43: 4, 0x44: 8}  # bytes behind memory.size, memory.grow, f32.const, f64.const
PREFIXED = {**{n: 0 for n in range(8)}, 10: 2, 11: 1}  # saturating conversions, memory.copy, memory.fill

# How far a choice is followed: what is compressed behind a function to see what its locals are worth, and how many
# exchanges of two of them are tried.
LOOK_AHEAD = 12_000
MOST_EXCHANGES = 300
ROUNDS = 2


def unsigned(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def signed(data, at):
    begin = at
    value, at = unsigned(data, at)
    bits = 7 * (at - begin)
    return (value - (1 << bits) if value >> (bits - 1) else value), at


def as_unsigned(value):
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def as_signed(value):
    out = bytearray()
    while not -0x40 <= value < 0x40:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value & 0x7F)
    return bytes(out)


def as_vector(items):
    return as_unsigned(len(items)) + b"".join(items)


def sized(content):
    return as_unsigned(len(content)) + content


def deflated(data):
    stream = zlib.compressobj(9, zlib.DEFLATED, -15)
    return len(stream.compress(data)) + len(stream.flush())


def pieces_of(body, at):
    """The instructions from `at` on as text between what may be chosen: bytes, and (opcode, index) of calls and locals."""
    pieces = []
    text = bytearray()
    while at < len(body):
        begin = at
        opcode = body[at]
        at += 1
        if opcode in LOCALS or opcode == CALL:
            index, at = unsigned(body, at)
            pieces += [bytes(text), (opcode, index)]
            text.clear()
            continue
        if opcode in MEMORY_ACCESS:
            _, at = unsigned(body, at)  # the alignment to expect is a hint; none is the same hint everywhere
            offset = at
            _, at = unsigned(body, at)
            text += bytes([opcode, 0]) + body[offset:at]
            continue
        if opcode in INDICES:
            _, at = unsigned(body, at)
        elif opcode in BLOCKS or opcode in (0x41, 0x42):
            _, at = signed(body, at)
        elif opcode == BR_TABLE:
            count, at = unsigned(body, at)
            for _ in range(count + 1):
                _, at = unsigned(body, at)
        elif opcode == CALL_INDIRECT:
            _, at = unsigned(body, at)
            _, at = unsigned(body, at)
        elif opcode in FIXED:
            at += FIXED[opcode]
        elif opcode == 0xFC:
            kind, at = unsigned(body, at)
            if kind not in PREFIXED:
                sys.exit(f"compact: instruction 0xfc {kind} is unknown")
            at += PREFIXED[kind]
        elif opcode not in PLAIN:
            sys.exit(f"compact: instruction {opcode:#x} is unknown")
        text += body[begin:at]
    pieces.append(bytes(text))
    return pieces


class Function:
    """One body. `order` says which local variable comes where; parameters stay in front."""

    def __init__(self, type_index, parameters, body):
        self.type_index = type_index
        self.parameters = parameters
        self.types = []
        groups, at = unsigned(body, 0)
        for _ in range(groups):
            count, at = unsigned(body, at)
            self.types += [body[at]] * count
            at += 1
        self.pieces = pieces_of(body, at)
        self.order = list(range(len(self.types)))
        self.size = len(body)

    def bytes(self, new_function):
        """With `new_function`: where functions are now."""
        groups = []
        for local in self.order:
            if groups and groups[-1][1] == self.types[local]:
                groups[-1][0] += 1
            else:
                groups.append([1, self.types[local]])
        place = list(range(self.parameters)) + [0] * len(self.order)
        for new, local in enumerate(self.order):
            place[self.parameters + local] = self.parameters + new
        out = [as_vector([as_unsigned(count) + bytes([kind]) for count, kind in groups])]
        for piece in self.pieces:
            if isinstance(piece, bytes):
                out.append(piece)
            else:
                opcode, index = piece
                out.append(bytes([opcode]) + as_unsigned(new_function[index] if opcode == CALL else place[index]))
        return sized(b"".join(out))

    def exchanges(self):
        """Pairs of places whose locals may be exchanged."""
        count = len(self.types)
        kinds = [self.types[local] for local in self.order]
        pairs = [(a, b) for a in range(count) for b in range(a + 1, count) if kinds[a] == kinds[b]]
        if len(pairs) <= MOST_EXCHANGES:
            return pairs
        return [(a, b) for a, b in pairs if b - a <= max(1, MOST_EXCHANGES // count)]

    def exchanged(self, a, b):
        order = list(self.order)
        order[a], order[b] = order[b], order[a]
        return order


class Module:
    def __init__(self, data):
        self.sections = []
        at = 8
        while at < len(data):
            kind = data[at]
            size, at = unsigned(data, at + 1)
            if kind != CUSTOM:
                self.sections.append((kind, data[at : at + size]))
            at += size
        content = dict(self.sections)
        parameters = self.read_types(content[TYPE])
        self.imports = self.read_imports(content.get(IMPORT, b"\0"))
        self.exports = self.read_exports(content[EXPORT])
        self.read_elements(content.get(ELEMENT))
        self.read_data(content.get(DATA, b"\0"))
        self.read_functions(content[FUNCTION], content[CODE], parameters)

    @staticmethod
    def read_types(content):
        parameters = []
        count, at = unsigned(content, 0)
        for _ in range(count):
            size, at = unsigned(content, at + 1)
            parameters.append(size)
            size, at = unsigned(content, at + size)
            at += size
        return parameters

    @staticmethod
    def read_imports(content):
        """How many functions are imported; nothing else is."""
        count, at = unsigned(content, 0)
        for _ in range(count):
            for _ in ("module", "name"):
                size, at = unsigned(content, at)
                at += size
            if content[at] != KIND_FUNCTION:
                sys.exit("compact: expected imports of functions only")
            _, at = unsigned(content, at + 1)
        return count

    @staticmethod
    def read_exports(content):
        exports = []
        count, at = unsigned(content, 0)
        for _ in range(count):
            size, at = unsigned(content, at)
            name = content[at : at + size].decode()
            kind = content[at + size]
            index, at = unsigned(content, at + size + 1)
            exports.append((name, kind, index))
        return exports

    def read_elements(self, content):
        self.elements = None
        if content is None:
            return
        count, at = unsigned(content, 0)
        if count != 1 or content[at] != 0 or content[at + 1] != 0x41:
            sys.exit("compact: expected one table of functions")
        self.first_element, at = signed(content, at + 2)
        count, at = unsigned(content, at + 1)
        self.elements = []
        for _ in range(count):
            index, at = unsigned(content, at)
            self.elements.append(index)

    def read_data(self, content):
        self.data = []
        count, at = unsigned(content, 0)
        for _ in range(count):
            if content[at] != 0 or content[at + 1] != 0x41:
                sys.exit("compact: expected data at a fixed address")
            address, at = signed(content, at + 2)
            size, at = unsigned(content, at + 1)
            self.data.append((address, content[at : at + size]))
            at += size

    def read_functions(self, types, code, parameters):
        self.functions = []
        count, types_at = unsigned(types, 0)
        _, at = unsigned(code, 0)
        for _ in range(count):
            kind, types_at = unsigned(types, types_at)
            size, at = unsigned(code, at)
            self.functions.append(Function(kind, parameters[kind], code[at : at + size]))
            at += size
        self.order = list(range(count))

    def places(self):
        """Where each function is now, by its index before."""
        places = list(range(self.imports)) + [0] * len(self.functions)
        for new, old in enumerate(self.order):
            places[self.imports + old] = self.imports + new
        return places

    def join_data(self):
        """Zeros between data cost less than saying where it goes on."""
        joined = []
        for address, content in sorted(self.data):
            if joined:
                begin, before = joined.pop()
                content = before + bytes(address - begin - len(before)) + content
                address = begin
            joined.append((address, content))
        self.data = joined

    def sort_functions(self):
        """By type and size: what is alike comes together, and so do the types."""
        self.order.sort(key=lambda i: (self.functions[i].type_index, self.functions[i].size))

    def before_code(self, places, code_size):
        out = [b"\0asm\1\0\0\0"]
        for kind, content in self.sections:
            if kind == CODE:
                break
            if kind == DATA_COUNT:
                continue  # only instructions that name data need it, and there are none: PREFIXED
            if kind == FUNCTION:
                content = as_vector([as_unsigned(self.functions[i].type_index) for i in self.order])
            elif kind == EXPORT:
                content = as_vector([
                    sized(name.encode()) + bytes([kind]) + as_unsigned(places[index] if kind == KIND_FUNCTION else index)
                    for name, kind, index in self.exports])
            elif kind == ELEMENT:
                content = (b"\1\0\x41" + as_signed(self.first_element) + b"\x0b" +
                           as_vector([as_unsigned(places[index]) for index in self.elements]))
            out.append(bytes([kind]) + sized(content))
        count = as_unsigned(len(self.order))
        out.append(bytes([CODE]) + as_unsigned(len(count) + code_size) + count)
        return b"".join(out)

    def behind_code(self):
        rows = [b"\0\x41" + as_signed(address) + b"\x0b" + sized(content) for address, content in self.data]
        return bytes([DATA]) + sized(as_vector(rows)) if rows else b""

    def bytes(self):
        places = self.places()
        code = b"".join(self.functions[i].bytes(places) for i in self.order)
        return self.before_code(places, len(code)) + code + self.behind_code()

    def search_locals(self):
        """Exchanges locals of each function, front to back, where that makes what follows compress better."""
        places = self.places()
        bodies = [self.functions[i].bytes(places) for i in self.order]
        stream = zlib.compressobj(9, zlib.DEFLATED, -15)
        stream.compress(self.before_code(places, sum(map(len, bodies))))
        behind = self.behind_code()
        for at, index in enumerate(self.order):
            function = self.functions[index]
            ahead = b""
            for body in bodies[at + 1 :]:
                if len(ahead) >= LOOK_AHEAD:
                    break
                ahead += body
            ahead = (ahead + behind)[:LOOK_AHEAD]

            def cost(body, ahead=ahead):
                copy = stream.copy()
                return len(copy.compress(body + ahead)) + len(copy.flush())

            pairs = function.exchanges()
            best = cost(bodies[at]) if pairs else 0
            for a, b in pairs:
                before = function.order
                function.order = function.exchanged(a, b)
                body = function.bytes(places)
                found = cost(body)
                if found < best:
                    best, bodies[at] = found, body
                else:
                    function.order = before
            stream.compress(bodies[at])


def trim(module, names):
    kept = []
    for name, kind, index in module.exports:
        if kind == KIND_MEMORY:
            kept.append((name, kind, index))
        elif name in names:
            kept.append((names[name], kind, index))
    module.exports = kept
    return module.bytes()


def lay(module, with_search):
    module.join_data()
    module.sort_functions()
    best = module.bytes()
    for _ in range(ROUNDS if with_search else 0):
        module.search_locals()
        found = module.bytes()
        if deflated(found) >= deflated(best):
            break
        best = found
    return best


def main(arguments):
    if len(arguments) < 2 or arguments[0] not in ("trim", "lay"):
        sys.exit(__doc__)
    with open(arguments[1], "rb") as file:
        module = Module(file.read())
    if arguments[0] == "trim":
        with open(arguments[2], encoding="utf-8") as file:
            out = trim(module, json.load(file))
    else:
        out = lay(module, "--search" in arguments)
    with open(arguments[1], "wb") as file:
        file.write(out)


if __name__ == "__main__":
    main(sys.argv[1:])
