"""What the Python package answers to every unit of a world. Usage: answers.py DIRECTORY UNITS OUT, as native_answers.cc.

Run by the interpreter that has the package; the words of the vectors are read as its tests read them.
"""

import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "bindings" / "python" / "tests"))

from test_vectors import answer_of, context_of  # noqa: E402

import expt  # noqa: E402


def main(directory: pathlib.Path, units: pathlib.Path, out: pathlib.Path) -> None:
    root = expt.Root.parse((directory / "root.exs1").read_bytes())
    snapshot = expt.Snapshot.parse((directory / "parity.exs1").read_bytes(), root=root)
    assert not snapshot.warnings, snapshot.warnings
    world = json.loads((directory / "parity.json").read_text(encoding="utf-8"))
    flags = [flag["key"] for flag in world["snapshot"]["flags"]]
    with units.open(encoding="utf-8") as lines, out.open("w", encoding="utf-8") as written:
        for line in lines:
            unit = json.loads(line)
            asked = snapshot.with_overlay(**unit.get("overlay", {})).at(unit["now_ms"])
            attributes = context_of(unit["context"])
            sticky = expt.StickyAssignments(expt.Assignment(**row) for row in unit.get("sticky", []))
            fresh = [answer_of(asked.decision(flag, attributes, sticky=sticky)) for flag in flags]
            held = expt.Context(None, attributes)
            assert fresh == [answer_of(asked.decision(flag, held, sticky=sticky)) for flag in flags], line
            json.dump(fresh, written)
            written.write("\n")


if __name__ == "__main__":
    main(*map(pathlib.Path, sys.argv[1:]))
