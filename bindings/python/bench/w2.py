"""Times W2 of docs/performance.md from Python: one rule (country in 10 values and plan = pro) and 50 % coverage.

Usage: w2.py [--rounds N] [--calls N]. EXPT_BIN names the directory of sign_definitions; without it build/bin.
Prints the median over the rounds, in nanoseconds per call, without the cost of the loop.
"""

import argparse
import gc
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import expt
from expt import _core

SOURCE = pathlib.Path(__file__).resolve().parents[3]
BIN = pathlib.Path(os.environ.get("EXPT_BIN", SOURCE / "build" / "bin"))
COUNTRIES = ["AT", "BE", "CH", "DE", "DK", "ES", "FR", "IT", "NL", "SE"]
W2 = {
    "key": "w2",
    "type": "boolean",
    "variants": [{"key": "off", "value": False}, {"key": "on", "value": True}],
    "rules": [{
        "id": "pro",
        "serve": {"variant": "on"},
        "coverage": {"salt": "w2", "ppm": 500000},
        "condition": {"all": [
            {"attribute": "country", "operator": "in", "operands": COUNTRIES},
            {"attribute": "plan", "operator": "equals", "operands": ["pro"]},
        ]},
    }],
    "default_serve": {"variant": "off"},
}


def load() -> expt.Snapshot:
    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        (directory / "w2.json").write_text(json.dumps({"snapshot": {"flags": [W2]}}))
        subprocess.run([BIN / "sign_definitions", directory, directory / "w2.json"], check=True)
        root = expt.Root.parse((directory / "root.exs1").read_bytes())
        return expt.Snapshot.parse((directory / "w2.exs1").read_bytes(), root=root)


def attributes(i: int) -> dict[str, Any]:
    """Ten attributes, of which the flag reads three."""
    return {"targetingKey": f"user-{i}", "country": COUNTRIES[i % 10], "plan": "pro", "age": 20 + i % 50,
            "beta": i % 2 == 0, "device": "phone", "os": "linux", "language": "de", "visits": i, "score": i / 3}


def loops(calls: int) -> dict[str, Callable[[], None]]:
    """What is timed; each loop runs `calls` times over 1,000 units."""
    snapshot = load()
    dicts = [attributes(i) for i in range(1000)]
    small = [{name: row[name] for name in ("targetingKey", "country", "plan")} for row in dicts] * (calls // 1000)
    contexts = [expt.Context(None, row) for row in dicts] * (calls // 1000)
    dicts = dicts * (calls // 1000)
    enabled, value, decision, empty = snapshot.enabled, snapshot.value, snapshot.decision, _core._empty_call

    def floor() -> None:
        for context in contexts:
            empty("w2", context)

    def nothing() -> None:
        for _ in contexts:
            pass

    def prebuilt() -> None:
        for context in contexts:
            enabled("w2", context)

    def from_dict() -> None:
        for row in dicts:
            enabled("w2", row)

    def from_small_dict() -> None:
        for row in small:
            enabled("w2", row)

    def fresh() -> None:
        make = expt.Context
        for row in dicts:
            enabled("w2", make(None, row))

    def typed_value() -> None:
        for context in contexts:
            value("w2", context, False)

    def whole_decision() -> None:
        for context in contexts:
            decision("w2", context)

    return {
        "loop": nothing,
        "floor: an empty METH_FASTCALL call": floor,
        "enabled, prebuilt Context": prebuilt,
        "value, prebuilt Context": typed_value,
        "enabled, dict of 3 attributes": from_small_dict,
        "enabled, dict of 10 attributes": from_dict,
        "enabled, fresh Context of 10 attributes": fresh,
        "decision, prebuilt Context": whole_decision,
    }


def seconds(loop: Callable[[], None]) -> float:
    begin = time.perf_counter()
    loop()
    return time.perf_counter() - begin


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--calls", type=int, default=100_000, help="per round; a multiple of 1,000")
    options = parser.parse_args()
    timed = loops(options.calls)
    on = sum(load().enabled("w2", attributes(i)) for i in range(1000))
    print(f"Python {sys.version.split()[0]}, expt {expt.__version__}: {on} of 1000 units are on")
    gc.disable()
    rounds: dict[str, list[float]] = {name: [] for name in timed}
    for _ in range(options.rounds):  # by turns, so that a slow moment meets all of them
        for name, loop in timed.items():
            rounds[name].append(seconds(loop))
    empty = statistics.median(rounds.pop("loop"))
    for name, times in rounds.items():
        print(f"{name:42} {(statistics.median(times) - empty) / options.calls * 1e9:7.1f} ns")
    for name in ("enabled, prebuilt Context", "enabled, dict of 10 attributes"):
        timed[name]()
        before = sys.getallocatedblocks()
        tracemalloc.start()
        timed[name]()
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        print(f"{name:42} {sys.getallocatedblocks() - before:7d} blocks kept, {peak} bytes of Python's at the peak")


if __name__ == "__main__":
    main()
