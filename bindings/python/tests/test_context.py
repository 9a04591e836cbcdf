"""What a context holds, by expt.Context and by a dict read in place: always the same."""

import collections
import enum
from typing import Any

import pytest
from conftest import Signer, boolean, on_when

import expt


class Colour(str, enum.Enum):
    RED = "red"


class Level(enum.IntEnum):
    HIGH = 3


class Odd(str):
    """A str that looks at itself by code of its own."""

    def __eq__(self, other: object) -> bool:
        raise RuntimeError("compared")

    __hash__ = str.__hash__


@pytest.fixture(scope="module")
def flags(signer: Signer) -> expt.Snapshot:
    """Each flag tells something about the attribute "x", "a.b.c" or the targeting key."""
    return signer.snapshot({"flags": [
        boolean("set", on_when("x", "is_set")),
        boolean("one", on_when("x", "equals", 1)),
        boolean("true", on_when("x", "equals", True)),
        boolean("text", on_when("x", "equals", "red")),
        boolean("gt", on_when("x", "gt", 2)),
        boolean("max", on_when("x", "equals", 9223372036854775807)),
        boolean("half", on_when("x", "equals", 0.5)),
        boolean("nested", on_when("a.b.c", "equals", 1)),
        boolean("key", on_when("targeting_key", "equals", "u1")),
        boolean("key-set", on_when("targeting_key", "is_set")),
    ]})


def check(snapshot: expt.Snapshot, flag: str, attributes: dict[Any, Any], expected: bool) -> None:
    for context in (attributes, expt.Context(None, attributes)):
        decision = snapshot.decision(flag, context)
        assert (decision.value, decision.error_code) == (expected, None), context


@pytest.mark.parametrize(("flag", "value", "expected"), [
    ("one", 1, True), ("one", 1.0, True), ("one", True, False), ("one", "1", False),
    ("true", True, True), ("true", 1, False),
    ("text", "red", True), ("text", Colour.RED, True), ("text", "r\u00e9d", False), ("text", b"red", False),
    ("gt", 3, True), ("gt", Level.HIGH, True), ("gt", float("nan"), False), ("gt", float("inf"), True),
    ("half", 0.5, True),
    ("max", 2**63 - 1, True), ("max", 2**63, False), ("max", float(2**63), False),
    ("set", 2**63, False), ("set", -2**63, True), ("set", -2**63 - 1, False), ("set", 10**400, False),
    ("set", "", True), ("set", [], True), ("set", ["a", "b"], True), ("set", ("a", "b"), True),
    ("set", [1], False), ("set", ["a", 1], False), ("set", ["a", None], False), ("set", ["\ud800"], False),
    ("set", "\ud800", False), ("set", "\U0010ffff", True), ("set", None, False), ("set", {"a"}, False),
    ("set", object(), False), ("set", 1j, False), ("set", float("nan"), True), ("set", {}, False),
])
def test_a_value(flags: expt.Snapshot, flag: str, value: Any, expected: bool) -> None:
    check(flags, flag, {"x": value, "other": 1}, expected)


@pytest.mark.parametrize(("attributes", "expected"), [
    ({"a.b.c": 1}, True),
    ({"a": {"b": {"c": 1}}}, True),
    ({"a": {"b.c": 1}}, True),
    ({"a.b": {"c": 1}}, True),
    ({"a": {"b": {"c": 2}}}, False),
    ({"a": collections.OrderedDict(b=collections.defaultdict(int, c=1))}, True),
    ({"a.b.c": 1, "a": {"b": {"c": 2}}}, True),  # written out wins, wherever it stands
    ({"a": {"b": {"c": 2}}, "a.b.c": 1}, True),
    ({"a.b.c": None, "a": {"b": {"c": 1}}}, False),
    ({"a": {"b.c": 1, "b": {"c": 2}}}, True),
    ({"a": {"b": {"c": 2}}, "a.b": {"c": 1}}, True),  # the less nested one
    ({"a": {"b": {"c": {"d": 1}}}}, False),
    ({"a": {"b": 1}, "a.b": {"c": 1}}, True),
    ({"a": {1: {"c": 1}, "b": {"c": 1}}}, True),
    ({"a": {"\ud800": {"c": 1}}}, False),
])
def test_nested_names(flags: expt.Snapshot, attributes: dict[Any, Any], expected: bool) -> None:
    check(flags, "nested", attributes, expected)


def test_names_that_are_none(flags: expt.Snapshot) -> None:
    for name in (1, None, b"x", ("x",), "", "$x", "\ud800"):
        check(flags, "set", {name: "1"}, False)
        check(flags, "set", {name: "1", "x": 1}, True)


