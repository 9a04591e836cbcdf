"""The stubs say what the module is, and type checkers agree on what that means."""

import json
import os
import pathlib
import re
import subprocess
import sys

TYPED = pathlib.Path(__file__).parent / "typed"
MISTAKES = {number for number, line in enumerate((TYPED / "mistakes.py").read_text().splitlines(), 1)
            if line.endswith("# mistake")}
BUILD = pathlib.Path(os.environ.get("EXPT_PYTHON_BUILD", pathlib.Path(__file__).parents[3] / "build" / "python"))


def run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", *command], text=True, capture_output=True, timeout=500,
                          env={**os.environ, **environment})


def mypy(*arguments: str) -> subprocess.CompletedProcess[str]:
    return run("mypy", "--strict", "--no-error-summary", "--cache-dir", str(BUILD / "mypy"), *arguments)


def pyright(path: pathlib.Path, tmp_path: pathlib.Path) -> dict[int, str]:
    """Line to rule, of the errors."""
    (tmp_path / path.name).write_text(path.read_text())
    project = tmp_path / "pyrightconfig.json"
    project.write_text(json.dumps({"include": [path.name], "typeCheckingMode": "strict"}))
    done = run("pyright", "--outputjson", "--pythonpath", sys.executable, "--project", str(project),
               PYRIGHT_PYTHON_IGNORE_WARNINGS="1", PYRIGHT_PYTHON_GLOBAL_NODE="0")
    assert done.stdout.startswith("{"), done.stdout + done.stderr
    report = json.loads(done.stdout)
    assert report["summary"]["filesAnalyzed"] == 1, done.stdout
    return {row["range"]["start"]["line"] + 1: row.get("rule", "") for row in report["generalDiagnostics"]
            if row["severity"] == "error"}


def test_mypy_takes_the_package_and_what_is_right() -> None:
    for arguments in (["-p", "expt"], [str(TYPED / "sample.py")]):
        done = mypy(*arguments)
        assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr


def test_mypy_names_each_mistake() -> None:
    found = {int(line) for line in re.findall(r"mistakes\.py:(\d+): error", mypy(str(TYPED / "mistakes.py")).stdout)}
    assert found == MISTAKES


def test_pyright_takes_what_is_right(tmp_path: pathlib.Path) -> None:
    assert pyright(TYPED / "sample.py", tmp_path) == {}


def test_pyright_names_each_mistake(tmp_path: pathlib.Path) -> None:
    assert set(pyright(TYPED / "mistakes.py", tmp_path)) == MISTAKES


def test_the_stubs_are_what_the_module_is() -> None:
    done = run("mypy.stubtest", "expt._core", "--allowlist", str(TYPED / "stubtest_allowlist.txt"))
    assert done.returncode == 0, done.stdout
