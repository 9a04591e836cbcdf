"""What a power cut leaves of a folder, worked out from what a program did to it.

    disk = Disk(folder)                    # before the program starts: all that is there counts as durable
    environment = disk.environment(shim)   # for the program; the shim is power_cut.c
    ...                                    # the program runs and is killed
    disk.cut(random)                       # now the folder is what a disk may hold after a power cut at that moment

The rules are those of POSIX, not of one file system:
  - What was written to a file is durable once an fsync or fdatasync of the file has returned that began after it.
  - A name that was made, changed or removed is durable once an fsync of its directory has returned that began after it.
  - Of everything else any part may be there: nothing; all names and no data (a file of size 0 under its new name); all
    data and no names; or some of both, where names come in their order, and of the last block of a write half may be
    missing, with or without zeros in its place.
"""

import pathlib
import shutil
import stat
import struct

WRITE, TRUNCATE, CREATE, RENAME, UNLINK, MAKE_FOLDER, REMOVE_FOLDER, SYNC_BEGIN, SYNC_END = range(1, 10)
BLOCK = 4096
WAYS = ("nothing", "names", "data", "some", "some", "some")


class Node:
    """A file or folder, whatever its name."""

    def __init__(self, mode, content=b""):
        self.mode = mode
        self.content = bytearray(content)  # what is durable
        self.waiting = []  # (number of the record, offset, bytes), or (number, size, None) for a truncation

    def apply(self, at, data):
        if data is None:
            del self.content[at:]
            self.content.extend(bytes(at - len(self.content)))
        else:
            self.content.extend(bytes(max(0, at - len(self.content))))
            self.content[at:at + len(data)] = data


class Names:
    """Absolute path -> node."""

    def __init__(self, nodes):
        self.nodes = dict(nodes)

    def apply(self, change):
        operation, path, other, node = change
        if operation in (CREATE, MAKE_FOLDER):
            self.nodes[path] = node
        elif operation in (UNLINK, REMOVE_FOLDER):
            self.nodes.pop(path, None)
        elif operation == RENAME:
            inside = path + "/"
            for name in [name for name in self.nodes if name.startswith(inside)]:
                self.nodes[other + name[len(path):]] = self.nodes.pop(name)
            self.nodes.pop(path, None)
            self.nodes[other] = node


def records(log):
    """The shim's records; one that was being written when the program died is not there yet."""
    at = 0
    while at + 4 <= len(log):
        (size,) = struct.unpack_from("<I", log, at)
        if at + 4 + size > len(log):
            return
        operation, number, value, path_size = struct.unpack_from("<BQQI", log, at + 4)
        begin = at + 25
        path = log[begin:begin + path_size].decode()
        yield operation, number, value, path, log[begin + path_size:at + 4 + size]
        at += 4 + size


def parent(path):
    return path.rpartition("/")[0]


def torn(random, at, data):
    """A write of which half of the last block did not reach the disk."""
    last = max(at, (at + len(data) - 1) // BLOCK * BLOCK)
    kept = last - at + (at + len(data) - last) // 2
    return bytes(data[:kept]) + (bytes(len(data) - kept) if random.random() < 0.5 else b"")


class Disk:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder).resolve()
        self.log = self.folder.with_name(self.folder.name + ".disk-log")
        self.log.unlink(missing_ok=True)
        self.inodes = {}
        nodes = {}
        for path in [self.folder, *self.folder.rglob("*")]:
            info = path.stat()
            node = Node(info.st_mode, path.read_bytes() if path.is_file() else b"")
            self.inodes[info.st_ino] = node
            nodes[str(path)] = node
        self.live = Names(nodes)
        self.durable = Names(nodes)
        self.waiting = []  # (number of the record, directories it concerns, change)
        self.operations = 0

    def environment(self, shim, kill_at=None):
        values = {"LD_PRELOAD": str(shim), "EXPT_DISK_FOLDER": str(self.folder), "EXPT_DISK_LOG": str(self.log)}
        return {**values, **({"EXPT_DISK_KILL_AT": str(kill_at)} if kill_at else {})}

    def cut(self, random, way=None):
        """Makes the folder what a power cut leaves. Answers with the way and what was not durable."""
        self._replay(self.log.read_bytes() if self.log.exists() else b"")
        way = way or random.choice(WAYS)
        lost = len(self.waiting) + sum(len(node.waiting) for node in self._all_nodes())
        if way in ("names", "some"):
            count = len(self.waiting) if way == "names" else random.randint(0, len(self.waiting))
            for _, _, change in self.waiting[:count]:
                self.durable.apply(change)
        if way in ("data", "some"):
            for node in self._all_nodes():
                self._keep(random, node, "all" if way == "data" else random.choice(("none", "all", "first", "first", "any")))
        self._write()
        return way, lost

    def _all_nodes(self):
        return {id(node): node for names in (self.live, self.durable) for node in names.nodes.values()}.values()

    def _replay(self, log):
        syncs = {}
        for number, (operation, first, value, path, rest) in enumerate(records(log)):
            self.operations += 1
            if operation == WRITE:
                self.inodes[first].waiting.append((number, value, rest))
            elif operation == TRUNCATE:
                self.inodes[first].waiting.append((number, value, None))
            elif operation == SYNC_BEGIN:
                syncs[first] = (number, self.inodes[value])
            elif operation == SYNC_END:
                self._sync(*syncs.pop(first))
            else:
                self._change_name(number, operation, first, value, path, rest.decode())

    def _change_name(self, number, operation, inode, mode, path, other):
        if operation in (CREATE, MAKE_FOLDER):
            node = self.inodes[inode] = Node(mode)
        else:
            node = self.live.nodes[path]
        change = (operation, path, other, node)
        self.live.apply(change)
        self.waiting.append((number, {parent(path), parent(other)} - {""}, change))

    def _sync(self, number, node):
        if not stat.S_ISDIR(node.mode):
            for at, offset, data in node.waiting:
                if at < number:
                    node.apply(offset, data)
            node.waiting = [row for row in node.waiting if row[0] >= number]
            return
        folders = {path for path, other in self.live.nodes.items() if other is node}
        rest = []
        for row in self.waiting:
            if row[0] < number and row[1] & folders:
                self.durable.apply(row[2])
            else:
                rest.append(row)
        self.waiting = rest

    @staticmethod
    def _keep(random, node, which):
        if which == "none":
            return
        count = len(node.waiting) if which in ("all", "any") else random.randint(0, len(node.waiting))
        for i, (_, at, data) in enumerate(node.waiting):
            if which == "any" and random.random() < 0.5:
                continue
            if i < count:
                node.apply(at, data)
            elif i == count and data:
                node.apply(at, torn(random, at, data))

    def _write(self):
        """Makes the folder equal to the durable names and contents."""
        kept = {}
        for path, node in sorted(self.durable.nodes.items()):
            if path == str(self.folder) or parent(path) in kept:
                kept[path] = node
        for path in sorted(map(str, self.folder.rglob("*")), reverse=True):
            node = kept.get(path)
            target = pathlib.Path(path)
            if node is None or target.is_dir() != stat.S_ISDIR(node.mode):
                shutil.rmtree(path) if target.is_dir() else target.unlink()
        for path, node in kept.items():
            target = pathlib.Path(path)
            if stat.S_ISDIR(node.mode):
                target.mkdir(exist_ok=True)
            elif not target.exists() or target.read_bytes() != node.content:
                target.unlink(missing_ok=True)
                target.write_bytes(node.content)
                target.chmod(stat.S_IMODE(node.mode))
