"""The benchmark runs and names what it measures."""

import pathlib
import subprocess
import sys

W2 = pathlib.Path(__file__).parents[1] / "bench" / "w2.py"


def test_w2_prints_its_figures() -> None:
    done = subprocess.run([sys.executable, "-B", str(W2), "--rounds", "3", "--calls", "2000"], text=True,
                          capture_output=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")
    assert ": 483 of 1000 units are on" in done.stdout
    for name in ("floor", "enabled, prebuilt Context", "enabled, dict of 10 attributes"):
        assert name in done.stdout
