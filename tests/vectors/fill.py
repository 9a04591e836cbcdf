#!/usr/bin/env python3
"""Writes "expect" into the cases that have none, from the oracle, and lays the files out alike.

Usage: fill.py ORACLE_ANSWERS FILE...     (build/bin/oracle_answers, tests/vectors/evaluation/*.json)

What it writes is a proposal: read each before it is committed.
"""

import json
import pathlib
import subprocess
import sys
from typing import Any

WIDTH = 150


def laid_out(value: Any, indent: int = 0) -> str:
    """One line where it fits, else a line for each item; the files of definitions are read by people."""
    line = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, (dict, list)) or not value:
        return line
    is_top = indent == 0
    if not is_top and indent + len(line) <= WIDTH:
        return line
    inner = indent + 2
    if isinstance(value, dict):
        items = [f"{json.dumps(k, ensure_ascii=False)}: {laid_out(v, inner)}" for k, v in value.items()]
        opening, closing = "{", "}"
    else:
        items = [laid_out(item, inner) for item in value]
        opening, closing = "[", "]"
    pad = " " * inner
    return opening + "\n" + ",\n".join(pad + item for item in items) + "\n" + " " * indent + closing


def main() -> None:
    program, *paths = sys.argv[1:]
    answers = json.loads(subprocess.run([program, *paths], check=True, stdout=subprocess.PIPE).stdout)
    for path in paths:
        content = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
        added = 0
        for case in content.get("cases", []):
            if "expect" not in case:
                case["expect"] = answers[path][case["id"]]
                added += 1
                print(f"{case['id']}: {json.dumps(case['expect'], ensure_ascii=False)}")
        pathlib.Path(path).write_text(laid_out(content) + "\n", encoding="utf-8")
        print(f"{path}: {added} written")


if __name__ == "__main__":
    main()