def test_keys_with_code_of_their_own_run_none_of_it(flags: expt.Snapshot) -> None:
    check(flags, "set", {Odd("x"): 1}, True)
    check(flags, "nested", {"a": {Odd("b"): {"c": 1}}}, True)


@pytest.mark.parametrize(("flag", "attributes", "expected"), [
    ("key", {"targeting_key": "u1"}, True),
    ("key", {"targetingKey": "u1"}, True),
    ("key", {"targeting_key": "u1", "targetingKey": "u1"}, True),
    ("key-set", {"targeting_key": "u1", "targetingKey": None}, False),  # the last of equal names
    ("key-set", {"targetingKey": None, "targeting_key": "u1"}, True),
    ("key-set", {"targetingKey": "u1", "targeting_key": None}, False),
    ("key-set", {}, False),
])
def test_both_names_of_the_targeting_key(
    flags: expt.Snapshot, flag: str, attributes: dict[str, Any], expected: bool
) -> None:
    check(flags, flag, attributes, expected)


def test_two_targeting_keys_are_invalid(flags: expt.Snapshot) -> None:
    for context in (
        {"targeting_key": "u1", "targetingKey": "u2"},
        {"targeting_key": "1", "targetingKey": 1},
        expt.Context("u1", targetingKey="u2"),
        expt.Context("u1", {"targeting_key": "u2"}),
    ):
        assert flags.decision("set", context, True) == expt.Decision(
            "set", True, None, "ERROR", "INVALID_CONTEXT", None, None, flags.version, ())


def test_more_than_256_attributes_are_invalid(flags: expt.Snapshot) -> None:
    for count, error in ((256, None), (257, "INVALID_CONTEXT")):
        flat = {f"a{i}": 1 for i in range(count - 1)} | {"x": 1}
        nested = {"n": {f"a{i}": 1 for i in range(count - 1)}, "x": 1}
        for attributes in (flat, nested):
            for context in (attributes, expt.Context(None, attributes)):
                assert flags.decision("set", context).error_code == error


def test_dicts_that_hold_themselves_end(flags: expt.Snapshot) -> None:
    chain: dict[str, Any] = {"x": 1}
    chain["again"] = chain
    check(flags, "set", chain, True)
    tree: dict[str, Any] = {}
    tree.update(left=tree, right=tree)
    for context in (tree, expt.Context(None, tree)):
        assert flags.decision("set", context).error_code == "INVALID_CONTEXT"


def test_what_is_no_context_is_an_invalid_one(flags: expt.Snapshot) -> None:
    for context in (None, "u1", 3, [], [("x", 1)], object(), expt.Context, expt.Context.__new__(expt.Context)):
        assert flags.enabled("set", context) is False  # type: ignore[arg-type]
        assert flags.value("set", context, True) is True  # type: ignore[arg-type]
        assert flags.variant("set", context, "control") == "control"  # type: ignore[arg-type]
        assert flags.decision("set", context).error_code == "INVALID_CONTEXT"  # type: ignore[arg-type]
        assert flags.all(context)["set"].error_code == "INVALID_CONTEXT"  # type: ignore[arg-type]
        assert "INVALID_CONTEXT" in flags.explain("set", context).text  # type: ignore[arg-type]


def test_a_context_tells_what_it_holds() -> None:
    user = expt.Context("u1", {"device": {"os": "ios"}, "tags": ["a", "b"]}, age=31, ratio=0.5, beta=True, none=None)
    assert user.attributes() == {"targeting_key": "u1", "device.os": "ios", "tags": ["a", "b"], "age": 31,
                                 "ratio": 0.5, "beta": True}
    assert user.is_valid
    assert expt.Context(targeting_key="u1").attributes() == expt.Context(targetingKey="u1").attributes()
    assert expt.Context().attributes() == {}
    assert expt.Context(42).attributes() == {"targeting_key": 42}
    assert "u1" not in repr(user) and "ios" not in repr(user)
    with pytest.raises(TypeError, match="attributes: expected a dict"):
        expt.Context("u1", ["x"])  # type: ignore[arg-type]


def test_a_context_does_not_change(flags: expt.Snapshot) -> None:
    attributes = {"x": ["a"]}
    user = expt.Context(None, attributes)
    attributes["x"].append(1)  # type: ignore[arg-type]
    del attributes["x"]
    assert flags.enabled("set", user)
    with pytest.raises(AttributeError):
        user.x = 1  # type: ignore[attr-defined]
