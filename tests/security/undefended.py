"""Switches each defence off, one at a time, and expects the check of its requirement to fail for that reason.

Usage: tests/security/undefended.py [--build FOLDER] [NAME...]. Prints a line per defence; exit 1 when one goes
unnoticed. The defences stand in defences.toml. Works on a copy in build-security/; the tree stays as it is, and has no
such switch.
"""

import argparse
import os
import pathlib
import subprocess
import sys
import time

sys.dont_write_bytecode = True
import defences  # noqa: E402

sys.path.insert(0, str(defences.ROOT / "tests/mutants"))
from tree import copy_tree  # noqa: E402

PARTS = ["CMakeLists.txt", "CMakePresets.json", "cmake", "include", "src", "control-plane"]
OPTIONS = ["BUILD_EXAMPLES", "BUILD_JS", "BUILD_PYTHON", "BUILD_TESTS", "INSTALL", "UI"]
SWITCH = "src/base/defence_switch.h"
SWITCH_TEXT = """#pragma once
#include <cstdlib>
#include <string>
#include <string_view>

namespace expt::testing {
// EXPT_DEFENCES_OFF: names, separated by commas.
inline bool IsOff(std::string_view name) {
  static const char* const kNames = std::getenv("EXPT_DEFENCES_OFF");
  const std::string names = "," + std::string(kNames == nullptr ? "" : kNames) + ",";
  return names.find("," + std::string(name) + ",") != std::string::npos;
}
}  // namespace expt::testing
"""


def fail(text):
    print(f"undefended: {text}", file=sys.stderr)
    sys.exit(2)


class Copy:
    def __init__(self, folder, all_defences):
        self.folder = folder
        self.tree = folder / "tree"
        built = [edit for defence in all_defences if not defence.is_source for edit in defence.edits]
        texts = {edit.file: (defences.ROOT / edit.file).read_text() for edit in built}
        if problem := defences.apply(built, texts):
            fail(problem)
        # By way of a second copy, so that what is edited as before is not built again.
        edited = folder / "edited"
        copy_tree(defences.ROOT, edited, PARTS)
        for file, text in texts.items():
            (edited / file).write_text(f'#include "{SWITCH}"\n' + text)
        (edited / SWITCH).write_text(SWITCH_TEXT)
        copy_tree(edited, self.tree, PARTS)

    def build(self):
        # Else as build/ is made, so that ccache knows the objects.
        options = [f"-DEXPT_{name}=OFF" for name in OPTIONS]
        environment = dict(os.environ, CCACHE_BASEDIR=str(self.tree), CCACHE_NOHASHDIR="1")
        build = ["cmake", "--build", "build", "--parallel", "2", "--target", "exptd"]
        for command in (["cmake", "--preset", "dev", *options], build):
            result = subprocess.run(command, cwd=self.tree, env=environment, text=True, stdout=subprocess.PIPE,
                                    stderr=subprocess.STDOUT)
            if result.returncode != 0:
                fail(f"expected exptd to be built, found\n{result.stdout[-6000:]}")

    def check(self, off=None, only=None, source=defences.ROOT):
        """The exit code of the checks and the lines they print."""
        command = [sys.executable, "-B", defences.FOLDER / "checks", "--exptd", self.tree / "build/bin/exptd",
                   "--source", source]
        if only:
            command += ["--only", only, "--expect-fail"]
        environment = {name: value for name, value in os.environ.items() if name != "EXPT_DEFENCES_OFF"}
        if off:
            environment["EXPT_DEFENCES_OFF"] = off
        return subprocess.run([str(word) for word in command], env=environment, text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)

    def source_without(self, defence):
        """A tree whose sources lack a defence; no more of it than checks read."""
        lacking = self.folder / "lacking"
        copy_tree(defences.ROOT, lacking, ["include", "src", "control-plane"])
        texts = {edit.file: (lacking / edit.file).read_text() for edit in defence.edits}
        if problem := defences.apply(defence.edits, texts):
            fail(problem)
        for file, text in texts.items():
            (lacking / file).write_text(text)
        return lacking


def judge(copy, defence):
    """Whether the check noticed, and the words for it."""
    if defence.is_source:
        result = copy.check(only=defence.requirement, source=copy.source_without(defence))
    else:
        result = copy.check(off=defence.off, only=defence.requirement)
    line = next((line for line in result.stdout.splitlines() if line.startswith(("PASS ", "FAIL "))), "")
    if result.returncode == 0 and line.startswith(f"FAIL {defence.requirement} ") and defence.seen in line:
        return True, f"noticed: {defence.seen}"
    return False, f"NOT NOTICED: expected {defence.seen!r}, found {line or result.stdout[-1500:]}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=defences.ROOT / "build-security",
                        help="folder of the copy")
    parser.add_argument("name", nargs="*", help="defences to switch off; none: all")
    arguments = parser.parse_args()
    everything = defences.load()
    chosen = [one for one in everything if not arguments.name or one.off in arguments.name]
    if unknown := set(arguments.name) - {one.off for one in chosen}:
        fail(f"expected names of defences, found {', '.join(sorted(unknown))}")

    started = time.monotonic()
    copy = Copy(arguments.build.resolve(), everything)
    copy.build()
    print(f"exptd with switches: built after {time.monotonic() - started:.0f} s", flush=True)
    noticed = 0
    for defence in chosen:
        is_noticed, words = judge(copy, defence)
        noticed += is_noticed
        print(f"{defence.off}: {words}", flush=True)
    whole = copy.check()
    print(whole.stdout, end="")
    print(f"defences: {len(chosen)} switched off, {noticed} noticed; all on: "
          f"{'passes' if whole.returncode == 0 else 'FAILS'}, after {time.monotonic() - started:.0f} s")
    sys.exit(0 if noticed == len(chosen) and whole.returncode == 0 else 1)


if __name__ == "__main__":
    main()
