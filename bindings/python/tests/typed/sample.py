"""What the types promise; checked by mypy and pyright, never run."""

import datetime
from typing import Any, Literal, assert_type

import expt


def decide(engine: expt.Client | expt.Snapshot, user: expt.Context | dict[str, Any]) -> None:
    assert_type(engine.enabled("flag", user), bool)
    assert_type(engine.value("flag", user, False), bool)
    assert_type(engine.value("flag", user, 20), int)
    assert_type(engine.value("flag", user, 0.5), float)
    assert_type(engine.value("flag", user, "x"), str)
    assert_type(engine.variant("flag", user, "control"), str)
    assert_type(engine.variant("flag", user, None), str | None)
    assert_type(engine.decision("flag", user, 20), expt.Decision)
    assert_type(engine.explain("flag", user), expt.Explanation)
    assert_type(engine.all(user), dict[str, expt.Decision])
    kept = expt.StickyAssignments([expt.Assignment("exp_a", 1, "targeting_key", "u1", "treatment")])
    assert_type(kept.rows(), tuple[expt.Assignment, ...])
    assert_type(engine.value("flag", user, 20, sticky=kept), int)
    assert_type(engine.decision("flag", user, sticky=kept), expt.Decision)
    assert_type(engine.all(user, sticky=kept), dict[str, expt.Decision])
    limits = engine.value("flag", user, {"items": 10})
    print(limits["items"] + 1)
    decision = engine.decision("flag", user)
    if decision.reason == "SPLIT" and decision.error_code is None:
        for exposure in decision.exposures:
            assert_type(exposure.phase, int)


def report(url: str, key: str) -> None:
    with expt.Client(url=url, key=key, data_directory="cache", poll_interval=5) as client:
        assert_type(client, expt.Client)
        user = expt.Context("u1", {"device": {"os": "ios"}}, country="CH", age=31)
        decide(client, user)
        decide(client.pin(), {"targetingKey": "u1"})
        assert_type(client.pin().many("flag", {"targeting_key": ["u1"], "age": (31,)}), list[expt.Decision])
        when = datetime.datetime.now(datetime.timezone.utc)
        result = client.track("purchase", user, value=19.9, properties={"items": 3}, time=when, units={"order": 7})
        assert_type(result.accepted, bool)
        client.expose("experiment", "treatment", user, event_id="e-1")
        client.expose(client.decision("flag", user, record=False), user)
        client.identify(user, "account", 17)
        assert_type(client.flush(1.5).remaining, int)
        assert_type(client.status().state, Literal["not_ready", "fresh", "stale", "very_stale"])
        assert_type(client.close(), bool)


def load(data: bytes, root_data: bytes) -> expt.Snapshot | None:
    try:
        root = expt.Root.parse(root_data)
        snapshot = expt.Snapshot.parse(data, root=root, audience="server", floor=expt.Floor(epoch=1, version=2))
    except expt.LoadError as error:
        assert_type(error.code, str)
        assert_type(error.step, int)
        return None
    except expt.InvalidArgumentError as error:
        wrong: ValueError = error
        print(wrong)
        return None
    return snapshot.at(1000).with_overlay(emergency_off=["flag"], stale="keep")
