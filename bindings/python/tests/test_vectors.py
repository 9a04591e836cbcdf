"""The shared vectors of tests/vectors, decided by the Python package."""

import json
import pathlib
from typing import Any

import pytest
from conftest import SOURCE, Signer

import expt

VECTORS = SOURCE / "tests" / "vectors"

# What the type that a vector asks for is as a default; absent: any type.
DEFAULTS: dict[str, Any] = {"boolean": False, "string": "", "integer": 0, "double": 0.5, "json": {}}


def value_of(value: Any) -> Any:
    """Values that JSON cannot tell apart in every language."""
    if isinstance(value, list):
        return [value_of(item) for item in value]
    if not isinstance(value, dict):
        return value
    if "double" in value:
        return float(value["double"])
    if "integer" in value:
        return int(value["integer"])
    if "repeat" in value:
        what, times = value["repeat"]
        return what * times
    if "bytes" in value:
        # What is not UTF-8 elsewhere is a str with lone surrogates here.
        return bytes.fromhex(value["bytes"]).decode("utf-8", "surrogateescape")
    return {name: value_of(inner) for name, inner in value.items()}


def context_of(context: Any) -> dict[str, Any]:
    """An object; a list of [name, value] says the same in an order."""
    if isinstance(context, dict):
        return {name: value_of(value) for name, value in context.items()}
    attributes: dict[str, Any] = {}
    for name, value in context:
        key = value_of(name)
        attributes.pop(key, None)
        attributes[key] = value_of(value)
    return attributes


def answer_of(decision: expt.Decision) -> dict[str, Any]:
    """The decision in the words of the vectors."""
    answer: dict[str, Any] = {"reason": decision.reason}
    if decision.variant is not None:
        answer.update(value=decision.value, variant=decision.variant)
    if decision.error_code is not None:
        answer["error"] = decision.error_code
    if decision.rule is not None:
        answer["rule"] = decision.rule
    if decision.bucket is not None:
        answer["bucket"] = decision.bucket
    if decision.exposures:
        answer["exposures"] = [exposure_of(e) for e in decision.exposures]
    return answer


def exposure_of(exposure: expt.Exposure) -> dict[str, Any]:
    row: dict[str, Any] = {"experiment": exposure.experiment, "experiment_id": exposure.experiment_id,
                           "variant": exposure.variant, "bucket_by": exposure.bucket_by, "phase": exposure.phase}
    if exposure.is_holdout:
        row["holdout"] = True
    if exposure.is_sticky:
        row["sticky"] = True
    if exposure.origin != "engine":
        row["origin"] = exposure.origin
    return row


def expected_of(expect: dict[str, Any]) -> dict[str, Any]:
    expected = dict(expect)
    if "value" in expected and isinstance(expected["value"], dict) and "double" in expected["value"]:
        expected["value"] = float(expected["value"]["double"])
    return expected


def say(capsys: pytest.CaptureFixture[str], line: str) -> None:
    with capsys.disabled():
        print("\n" + line)


