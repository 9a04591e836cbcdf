"""Builds each mutant in a copy of the tree and expects its loop to notice. See mutants.sh."""

import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

import seeded

sys.path.insert(0, str(seeded.ROOT / "tests" / "mutants"))
from tree import copy_tree  # noqa: E402

PARTS = ["CMakeLists.txt", "CMakePresets.json", "LICENSE", "cmake", "include", "src", "control-plane",
         "tests/CMakeLists.txt", "tests/kill"]
# What a loop kills is built from the copy; the other programs are those of EXPT_BIN, or of build/bin.
KILLED = {"exptd": "exptd", "spool": "tracker", "client": "installer"}
OTHERS = ["exptd", "expt", "tracker", "installer", "libpower_cut.so"]
MOST_CYCLES = 200  # until a mutant must have been noticed
SEED = 1


def fail(text):
    print(f"kill mutants: {text}", file=sys.stderr)
    sys.exit(2)


class Copy:
    """A copy of the tree that is built over and over. The flags are those of build/, so that ccache knows the objects."""

    def __init__(self, folder):
        self.tree = folder / "tree"
        copy_tree(seeded.ROOT, self.tree, PARTS)
        self.programs = folder / "programs"
        self.others = pathlib.Path(os.environ.get("EXPT_BIN", seeded.ROOT / "build" / "bin")).resolve()
        self.programs.mkdir(exist_ok=True)
        self.environment = dict(os.environ, CCACHE_BASEDIR=str(self.tree), CCACHE_NOHASHDIR="1")

    def configure(self):
        options = [f"-DEXPT_BUILD_{name}=OFF" for name in ("EXAMPLES", "JS", "PYTHON")]
        return self._call(["cmake", "--preset", "dev", "-DEXPT_UI=OFF", "-DEXPT_INSTALL=OFF", *options])

    def build(self, targets):
        return self._call(["cmake", "--build", "build", "--parallel", "2", "--target", *targets])

    def choose(self, program):
        """Has `programs` hold that of the copy, and all others as they are without mutants."""
        for name in OTHERS:
            link = self.programs / name
            link.unlink(missing_ok=True)
            link.symlink_to((self.tree / "build" / "bin" if name == program else self.others) / name)

    def write(self, texts):
        for file, text in texts.items():
            (self.tree / file).write_text(text)

    def _call(self, command):
        return subprocess.run(command, cwd=self.tree, env=self.environment, text=True, errors="replace",
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def killed_by(mutant):
    return KILLED[mutant.loop.split()[0]]


def judge(copy, mutant, loops, folder):
    """Whether the loop noticed the mutant, and the words for it."""
    program = killed_by(mutant)
    original = {file: (seeded.ROOT / file).read_text() for file in {edit[0] for edit in mutant.edits}}
    try:
        copy.write(mutant.files())
        built = copy.build([program])
        if built.returncode != 0:
            return False, f"does not compile: {built.stdout[-600:]}"
        copy.choose(program)
        figures, _, _ = loops.LOOPS[mutant.loop].run(folder, MOST_CYCLES, SEED, copy.others / "libpower_cut.so",
                                                     stop_at_fault=True)
    except ValueError as error:
        return False, f"does not apply: {error}"
    finally:
        copy.write(original)
    if not figures.faults:
        return False, f"NOT NOTICED in {figures['cycles']} cycles: {mutant.means}"
    words = ", ".join(f"{name} {count}" for name, count in figures.faults.items())
    return True, f"noticed by \"{mutant.loop}\" after {figures['cycles']} cycles: {words}"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=pathlib.Path, default=seeded.ROOT / "build-kill-mutants",
                        help="folder of the copy")
    parser.add_argument("name", nargs="*", help="mutants to try; none: all")
    arguments = parser.parse_args()
    chosen = [mutant for mutant in seeded.load() if not arguments.name or mutant.name in arguments.name]
    unknown = set(arguments.name) - {mutant.name for mutant in chosen}
    if unknown:
        fail(f"expected names of mutants, found {', '.join(sorted(unknown))}")

    started = time.monotonic()
    copy = Copy(arguments.build.resolve())
    targets = sorted({killed_by(mutant) for mutant in chosen})
    for what, step in (("configured", copy.configure), ("built", lambda: copy.build(targets))):
        result = step()
        if result.returncode != 0:
            fail(f"expected the unmutated tree to be {what}, found\n{result.stdout[-4000:]}")
    print(f"unmutated: built after {time.monotonic() - started:.0f} s", flush=True)
    os.environ["EXPT_BIN"] = str(copy.programs)
    import loops  # reads EXPT_BIN
    folder = pathlib.Path(tempfile.mkdtemp(prefix="expt-kill."))
    noticed = 0
    try:
        for mutant in chosen:
            is_noticed, words = judge(copy, mutant, loops, folder)
            noticed += is_noticed
            print(f"{mutant.name}: {words}", flush=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"kill mutants: {len(chosen)}, noticed: {noticed}, after {time.monotonic() - started:.0f} s")
    sys.exit(0 if noticed == len(chosen) else 1)


if __name__ == "__main__":
    main()
