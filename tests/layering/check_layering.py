#!/usr/bin/env python3
"""Checks who includes whom, room by room. docs/architecture.md has the same table in words.

Usage: check_layering.py SOURCE_DIR [BUILD_DIR]
With BUILD_DIR also checks that exptd never links the client.
Prints one line per violation and exits 1 when there is any.
"""

import pathlib
import re
import subprocess
import sys

# Standard headers that bring time, threads, randomness, locale or input and output into a room.
EFFECTS = {
    "chrono", "ctime", "time.h", "thread", "mutex", "shared_mutex", "condition_variable", "future", "semaphore",
    "stop_token", "random", "iostream", "fstream", "sstream", "ostream", "istream", "cstdio", "stdio.h", "filesystem",
    "locale", "regex", "unistd.h",
}
# What C calls the headers of freestanding programs, and string.h: for expt/c.h.
C_HEADERS = {"stdbool.h", "stddef.h", "stdint.h", "string.h"}

# room -> (prefixes of quoted includes, prefixes of foreign angle includes, forbidden standard headers)
ROOMS = {
    "include/expt": (["expt/", "absl/status/"], [], EFFECTS - {"chrono"}),
    "src/base": (["src/base/", "expt/", "absl/"], ["xxhash.h"], EFFECTS - {"cstdio"}),
    "src/model": (["src/model/", "src/base/", "expt/", "absl/"], [], EFFECTS),
    "src/wire": (["src/wire/", "src/base/", "src/model/", "expt/", "absl/"], ["protozero/"], EFFECTS),
    "src/host": (["src/host/", "src/base/", "src/wire/", "expt/", "absl/"], ["sodium.h", "sodium/", "libdeflate.h"], EFFECTS),
    "src/eval": (["src/eval/", "src/base/", "src/model/", "expt/", "absl/"], ["re2/"], EFFECTS),
    "src/core": (["src/core/", "src/base/", "src/model/", "src/wire/", "src/eval/", "src/host/", "expt/", "absl/"], [],
                 EFFECTS - {"chrono"}),
    "src/stats": (["src/stats/", "src/base/", "expt/stats.h", "expt/version.h"], ["boost/math/"], EFFECTS),
    "src/client": (["src/client/", "src/base/", "src/model/", "src/wire/", "src/host/", "src/eval/", "src/core/",
                    "expt/", "absl/"], ["curl/", "zstd.h"], {"iostream", "regex", "locale"}),
    "src/testing": (["src/testing/", "src/client/", "src/base/", "expt/", "absl/"], [], {"iostream", "regex", "locale"}),
}
PURE = ["expt/", "src/base/", "src/model/", "src/wire/", "src/host/", "src/eval/", "src/core/", "src/stats/", "absl/",
        "nlohmann/", "expt/v1/"]
CONTROL_PLANE = {
    "storage": ["storage"],
    "service": ["service", "storage"],
    "publish": ["publish", "storage"],
    "schedule": ["schedule", "storage"],
    "ingest": ["ingest", "storage"],
    "analysis": ["analysis", "storage"],
    "http": ["http"],
    "auth": ["auth", "http", "service", "storage"],
    "api": ["api", "auth", "http", "service", "publish", "ingest", "analysis", "ui"],
    "ui": ["ui"],
    "cli": ["cli", "service", "publish"],
}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^">]+)[">]')
SQL = re.compile(r'"[^"]*\b(SELECT\s+[\w*(]|INSERT\s+(OR\s+\w+\s+)?INTO\s|UPDATE\s+\w+\s+SET\s|DELETE\s+FROM\s|CREATE\s+TABLE\s)')


def sources(folder):
    return sorted(p for p in folder.rglob("*") if p.suffix in {".h", ".cc"}) if folder.is_dir() else []


def includes(path):
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        match = INCLUDE.match(line)
        if match:
            yield number, match.group(1), match.group(2)


def is_standard(name):
    return "/" not in name and "." not in name or name in EFFECTS | C_HEADERS or name.startswith(("sys/", "netinet/", "arpa/"))


def check_tree(root):
    found = []
    for room, (quoted, foreign, forbidden) in ROOMS.items():
        for path in sources(root / room):
            where = path.relative_to(root)
            for number, kind, name in includes(path):
                if is_standard(name):
                    if name in forbidden:
                        found.append(f'{where}:{number}: room "{room}" may not include <{name}>')
                elif not name.startswith(tuple(quoted + foreign)) and not name.endswith("intrin.h"):
                    if room in ("src/client", "src/host", "src/base") and "/" not in name:
                        continue  # operating system headers
                    if room == "src/client" and kind == "<":
                        continue
                    found.append(f'{where}:{number}: room "{room}" may not include "{name}"')
    for room, rooms in CONTROL_PLANE.items():
        allowed = PURE + [f"control-plane/{r}/" for r in rooms]
        for path in sources(root / "control-plane" / room):
            where = path.relative_to(root)
            for number, kind, name in includes(path):
                if name.startswith(("expt/client.h", "src/client/")) and room != "cli":
                    found.append(f'{where}:{number}: the control plane may not include the client, found "{name}"')
                elif kind == '"' and not name.startswith(tuple(allowed)):
                    found.append(f'{where}:{number}: room "control-plane/{room}" may not include "{name}"')
                elif name.startswith(("boost/beast", "boost/asio")) and room != "http":
                    found.append(f'{where}:{number}: only control-plane/http may include "{name}"')
                elif name == "sqlite3.h" and room != "storage":
                    found.append(f'{where}:{number}: only control-plane/storage may include "{name}"')
            if room != "storage":
                for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                    if SQL.search(line):
                        found.append(f"{where}:{number}: SQL outside control-plane/storage")
    return found


def check_link(build):
    """The names of the client room's symbols must not be in exptd."""
    exptd = build / "bin" / "exptd"
    if not exptd.is_file():
        return [f'{exptd.name}: expected the program in "bin", found nothing']
    names = subprocess.run(["nm", "-C", str(exptd)], capture_output=True, text=True, check=True).stdout
    found = sorted({line.split(" ", 2)[-1] for line in names.splitlines()
                    if "expt::client::" in line or "expt::v1::Client::" in line})
    return [f"exptd links the client: {name}" for name in found[:5]]


def main():
    root = pathlib.Path(sys.argv[1])
    found = check_tree(root)
    if len(sys.argv) > 2:
        found += check_link(pathlib.Path(sys.argv[2]))
    for line in found:
        print(line)
    print(f"layering: {len(found)} violations")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
