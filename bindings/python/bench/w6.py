"""Times W6 of docs/performance.md from Python: all of 1,000 flags for one context, and one flag for 1,000 units.

Usage: w6.py [--rounds N]. EXPT_BIN names the directory of sign_definitions; without it build/bin.
Prints the median over the rounds, in microseconds per 1,000 decisions, each of them an expt.Decision.
"""

import argparse
import gc
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from typing import Any

from w2 import BIN, W2, attributes, seconds

import expt

COUNT = 1000


def load() -> expt.Snapshot:
    """1,000 flags like W2, each with a salt of its own; every second one also asks a shared segment."""
    def flag(i: int) -> dict[str, Any]:
        condition = dict(W2["rules"][0]["condition"])  # type: ignore[index]
        if i % 2 == 0:
            condition = {"all": [*condition["all"], {"operator": "in_segment", "operands": ["adults"]}]}
        rule = {"id": "pro", "serve": {"variant": "on"}, "coverage": {"salt": f"w6-{i}", "ppm": 500000},
                "condition": condition}
        return {**W2, "key": f"w6-{i}", "rules": [rule]}

    adults = {"key": "adults", "condition": {"attribute": "age", "operator": "gte", "operands": [18]}}
    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        (directory / "w6.json").write_text(
            json.dumps({"snapshot": {"segments": [adults], "flags": [flag(i) for i in range(COUNT)]}}))
        subprocess.run([BIN / "sign_definitions", directory, directory / "w6.json"], check=True)
        root = expt.Root.parse((directory / "root.exs1").read_bytes())
        return expt.Snapshot.parse((directory / "w6.exs1").read_bytes(), root=root)


def loops() -> dict[str, Callable[[], Any]]:
    snapshot = load()
    user = attributes(7)
    context = expt.Context(None, user)
    units = [attributes(i) for i in range(COUNT)]
    contexts = [expt.Context(None, unit) for unit in units]
    columns = {name: [unit[name] for unit in units] for name in ("targetingKey", "country", "plan", "age")}
    decision, flags = snapshot.decision, snapshot.flags
    return {
        "all, prebuilt Context": lambda: snapshot.all(context),
        "all, dict of 10 attributes": lambda: snapshot.all(user),
        "the same flags one by one": lambda: {flag: decision(flag, context) for flag in flags},
        "many, four columns": lambda: snapshot.many("w6-0", columns),
        "the same units one by one, prebuilt": lambda: [decision("w6-0", each) for each in contexts],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=101)
    options = parser.parse_args()
    timed = loops()
    on = sum(d.value for d in load().all(attributes(7)).values())
    print(f"Python {sys.version.split()[0]}, expt {expt.__version__}: {on} of {COUNT} flags are on")
    gc.disable()
    rounds: dict[str, list[float]] = {name: [] for name in timed}
    for _ in range(options.rounds):  # by turns, so that a slow moment meets all of them
        for name, loop in timed.items():
            rounds[name].append(seconds(loop))
    for name, times in rounds.items():
        print(f"{name:42} {statistics.median(times) * 1e6:7.1f} us")


if __name__ == "__main__":
    main()
