"""The benchmark runs and names what it measures."""

import pathlib
import subprocess
import sys

BENCH = pathlib.Path(__file__).parents[1] / "bench"


def run(program: str, *arguments: str) -> str:
    done = subprocess.run([sys.executable, "-B", str(BENCH / program), *arguments], text=True, capture_output=True,
                          timeout=120)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_w2_prints_its_figures() -> None:
    printed = run("w2.py", "--rounds", "3", "--calls", "2000")
    assert ": 483 of 1000 units are on" in printed
    for name in ("floor", "enabled, prebuilt Context", "enabled, dict of 10 attributes"):
        assert name in printed


def test_w6_prints_its_figures() -> None:
    printed = run("w6.py", "--rounds", "3")
    for name in ("of 1000 flags are on", "all, prebuilt Context", "many, four columns"):
        assert name in printed
