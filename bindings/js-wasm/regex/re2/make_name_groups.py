#!/usr/bin/env python3
"""Prints a small unicode_groups.cc for RE2: the characters that names of groups, (?P<name>...), may have.

RE2's own has a table for each class of \\p and \\P, which src/model refuses on every platform before a pattern gets
here. Only names of groups still look classes up, ten of them together: the first one has the characters of all.

Usage: make_name_groups.py FOLDER     FOLDER: re2/ of RE2's source, with its scripts
"""
import sys

sys.path.insert(0, sys.argv[1])
import make_unicode_groups  # noqa: E402
import unicode  # noqa: E402

CLASSES = ["Lu", "Ll", "Lt", "Lm", "Lo", "Nl", "Mn", "Mc", "Nd", "Pc"]  # IsValidCaptureName() of parse.cc


def main() -> None:
    categories = unicode.Categories()
    codes = sorted(code for name in CLASSES for code in categories[name])
    print('#include "re2/unicode_groups.h"\n\nnamespace re2 {\n')
    groups = [make_unicode_groups.PrintGroup(CLASSES[0], codes)]
    groups += [f'{{ "{name}", +1, 0, 0, 0, 0 }}' for name in CLASSES[1:]]
    print("const UGroup unicode_groups[] = {")
    for group in groups:
        print(f"\t{group},")
    print(f"}};\nconst int num_unicode_groups = {len(groups)};\n\n}}  // namespace re2")


main()
