"""Applies each mutant to a copy of the engine and expects the vectors to fail. See run.sh."""

import argparse
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time

import mutants
from tree import copy_tree

# What the vectors' runner is built from and reads.
PARTS = ["CMakeLists.txt", "cmake", "include", "src", "tests/CMakeLists.txt", "tests/oracle", "tests/vectors",
         "docs/evaluation.md"]
OPTIONS = ["CLIENT", "CONTROL_PLANE", "EXAMPLES", "JS", "PYTHON"]
RUNNER = "evaluation_vectors_test"
# Tests that compare the engine with what is written in the folder; the others are about the folder, or compare the
# engine with itself.
ENGINE = "EvaluationVectors.*-*.Oracle*:*.Golden*:*.EveryFile*:*.Document*"
TIMES_LONGER = 50  # than the unmutated engine takes, at least a minute: such a mutant runs for ever


def fail(text):
    print(f"mutants: {text}", file=sys.stderr)
    sys.exit(2)


class Copy:
    """A copy of the engine that is built and asked over and over."""

    def __init__(self, folder):
        self.most_seconds = None  # of a run
        self.tree = folder / "tree"
        self.build_folder = folder / "build"
        copy_tree(mutants.ROOT, self.tree, PARTS)
        self.environment = dict(os.environ, CCACHE_BASEDIR=str(self.tree), CCACHE_NOHASHDIR="1")

    def configure(self):
        options = [f"-DEXPT_BUILD_{name}=OFF" for name in OPTIONS]
        options += ["-DEXPT_UI=OFF", "-DEXPT_INSTALL=OFF", "-DEXPT_WERROR=OFF"]
        options.append(f"-DCMAKE_PROJECT_expt_INCLUDE={mutants.FOLDER / 'faster.cmake'}")
        if shutil.which("ccache"):
            options.append("-DCMAKE_CXX_COMPILER_LAUNCHER=ccache")
        return self._call(["cmake", "-S", self.tree, "-B", self.build_folder, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Debug",
                           "-DCMAKE_CXX_FLAGS_DEBUG=-O0 -w", *options])

    def build(self):
        return self._call(["cmake", "--build", self.build_folder, "--target", RUNNER])

    def run(self, tests="*"):
        started = time.monotonic()
        result = self._call([self.build_folder / "bin" / RUNNER, f"--gtest_filter={tests}", "--gtest_fail_fast"],
                            self.most_seconds)
        if self.most_seconds is None:
            self.most_seconds = max(60, TIMES_LONGER * (time.monotonic() - started))
        return result

    def write(self, file, text):
        (self.tree / file).write_text(text)

    def _call(self, command, most_seconds=None):
        try:
            return subprocess.run([str(word) for word in command], env=self.environment, text=True, errors="replace",
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=most_seconds)
        except subprocess.TimeoutExpired:
            return subprocess.CompletedProcess(command, -signal.SIGALRM, "")


def catcher(result):
    """Which vector noticed, from what the runner said."""
    if result.returncode < 0:
        return "no end" if result.returncode == -signal.SIGALRM else signal.Signals(-result.returncode).name
    test = re.search(r"^\[  FAILED  \] EvaluationVectors\.(\w+)", result.stdout, re.MULTILINE)
    ids = list(dict.fromkeys(re.findall(r"_test\.cc:\d+: ([a-z0-9-]+)$", result.stdout, re.MULTILINE)))
    if not ids:
        return test.group(1) if test else "an exit code alone"
    more = f" and {len(ids) - 1} more" if len(ids) > 1 else ""
    where = "" if test and test.group(1).startswith("EngineDecides") else f" ({test.group(1)})" if test else ""
    return f"[{ids[0]}]{more}{where}"


def judge(copy, mutant):
    """Whether the vectors catch the mutant, and the words for it."""
    defect = mutant.defect(mutants.ROOT)
    if defect:
        return False, f"does not apply: {defect}"
    original = (mutants.ROOT / mutant.file).read_text()
    copy.write(mutant.file, mutant.apply(original))
    try:
        built = copy.build()
        if built.returncode != 0:
            error = re.search(r"error: .*", built.stdout)
            return False, f"does not compile: {error.group(0) if error else built.stdout[-300:]}"
        result = copy.run(ENGINE)
    finally:
        copy.write(mutant.file, original)
    if result.returncode == 0:
        return False, f"SURVIVED: {mutant.means}"
    return True, f"caught by {catcher(result)}"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=pathlib.Path, default=mutants.ROOT / "build-mutants", help="folder of the copy")
    parser.add_argument("name", nargs="*", help="mutants to try; none: all")
    arguments = parser.parse_args()
    chosen = [m for m in mutants.load() if not arguments.name or m.name in arguments.name]
    unknown = set(arguments.name) - {m.name for m in chosen}
    if unknown:
        fail(f"expected names of mutants, found {', '.join(sorted(unknown))}")

    started = time.monotonic()
    copy = Copy(arguments.build)
    for what, step in (("configured", copy.configure), ("built", copy.build), ("right by its vectors", copy.run)):
        result = step()
        if result.returncode != 0:
            fail(f"expected the unmutated engine to be {what}, found\n{result.stdout[-4000:]}")
    print(f"unmutated: passes, after {time.monotonic() - started:.0f} s", flush=True)
    caught = 0
    for mutant in chosen:
        is_caught, words = judge(copy, mutant)
        caught += is_caught
        print(f"{mutant.file}: {mutant.name}: {words}", flush=True)
    print(f"mutants: {len(chosen)}, caught: {caught}, after {time.monotonic() - started:.0f} s")
    sys.exit(0 if caught == len(chosen) else 1)


if __name__ == "__main__":
    main()
