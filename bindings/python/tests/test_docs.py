"""docs/python.md and the package's docstring do what they say."""

import os
import pathlib
import re
from collections.abc import Callable

import pytest
from conftest import SOURCE, Shop

import expt

MANUAL = SOURCE / "docs" / "python.md"


def test_the_manual_s_blocks_run_in_order(
    make_shop: Callable[[], Shop], monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path
) -> None:
    own = make_shop()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EXPT_URL", own.url)
    monkeypatch.setenv("EXPT_KEY", own.key)
    own.expt("fetch", "--snapshot", str(tmp_path / "live.exs"), "--root", str(tmp_path / "root.exs"))
    text = MANUAL.read_text(encoding="utf-8")
    blocks = list(re.finditer(r"^```python\n(.*?)^```$", text, re.M | re.S))
    assert len(blocks) >= 8
    names: dict[str, object] = {}
    for block in blocks:
        line = text[: block.start(1)].count("\n")
        code = compile("\n" * line + block.group(1), str(MANUAL), "exec")  # so that a failure names its line
        exec(code, names)


def test_the_package_s_first_lines_run(running_shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXPT_KEY", running_shop.key)
    assert expt.__doc__ is not None
    code = "\n".join(line[4:] for line in expt.__doc__.splitlines() if line.startswith("    "))
    assert "https://flags.example.com" in code
    shown: list[str] = []
    names: dict[str, object] = {"show_new_checkout": lambda: shown.append("new checkout")}
    exec(code.replace("https://flags.example.com", running_shop.url), names)
    assert (shown, names["size"], names["variant"]) == (["new checkout"], 50, "treatment")


def test_every_error_and_result_is_exported() -> None:
    assert set(expt.__all__) == {name for name in dir(expt) if not name.startswith("_")} - {"annotations"} | {
        "__version__"}
    assert os.path.isfile(os.path.join(os.path.dirname(expt.__file__), "py.typed"))
