"""Kills the programs that promise to lose nothing, and cuts their power, and counts what is lost. See run.sh."""

import argparse
import os
import pathlib
import shutil
import sys
import tempfile
import time

BIN = pathlib.Path(__file__).resolve().parents[2] / "build" / "bin"
os.environ.setdefault("EXPT_BIN", str(BIN))

from loops import LOOPS  # noqa: E402  reads EXPT_BIN

MOST_START_SECONDS = 2.0


class Report:
    """A line per figure. A figure that must be 0 and is not, and a start that took too long, fail the run."""

    def __init__(self, is_timed):
        self.is_timed = is_timed
        self.failed = []

    def add(self, part, figures, slowest_start, notes, seconds):
        def line(name, value, is_wrong=False):
            print(f"{part}: {name}: {value}{'   FAILED' if is_wrong else ''}", flush=True)
            if is_wrong:
                self.failed.append(f"{part}: {name}")

        for name in figures:
            if name not in figures.FAULTS:
                line(name, figures[name])
        for name in LOOPS[part].faults:
            line(name, figures[name], figures[name] != 0)
        line("slowest start", f"{slowest_start * 1000:.0f} ms", self.is_timed and slowest_start >= MOST_START_SECONDS)
        line("took", f"{seconds:.0f} s")
        for note in notes[:10]:
            print(f"{part}: {note}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cycles", type=int, default=200, help="kills of each program (default 200)")
    parser.add_argument("--cuts", type=int, help="power cuts of each program (default a quarter of the cycles)")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="of what is random (default: the time)")
    parser.add_argument("--only", action="append", choices=list(LOOPS), help="this loop, not all")
    parser.add_argument("--untimed", action="store_true", help="say how long a start took, without a limit")
    arguments = parser.parse_args()
    cuts = arguments.cuts if arguments.cuts is not None else max(1, arguments.cycles // 4)
    shim = pathlib.Path(os.environ["EXPT_BIN"]).resolve() / "libpower_cut.so"
    if not shim.exists():
        parser.error(f"{shim} is not built; EXPT_BIN names the directory of the programs")
    print(f"seed {arguments.seed}", flush=True)
    report = Report(not arguments.untimed)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="expt-kill."))
    try:
        for part in arguments.only or LOOPS:
            started = time.monotonic()
            count = cuts if LOOPS[part].cuts_power else arguments.cycles
            figures, slowest, notes = LOOPS[part].run(folder, count, arguments.seed, shim)
            report.add(part, figures, slowest, notes, time.monotonic() - started)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print("kill: " + (f"FAILED: {', '.join(report.failed)}" if report.failed else "nothing that was promised is lost"))
    sys.exit(1 if report.failed else 0)


if __name__ == "__main__":
    main()
