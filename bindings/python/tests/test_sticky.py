"""Assignments that were made before, and many decisions in one call."""

import contextlib
import gc
import sys
from typing import Any

import pytest
from conftest import Signer, boolean, on_when

import expt

ROW = {"experiment_id": "exp_tested-test", "phase": 1, "bucket_by": "targeting_key", "unit_id": "u1", "variant": "on"}


def assignment(**changes: Any) -> expt.Assignment:
    return expt.Assignment(**{**ROW, **changes})


@pytest.fixture(scope="module")
def flags(signer: Signer) -> expt.Snapshot:
    """Nobody is in the coverage of the experiment, so only who was assigned before takes part."""
    return signer.snapshot({
        "flags": [
            boolean("tested", [{"id": "e", "serve": {"experiment": "tested-test"}, "coverage": {"salt": "c", "ppm": 0}}]),
            boolean("swiss", on_when("country", "in", "CH", "LI")),
        ],
        "experiments": [{"key": "tested-test", "flag": "tested", "salt": "s", "sticky": True, "control": "off",
                         "weights": {"off": 500000, "on": 500000}}],
    })


USER = expt.Context("u1", country="CH")
KEPT = expt.StickyAssignments([assignment()])


def test_an_assignment_decides_in_every_call(flags: expt.Snapshot) -> None:
    for context in (USER, {"targetingKey": "u1"}):
        assert flags.enabled("tested", context) is False
        assert flags.enabled("tested", context, sticky=KEPT) is True
        assert flags.value("tested", context, False, sticky=KEPT) is True
        assert flags.variant("tested", context, None, sticky=KEPT) == "on"
        decision = flags.decision("tested", context, sticky=KEPT)
        assert decision.exposures == (
            expt.Exposure("tested-test", "exp_tested-test", "on", "targeting_key", 1, False, True, "sticky"),)
        assert flags.all(context, sticky=KEPT)["tested"] == decision
        assert "assigned before" in flags.explain("tested", context, sticky=KEPT).text
        assert flags.decision("tested", context, sticky=None) == flags.decision("tested", context)


def test_rows_come_back(flags: expt.Snapshot) -> None:
    rows = [assignment(unit_id=f"ü{i}", phase=i) for i in range(1000)]
    kept = expt.StickyAssignments(iter(rows))
    assert kept.rows() == tuple(rows) and len(kept) == 1000
    assert expt.StickyAssignments(kept.rows()).rows() == kept.rows()
    twice = expt.StickyAssignments([assignment(variant="off"), assignment(unit_id="u2"), assignment()])
    assert twice.rows() == (assignment(), assignment(unit_id="u2"))
    assert len(expt.StickyAssignments([])) == 0
    assert repr(twice) == "<expt.StickyAssignments: 2 rows>"


def test_what_does_not_apply_is_as_none(flags: expt.Snapshot) -> None:
    other = expt.StickyAssignments([assignment(experiment_id="exp_other"), assignment(phase=2), assignment(unit_id=""),
                                    assignment(unit_id="u2"), assignment(bucket_by="account")])
    assert flags.decision("tested", USER, sticky=other) == flags.decision("tested", USER)


def test_a_wrong_row_is_named_when_it_is_made() -> None:
    for changes, message in (
        ({"phase": "1"}, "assignments: row 2: phase: expected an int, got str"),
        ({"phase": True}, "assignments: row 2: phase: expected an int, got bool"),
        ({"unit_id": 3}, "assignments: row 2: unit_id: expected a str, got int"),
        ({"variant": None}, "assignments: row 2: variant: expected a str, got NoneType"),
    ):
        with pytest.raises(TypeError, match=f"^{message}$"):
            expt.StickyAssignments([assignment(), assignment(**changes)])
    for changes, message in (
        ({"phase": -1}, "assignments: row 1: phase: expected 0 to 4294967295"),
        ({"phase": 2**70}, "assignments: row 1: phase: expected 0 to 4294967295"),
        ({"unit_id": "\ud800"}, "assignments: row 1: unit_id: expected text without lone surrogates"),
    ):
        with pytest.raises(expt.InvalidArgumentError, match=f"^{message}$"):
            expt.StickyAssignments([assignment(**changes)])
    make: Any = expt.StickyAssignments
    with pytest.raises(TypeError, match="^assignments: row 1: expected an expt.Assignment, got dict$"):
        make([ROW])
    with pytest.raises(TypeError):
        make(3)


