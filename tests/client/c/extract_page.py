#!/usr/bin/env python3
"""Writes the blocks of C of a page, one after the other. Usage: extract_page.py PAGE OUT"""

import pathlib
import re
import sys

page, out = map(pathlib.Path, sys.argv[1:])
blocks = re.findall(r"^```c\n(.*?)^```$", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
if not blocks:
    sys.exit(f"{page.name}: expected blocks of C, found none")
out.write_text("\n".join(blocks), encoding="utf-8")
