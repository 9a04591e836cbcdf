"""Snapshots: reading them, asking them, and what goes wrong."""

import copy
import dataclasses
import datetime
import gc
import inspect
import pickle
import sys
from typing import Any

import pytest
from conftest import SOURCE, Signer, boolean, constant, on_when

import expt

WIRE = SOURCE / "tests" / "vectors" / "wire"
UTC = datetime.timezone.utc


def experiment_on(flag: str, **more: Any) -> dict[str, Any]:
    return {"key": flag + "-test", "flag": flag, "salt": "s", "status": "running", "start_ms": 1000,
            "weights": {"off": 500000, "on": 500000}, "control": "off", **more}


@pytest.fixture(scope="module")
def flags(signer: Signer) -> expt.Snapshot:
    return signer.snapshot({
        "version": 7,
        "environment": "env_python",
        "project": "prj_python",
        "flags": [
            boolean("on", on_when("country", "in", "CH", "AT")),
            boolean("tested", [{"id": "e", "serve": {"experiment": "tested-test"}}]),
            constant("string", "string", "Gr\u00fcezi \U0001f600"),
            constant("empty", "string", ""),
            constant("integer", "integer", 20),
            constant("minus-one", "integer", -1),
            constant("large", "integer", 9007199254740993),
            constant("double", "double", 0.25),
            constant("json", "json", {"list": [1, 2.5, None, "\u00fc"], "is": True}),
            {"key": "closed", "type": "boolean", "variants": [{"key": "v", "value": True}], "enabled": False},
        ],
        "experiments": [experiment_on("tested")],
    })


USER = expt.Context("u1", country="CH")


def golden() -> tuple[bytes, expt.Root]:
    root = expt.Root.parse((WIRE / "root_1.exs1").read_bytes())
    return (WIRE / "snapshot_server.exs1").read_bytes(), root


def test_says_what_it_is(flags: expt.Snapshot) -> None:
    assert (flags.version, flags.environment, flags.project, flags.audience) == (7, "env_python", "prj_python",
                                                                                  "server")
    assert flags.flags[:2] == ("on", "tested") and len(flags.flags) == 10
    assert flags.required_attributes("on") == ("country",)
    assert flags.required_attributes("tested") == ("targeting_key",)
    assert flags.required_attributes("nobody") == ()
    assert flags.warnings == ()
    assert len(flags.digest) == 32
    data, root = golden()
    snapshot = expt.Snapshot.parse(data, root=root)
    assert snapshot.issued_at == datetime.datetime(2026, 1, 1, tzinfo=UTC)
    assert root.environments and root.version == 1 and len(root.digest) == 32
    assert expt.Root.parse((WIRE / "root_1.exs1").read_bytes(), root.digest).version == 1


def test_values_have_the_type_of_their_flag(flags: expt.Snapshot) -> None:
    assert flags.enabled("on", USER) is True
    assert flags.value("on", USER, False) is True
    assert flags.value("string", USER, "") == "Gr\u00fcezi \U0001f600"
    assert flags.value("empty", USER, "x") == ""
    size = flags.value("integer", USER, 5)
    assert (size, type(size)) == (20, int)
    ratio = flags.value("double", USER, 1.0)
    assert (ratio, type(ratio)) == (0.25, float)
    widened = flags.value("integer", USER, 0.5)
    assert (widened, type(widened)) == (20.0, float)
    assert flags.value("large", USER, 0.5) == 0.5  # no double holds it
    assert flags.value("json", USER, {}) == {"list": [1, 2.5, None, "\u00fc"], "is": True}
    assert flags.value("json", USER, []) == {"list": [1, 2.5, None, "\u00fc"], "is": True}
    assert flags.variant("on", USER, "control") == "on"


def test_a_default_of_none_takes_any_type(flags: expt.Snapshot) -> None:
    assert [flags.value(flag, USER, None) for flag in ("on", "string", "integer", "double")] == [
        True, "Gr\u00fcezi \U0001f600", 20, 0.25]
    assert flags.value("nobody", USER, None) is None
    assert flags.variant("nobody", USER, None) is None


def test_a_json_value_belongs_to_its_caller(flags: expt.Snapshot) -> None:
    flags.value("json", USER, {})["list"].clear()
    assert len(flags.value("json", USER, {})["list"]) == 4


@pytest.mark.parametrize(("flag", "default"), [
    ("on", 1), ("on", "x"), ("on", 1.5), ("on", {}), ("integer", True), ("integer", "20"), ("integer", {}),
    ("double", 1), ("double", True), ("string", 1), ("string", {}), ("json", "x"), ("json", 1), ("json", False),
    ("on", ()), ("string", b"x"), ("integer", 1j), ("on", object()), ("closed", 1),
])
def test_a_flag_of_another_type_yields_the_default(flags: expt.Snapshot, flag: str, default: Any) -> None:
    for context in (USER, {"targeting_key": "u1", "country": "CH"}):
        assert flags.value(flag, context, default) is default
        decision = flags.decision(flag, context, default)
        assert decision == expt.Decision(flag, default, None, "ERROR", "TYPE_MISMATCH", None, None, 7, ())