def test_an_evaluation_raises_nothing_for_a_wrong_sticky(flags: expt.Snapshot) -> None:
    call: Any = flags
    for wrong in ([assignment()], 3, expt.StickyAssignments.__new__(expt.StickyAssignments)):
        assert call.enabled("swiss", USER, sticky=wrong) is False
        assert call.decision("tested", USER, sticky=wrong).error_code == "INVALID_CONTEXT"
        assert call.all({"country": "CH"}, sticky=wrong)["swiss"].error_code == "INVALID_CONTEXT"
        assert call.explain("swiss", USER, sticky=wrong).json["decision"]["error_code"] == "INVALID_CONTEXT"


def test_many_units_are_decided_as_each_by_itself(flags: expt.Snapshot) -> None:
    ids = [f"u{i}" for i in range(1000)]
    countries = ["CH", "US", None, "LI", 3] * 200
    decisions = flags.many("swiss", {"targeting_key": ids, "country": tuple(countries)})
    assert decisions == [flags.decision("swiss", {"targetingKey": i, "country": c}) for i, c in zip(ids, countries)]
    assert [d.value for d in flags.many("swiss", {"country": ["CH"], "targetingKey": ["a", "b"]})] == [True, False]
    assert [d.value for d in flags.many("tested", {"targeting_key": ["u1", "u2"]}, sticky=KEPT)] == [True, False]
    assert flags.many("swiss", {}) == [] == flags.many("swiss", {"country": []})
    assert [d.error_code for d in flags.many("nobody", {"country": ["CH"]})] == ["FLAG_NOT_FOUND"]
    both = flags.many("swiss", {"targeting_key": ["a", "a"], "targetingKey": ["a", "b"], "country": ["CH", "CH"]})
    assert [d.error_code for d in both] == [None, "INVALID_CONTEXT"]


def test_many_says_what_it_cannot_take(flags: expt.Snapshot) -> None:
    call: Any = flags
    for columns, message in (
        ([], "^columns: expected a dict of lists, got list$"),
        ({"country": "CH"}, '^columns: "country": expected a list or a tuple, got str$'),
        ({3: ["CH"]}, "^columns: column 1: expected a name, got int$"),
    ):
        with pytest.raises(TypeError, match=message):
            call.many("swiss", columns)
    with pytest.raises(TypeError, match="^sticky: expected an expt.StickyAssignments, got list$"):
        call.many("swiss", {}, sticky=[])


def test_nothing_is_leaked(flags: expt.Snapshot) -> None:
    columns = {"targeting_key": ["u1", "u2"], "country": ["CH", ["a"]]}

    def evaluate() -> None:
        kept = expt.StickyAssignments([assignment(), assignment(unit_id="u2")])
        kept.rows()
        flags.many("tested", columns, sticky=kept)
        flags.all(USER, sticky=kept)
        flags.decision("tested", USER, sticky=3)  # type: ignore[arg-type]
        for wrong in ({"phase": ""}, {"unit_id": "\ud800"}):
            with contextlib.suppress(TypeError, ValueError):
                expt.StickyAssignments([assignment(), assignment(**wrong)])

    evaluate()
    gc.collect()
    before = sys.getallocatedblocks()
    for _ in range(200):
        evaluate()
    gc.collect()
    assert sys.getallocatedblocks() - before < 200