def evaluation_files() -> dict[str, Any]:
    """Every file of the folder, also one that this runner cannot use."""
    folder = VECTORS / "evaluation"
    return {path.stem: json.loads(path.read_text(encoding="utf-8"))
            for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.fixture(scope="module")
def signed(signer: Signer) -> pathlib.Path:
    return signer.files(evaluation_files())


def test_every_case_is_decided_as_written(signed: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = expt.Root.parse((signed / "root.exs1").read_bytes())
    cases = refused = 0
    files = evaluation_files()
    for name, file in files.items():
        assert ("refused" in file) != ("cases" in file), name
        data = (signed / f"{name}.exs1").read_bytes()
        if "refused" in file:
            with pytest.raises(expt.LoadError) as raised:
                expt.Snapshot.parse(data, root=root)
            assert raised.value.code == "BAD_CONTENT", name
            assert file["refused"] in str(raised.value), name
            refused += 1
            continue
        snapshot = expt.Snapshot.parse(data, root=root)
        assert list(snapshot.warnings) == file.get("warnings", []), name
        assert file["cases"], name
        for case in file["cases"]:
            asked = snapshot.with_overlay(**case.get("overlay", {})).at(case.get("now_ms", 0))
            default = DEFAULTS.get(case.get("asked", ""))
            attributes = context_of(case["context"])
            sticky = expt.StickyAssignments(expt.Assignment(**row) for row in case["sticky"]) if "sticky" in case else None
            for context in (attributes, expt.Context(None, attributes)):
                decision = asked.decision(case["flag"], context, default, sticky=sticky)
                assert answer_of(decision) == expected_of(case["expect"]), (name, case["id"])
                value = asked.value(case["flag"], context, default, sticky=sticky)
                assert value == decision.value and type(value) is type(decision.value), (name, case["id"])
                if default is None:
                    assert asked.variant(case["flag"], context, None, sticky=sticky) == decision.variant, case["id"]
                    explained = asked.explain(case["flag"], context, sticky=sticky).json["decision"]
                    assert (explained["reason"], explained["variant"] or None) == (decision.reason, decision.variant)
                    among_all = asked.all(context, sticky=sticky)
                    assert among_all.get(case["flag"], decision) == decision, case["id"]
                    assert (case["flag"] in among_all) == (decision.error_code != "FLAG_NOT_FOUND"), case["id"]
            if default is None and attributes and not any(isinstance(value, dict) for value in attributes.values()):
                # The last of three units, of which the others hold nothing.
                columns = {name: [None, None, value] for name, value in attributes.items()}
                assert asked.many(case["flag"], columns, sticky=sticky)[2] == decision, case["id"]
            cases += 1
    assert cases >= 120
    say(capsys, f"evaluation vectors: {cases} cases, {refused} refused snapshots, {len(files)} files")
    say(capsys, f"vectors: {cases}")


def hexadecimal(row: dict[str, Any], key: str) -> bytes | None:
    return bytes.fromhex(row[key]) if key in row else None


def changed(data: bytes, row: dict[str, Any]) -> bytes:
    changed_data = bytearray(data)
    if "flip" in row:
        changed_data[row["flip"]] ^= row["xor"]
    return bytes(changed_data[: row.get("truncate")]) + (hexadecimal(row, "append") or b"")


def open_file(row: dict[str, Any], wire: pathlib.Path) -> None:
    data = changed((wire / row["file"]).read_bytes(), row)
    if row["as"] == "root":
        expt.Root.parse(data, hexadecimal(row, "expected_digest"))
        return
    root = expt.Root.parse((wire / row["root"]).read_bytes())
    floor = expt.Floor(row["floor"]["epoch"], row["floor"]["number"], hexadecimal(row["floor"], "digest")) \
        if "floor" in row else None
    expt.Snapshot.parse(data, root=root, environment=row["environment"], audience=row["audience"], floor=floor)


def test_every_signed_file_ends_at_its_step_with_its_code(capsys: pytest.CaptureFixture[str]) -> None:
    wire = VECTORS / "wire"
    index = json.loads((wire / "index.json").read_text(encoding="utf-8"))
    known = {"name", "file", "as", "root", "environment", "audience", "now_ms", "floor", "flip", "xor", "step", "code",
             "expected_digest", "append", "truncate", "expected_size"}
    # Heads, and what a Head says about a snapshot, are read by the client inside; Python opens Roots and snapshots.
    inside = 0
    ran = 0
    for row in index["cases"]:
        assert set(row) <= known, row["name"]
        assert row["as"] in ("root", "head", "snapshot"), row["name"]
        if row["as"] == "head" or (row["as"] == "snapshot" and "expected_digest" in row):
            inside += 1
            continue
        step, code = 0, "OK"
        try:
            open_file(row, wire)
        except expt.LoadError as error:
            step, code = error.step, error.code
        assert (step, code) == (row["step"], row["code"]), row["name"]
        ran += 1
    listed = {row["file"] for row in index["files"]} | {"index.json"}
    assert {str(path.relative_to(wire)) for path in wire.rglob("*") if path.is_file()} == listed
    assert ran + inside == len(index["cases"]) and ran >= 100
    say(capsys, f"wire vectors: {ran} cases, {inside} that only the client reads")