@pytest.mark.parametrize("default", [2**63, -2**63 - 1, 10**400])
def test_a_default_beyond_int64_is_returned_as_it_is(flags: expt.Snapshot, default: int) -> None:
    assert flags.value("nobody", USER, default) is default
    assert flags.value("minus-one", USER, default) == -1


def test_a_default_that_is_no_unicode_is_returned_as_it_is(flags: expt.Snapshot) -> None:
    default = "\ud800"
    assert flags.value("nobody", USER, default) is default
    assert flags.value("empty", USER, default) == ""
    assert flags.variant("nobody", USER, default) is default


@pytest.mark.parametrize("flag", ["nobody", "", "on ", "\ud800", None, 3, b"on", object()])
def test_an_unknown_flag_yields_the_default(flags: expt.Snapshot, flag: Any) -> None:
    for context in (USER, {}):
        assert flags.enabled(flag, context) is False
        assert flags.value(flag, context, 5) == 5
        assert flags.variant(flag, context, "control") == "control"
        decision = flags.decision(flag, context, "d")
        assert (decision.value, decision.reason, decision.error_code) == ("d", "ERROR", "FLAG_NOT_FOUND")
        assert decision.flag == (flag if isinstance(flag, str) and flag != "\ud800" else "")


def test_a_decision_tells_everything(flags: expt.Snapshot) -> None:
    assert flags.decision("on", USER) == expt.Decision("on", True, "on", "TARGETING_MATCH", None, "r", None, 7, ())
    decision = flags.decision("tested", USER, False)
    assert (decision.reason, decision.rule) == ("SPLIT", "e") and decision.bucket is not None
    assert decision.exposures == (
        expt.Exposure("tested-test", "exp_tested-test", str(decision.variant), "targeting_key", 1, False),)
    assert flags.decision("closed", USER, "d").error_code == "TYPE_MISMATCH"
    assert flags.decision("closed", USER, False).reason == "DISABLED"
    assert flags.decision("closed", USER, False).value is False


def test_results_are_frozen_and_compare_by_value(flags: expt.Snapshot) -> None:
    decision = flags.decision("tested", USER)
    with pytest.raises(dataclasses.FrozenInstanceError):
        decision.value = 1  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError):
        decision.exposures[0].phase = 2  # type: ignore[misc]
    assert decision == flags.decision("tested", USER) == copy.copy(decision)
    assert pickle.loads(pickle.dumps(decision)) == decision
    assert dataclasses.replace(decision, value=3).value == 3
    assert "exposures=(Exposure(" in repr(decision)


def test_all_decides_every_flag(flags: expt.Snapshot) -> None:
    for context in (USER, {"targeting_key": "u1", "country": "CH"}):
        decisions = flags.all(context)
        assert tuple(decisions) == flags.flags
        assert decisions == {flag: flags.decision(flag, context) for flag in flags.flags}


def test_an_explanation_shows_the_way(flags: expt.Snapshot) -> None:
    for context in (USER, {"country": "CH"}):
        explanation = flags.explain("on", context)
        assert explanation.json["decision"]["variant"] == "on"
        assert '"CH"' in explanation.text and str(explanation) == explanation.text
    assert flags.explain("nobody", USER).json["decision"]["error_code"] == "FLAG_NOT_FOUND"


def test_time_is_an_argument(flags: expt.Snapshot) -> None:
    start = datetime.datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)
    zone = datetime.timezone(datetime.timedelta(hours=2))
    assert flags.at(start).decision("tested", USER).reason == "SPLIT"
    assert flags.at(start.astimezone(zone)).decision("tested", USER).reason == "SPLIT"
    assert flags.at(start - datetime.timedelta(microseconds=1)).decision("tested", USER).reason == "DEFAULT"
    assert flags.at(999).decision("tested", USER).reason == "DEFAULT"
    assert flags.at(1000).decision("tested", {"targetingKey": "u1"}).reason == "SPLIT"
    assert flags.decision("tested", USER).reason == "SPLIT"
    for wrong in (datetime.datetime(2026, 1, 1), "2026-01-01", 1.5, True, None):
        with pytest.raises(TypeError, match="now: expected a datetime"):
            flags.at(wrong)  # type: ignore[arg-type]


def test_an_overlay_turns_flags_off(flags: expt.Snapshot) -> None:
    assert flags.with_overlay(emergency_off=["on", "nobody"]).decision("on", USER).reason == "DISABLED"
    assert flags.with_overlay(stale="defaults").decision("on", USER, True).reason == "STALE"
    assert flags.with_overlay().decision("on", USER) == flags.decision("on", USER)
    with pytest.raises(expt.InvalidArgumentError, match='stale: expected "keep", "defaults" or "fail_closed", got "no"'):
        flags.with_overlay(stale="no")  # type: ignore[arg-type]


