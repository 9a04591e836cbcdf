"""What the tests share: where things are, signed snapshots, an exptd.

EXPT_BIN names the directory of exptd, expt, quickstart and sign_definitions; without it build/bin.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import expt

SOURCE = pathlib.Path(__file__).resolve().parents[3]
os.environ.setdefault("EXPT_BIN", str(SOURCE / "build" / "bin"))
sys.path.insert(0, str(SOURCE / "tests" / "e2e"))

import programs  # noqa: E402

Definitions = dict[str, Any]


class Signer:
    """Signed files of definitions, and the Root that they need."""

    def __init__(self, directory: pathlib.Path) -> None:
        self.directory = directory

    def files(self, definitions: dict[str, Definitions]) -> pathlib.Path:
        """The directory with root.exs1 and NAME.exs1 for each of {"NAME": {"snapshot": ...}}."""
        made = pathlib.Path(tempfile.mkdtemp(dir=self.directory))
        paths = []
        for name, content in definitions.items():
            paths.append(made / f"{name}.json")
            paths[-1].write_text(json.dumps(content), encoding="utf-8")
        subprocess.run([programs.program("sign_definitions"), made, *paths], check=True)
        return made

    def snapshot(self, definitions: Definitions) -> expt.Snapshot:
        made = self.files({"snapshot": {"snapshot": definitions}})
        root = expt.Root.parse((made / "root.exs1").read_bytes())
        return expt.Snapshot.parse((made / "snapshot.exs1").read_bytes(), root=root)


@pytest.fixture(scope="session")
def signer(tmp_path_factory: pytest.TempPathFactory) -> Signer:
    return Signer(tmp_path_factory.mktemp("signed"))


def boolean(key: str, rules: list[dict[str, Any]] | None = None, **more: Any) -> dict[str, Any]:
    """A boolean flag that is off where no rule says otherwise."""
    return {
        "key": key,
        "type": "boolean",
        "variants": [{"key": "off", "value": False}, {"key": "on", "value": True}],
        "off_variant": "off",
        "rules": rules or [],
        "default_serve": {"variant": "off"},
        **more,
    }


def on_when(attribute: str, operator: str, *operands: Any) -> list[dict[str, Any]]:
    """One rule that serves "on"."""
    condition = {"attribute": attribute, "operator": operator, "operands": list(operands)}
    return [{"id": "r", "condition": condition, "serve": {"variant": "on"}}]


def constant(key: str, kind: str, value: Any) -> dict[str, Any]:
    """A flag that serves one value to everybody."""
    return {"key": key, "type": kind, "variants": [{"key": "v", "value": value}], "default_serve": {"variant": "v"}}


def shop(page_size: int = 50) -> Definitions:
    """Definitions of the quickstart for an exptd, without dates."""
    swiss = {"attribute": "country", "operator": "equals", "operands": ["CH"]}

    def served(variant: str, *rules: dict[str, Any]) -> dict[str, Any]:
        return {"enabled": True, "off_variant": variant, "rules": list(rules), "default_serve": {"variant": variant}}

    return {
        "attributes": [
            {"key": "country", "type": "string"},
            {"key": "plan", "type": "string", "analytics": True},
            {"key": "account", "type": "string", "unit_type": True},
        ],
        "flags": [
            {"key": "new-checkout", "type": "boolean",
             "variants": [{"key": "on", "value": True}, {"key": "off", "value": False}],
             "configuration": served("off", {"id": "swiss", "condition": swiss, "serve": {"variant": "on"}})},
            {"key": "page-size", "type": "integer",
             "variants": [{"key": "small", "value": 20}, {"key": "large", "value": page_size}],
             "configuration": served("large")},
            {"key": "limits", "type": "json", "variants": [{"key": "v", "value": {"items": [1, 2.5, "ü"]}}],
             "configuration": served("v")},
            {"key": "checkout-test", "type": "string",
             "variants": [{"key": "control", "value": "classic"}, {"key": "treatment", "value": "one-page"}],
             "configuration": served("control", {"id": "all", "serve": {"experiment": "checkout-test"}})}],
        "metrics": [{"key": "purchase", "kind": "proportion",
                     "numerator": {"event": "purchase", "value": "none", "aggregation": "any"}},
                    {"key": "revenue", "kind": "mean",
                     "numerator": {"event": "purchase", "value": "value", "aggregation": "sum"}}],
        "experiments": [{"key": "checkout-test", "flag": "checkout-test", "status": "running", "control": "control",
                         "salt": "checkout",
                         "weights": {"control": 500000, "treatment": 500000}, "mode": "fixed",
                         "start": "2020-01-01T00:00:00Z",
                         "metrics": [{"metric": "purchase", "role": "success"},
                                     {"metric": "revenue", "role": "secondary"}]}],
    }


class Shop:
    """A running exptd with the definitions of shop(), or the project of `make demo`, and an SDK key for it."""

    def __init__(self, directory: pathlib.Path, is_demo: bool = False) -> None:
        self.directory = directory
        self.exptd = programs.Exptd(directory)
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith("EXPT_")}
        self.exptd.start()
        self.environment["EXPT_URL"] = self.url
        token = self.expt("setup", "--token", self.exptd.setup_token).strip()
        self.environment.update(EXPT_TOKEN=token, EXPT_PROJECT="shop", EXPT_ENVIRONMENT="production")
        if is_demo:
            self.run("simulation", "seed", "--state", str(directory / "key.json"))
        else:
            self.publish(shop())
        self.key = self.expt("sdk-key", "--name", "tests").strip()

    @property
    def url(self) -> str:
        return str(self.exptd.url)

    def run(self, name: str, *arguments: str) -> str:
        done = subprocess.run([programs.program(name), *arguments], env=self.environment, text=True,
                              capture_output=True, timeout=120)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def expt(self, *arguments: str) -> str:
        return self.run("expt", *arguments)

    def publish(self, definitions: Definitions) -> None:
        path = self.directory / "definitions.json"
        path.write_text(json.dumps(definitions), encoding="utf-8")
        self.expt("publish", "--create", "--file", str(path))

    def results(self, experiment: str = "checkout-test") -> Any:
        return json.loads(self.expt("results", experiment, "--output", "json"))


@pytest.fixture(scope="session")
def make_shop() -> Iterator[Callable[..., Shop]]:
    """Makes Shops that end with the session."""
    with tempfile.TemporaryDirectory(prefix="expt-python.") as directory:
        shops: list[Shop] = []

        def make(is_demo: bool = False) -> Shop:
            path = pathlib.Path(tempfile.mkdtemp(dir=directory))
            shops.append(Shop(path, is_demo))
            return shops[-1]

        yield make
        for each in shops:
            if each.exptd.is_running:
                each.exptd.kill()
            shutil.rmtree(each.directory, ignore_errors=True)


@pytest.fixture(scope="session")
def running_shop(make_shop: Callable[..., Shop]) -> Shop:
    """One Shop for tests that leave it as it is."""
    return make_shop()