def test_a_file_that_is_refused_says_where_and_why() -> None:
    data, root = golden()
    with pytest.raises(expt.LoadError, match="envelope") as raised:
        expt.Snapshot.parse(b"nothing", root=root)
    assert (raised.value.code, raised.value.step) == ("BAD_ENVELOPE", 2)
    assert isinstance(raised.value, expt.Error)
    damaged = data[:-1] + bytes([data[-1] ^ 1])
    with pytest.raises(expt.LoadError) as raised:
        expt.Snapshot.parse(damaged, root=root, environment="env_golden")
    assert (raised.value.code, raised.value.step) == ("BAD_SIGNATURE", 5)
    with pytest.raises(expt.LoadError) as raised:
        expt.Snapshot.parse(data, root=root, floor=expt.Floor(epoch=3, version=42))
    assert raised.value.code == "ROLLBACK"
    with pytest.raises(expt.LoadError) as raised:
        expt.Root.parse(data)
    assert raised.value.step > 0


def test_wrong_arguments_are_errors_of_their_own() -> None:
    data, root = golden()
    with pytest.raises(expt.InvalidArgumentError, match='audience: expected "server" or "client", got "both"'):
        expt.Snapshot.parse(data, root=root, audience="both")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="digest: expected 32 bytes, got 3"):
        expt.Root.parse(data, b"abc")
    parse: Any = expt.Snapshot.parse
    for wrong, message in (
        (lambda: parse("text", root=root), "^data: expected bytes, got str$"),
        (lambda: parse(data), "^parse\\(\\) needs the argument 'root'$"),
        (lambda: parse(data, root), "^parse\\(\\) takes at most 1 positional arguments, got 2$"),
        (lambda: parse(data, root=data), "^root: expected an expt.Root$"),
        (lambda: parse(data, root=root, floor=3), "^floor: expected an expt.Floor$"),
        (lambda: parse(data, root=root, environment=3), "^environment: expected a str, got int$"),
    ):
        with pytest.raises(TypeError, match=message):
            wrong()
    with pytest.raises(TypeError):
        expt.Snapshot()
    with pytest.raises(TypeError, match="not called"):
        expt.Snapshot.__new__(expt.Snapshot).enabled("on", USER)


def test_calls_with_wrong_arguments_are_type_errors(flags: expt.Snapshot) -> None:
    call: Any = flags
    for wrong, message in (
        (lambda: call.enabled("on"), "enabled\\(\\) needs the argument 'context'"),
        (lambda: call.value("on", USER), "value\\(\\) needs the argument 'default'"),
        (lambda: call.enabled("on", USER, 3), "takes at most 2 positional arguments, got 3"),
        (lambda: call.enabled("on", USER, flag="x"), "got a second argument 'flag'"),
        (lambda: call.value("on", USER, fallback=1), "got an unexpected argument 'fallback'"),
        (lambda: call.decision("on", USER, record=False), "got an unexpected argument 'record'"),
    ):
        with pytest.raises(TypeError, match=message):
            wrong()
    assert call.value(default=1, context=USER, flag="integer") == 20
    assert str(inspect.signature(expt.Snapshot.value)) == "(self, /, flag, context, default, *, sticky=None)"
    with pytest.raises(TypeError):
        expt.Snapshot.enabled(USER, "on", USER)  # type: ignore[arg-type]


def test_classes_cannot_be_derived_from() -> None:
    for base in (expt.Snapshot, expt.Context, expt.Root, expt.Client, expt.StickyAssignments):
        with pytest.raises(TypeError):
            type("Derived", (base,), {})


def test_evaluations_leak_nothing(flags: expt.Snapshot) -> None:
    attributes = {"targetingKey": "u1", "country": "CH", "tags": ["a", "b"], "device": {"os": "ios"}}

    def evaluate() -> None:
        for context in (USER, attributes, None, expt.Context("u2", attributes)):
            for flag in (*flags.flags, "nobody"):
                for default in (False, 1, 1.5, "x", {}, None, object()):
                    flags.value(flag, context, default)  # type: ignore[arg-type]
                    flags.decision(flag, context, default)  # type: ignore[arg-type]
                flags.variant(flag, context, "v")  # type: ignore[arg-type]
            flags.all(context)  # type: ignore[arg-type]
        flags.explain("on", attributes)

    evaluate()
    gc.collect()
    before = sys.getallocatedblocks(), sys.getrefcount(USER), sys.getrefcount(None)
    for _ in range(200):
        evaluate()
    gc.collect()
    after = sys.getallocatedblocks(), sys.getrefcount(USER), sys.getrefcount(None)
    assert after[0] - before[0] < 200  # less than one block per round
    assert after[1] == before[1]
    assert abs(after[2] - before[2]) < 200
