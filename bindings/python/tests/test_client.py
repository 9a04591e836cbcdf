"""The client against a real exptd, and without one."""

import http.server
import logging
import os
import pathlib
import pickle
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from typing import Any

import pytest
from conftest import Shop, shop

import expt

UTC = timezone.utc
# Nobody listens on this port of this machine.
NOBODY = "http://127.0.0.1:9"


@pytest.fixture
def client(running_shop: Shop) -> Iterator[expt.Client]:
    with expt.Client(url=running_shop.url, key=running_shop.key) as opened:
        assert opened.status().state == "fresh"
        yield opened


def wait_until(is_so: Callable[[], bool]) -> None:
    """Ends when it is so; a test that waits in vain ends with the time limit of pytest's caller."""
    while not is_so():
        time.sleep(0.01)


def test_decides_as_its_snapshot_does(client: expt.Client) -> None:
    user = expt.Context("user-42", country="CH", age=31)
    attributes = {"targetingKey": "user-42", "country": "CH", "age": 31}
    snapshot = client.pin()
    assert set(snapshot.flags) == {"new-checkout", "page-size", "limits", "checkout-test"}
    for context in (user, attributes):
        assert client.enabled("new-checkout", context) is True
        assert client.enabled("new-checkout", {"country": "DE"}) is False
        size = client.value("page-size", context, 20)
        assert (size, type(size)) == (50, int)
        wide = client.value("page-size", context, 0.5)
        assert (wide, type(wide)) == (50.0, float)
        assert client.value("page-size", context, None) == 50
        assert client.value("limits", context, {}) == {"items": [1, 2.5, "\u00fc"]}
        assert client.value("checkout-test", context, "x") == "one-page"
        assert client.variant("checkout-test", context, "control") == "treatment"
        for flag in (*snapshot.flags, "nobody"):
            for default in (None, True, 1, 0.5, "x", {}, ()):
                expected = snapshot.decision(flag, context, default)
                assert client.decision(flag, context, default) == expected
                assert client.decision(flag, context, default, record=False) == expected
                assert client.value(flag, context, default) == expected.value  # type: ignore[arg-type]
        assert client.all(context) == snapshot.all(context)
        assert client.explain("checkout-test", context).json["decision"]["variant"] == "treatment"


def test_wrong_contexts_flags_and_types_yield_the_default(client: expt.Client) -> None:
    call: Any = client
    for context in (None, 3, "u1", [], expt.Context("u1", targetingKey="u2")):
        assert call.enabled("new-checkout", context) is False
        assert call.value("page-size", context, 20) == 20
        assert call.variant("checkout-test", context, "control") == "control"
        assert call.decision("page-size", context, 20).error_code == "INVALID_CONTEXT"
    for flag in (None, 3, "\ud800", "nobody"):
        assert call.decision(flag, {}, 20).error_code == "FLAG_NOT_FOUND"
    default = object()
    assert call.value("page-size", {}, default) is default
    assert call.value("page-size", {}, "many") == "many"
    assert call.value("page-size", expt.Context(), 2**70) == 50
    assert call.value("nobody", expt.Context(), 2**70) == 2**70
    assert call.value("checkout-test", expt.Context("user-42"), "\ud800") == "one-page"
    assert call.enabled("page-size", {}) is False


def test_reports_what_was_used(make_shop: Callable[[], Shop]) -> None:
    own = make_shop()

    def units() -> int:
        return int(own.results()["exposures"]["units"])

    with expt.Client(url=own.url, key=own.key) as client:
        client.decision("checkout-test", {"targetingKey": "seen-1"}, record=False)
        client.all({"targetingKey": "seen-2"})
        client.explain("checkout-test", {"targetingKey": "seen-3"})
        client.value("checkout-test", {"targetingKey": "seen-4"}, 20)  # of another type: not used
        client.value("checkout-test", expt.Context("seen-5"), 20)
        client.pin().value("checkout-test", {"targetingKey": "seen-6"}, "x")
        client.flush(10)
        assert client.status().events_accepted == 0
        client.value("checkout-test", {"targetingKey": "a"}, "x")
        client.value("checkout-test", expt.Context("b"), "x")
        client.variant("checkout-test", {"targetingKey": "c"}, "x")
        client.variant("checkout-test", expt.Context("d"), "x")
        client.decision("checkout-test", {"targetingKey": "e"})
        client.decision("checkout-test", expt.Context("f"), "x")
        client.value("checkout-test", {"targetingKey": "g"}, None)
        for _ in range(3):
            client.value("checkout-test", {"targetingKey": "a"}, "x")
        assert client.flush(10) == expt.FlushReport(delivered=7, rejected=0, remaining=0)
        assert client.status().exposures_suppressed == 3
        assert units() == 7
        later = client.decision("checkout-test", {"targetingKey": "h"}, record=False)
        assert client.expose(later, {"targetingKey": "h"}).accepted
        assert client.expose("checkout-test", "treatment", {"targetingKey": "i"}, event_id="once").accepted
        assert client.expose("checkout-test", "treatment", {"targetingKey": "i"}, event_id="once").accepted
        assert client.expose("checkout-test", "nobody", {"targetingKey": "j"}).dropped == "invalid"
        with pytest.raises(TypeError, match="expected an expt.Decision"):
            client.expose("checkout-test", {"targetingKey": "k"})  # type: ignore[call-overload]
        assert client.flush(10).remaining == 0
        assert units() == 9
        status = client.status()
        assert (status.events_delivered, status.events_duplicate) == (9, 1)
        assert [(drop.reason, drop.kind, drop.count) for drop in status.drops] == [("invalid", "exposure", 1)]


def test_tracks_with_value_properties_time_id_and_units(make_shop: Callable[[], Shop]) -> None:
    own = make_shop()
    with expt.Client(url=own.url, key=own.key) as client:
        client.value("checkout-test", {"targetingKey": "u1"}, "x")
        who = expt.Context("u1", account="a-1")
        facts = {"total": 19.9, "items": 3, "gift": True, "currency": "CHF"}
        assert client.track("purchase", who, value=19.9, properties=facts, event_id="p-1").accepted
        assert client.track("purchase", {"targetingKey": "u1"}, value=5, time=datetime.now(UTC), units={"order": 7})
        assert client.identify(who, "account", "a-1").accepted and client.identify(who, "account", 17).accepted
        assert client.flush(10) == expt.FlushReport(delivered=5, rejected=0, remaining=0)
        for result in (
            client.track("", who), client.track("x" * 200, who), client.track("purchase", {}),
            client.track("purchase", who, value=float("nan")), client.track("purchase", who, value="19.9"),
            client.track("purchase", who, value=True), client.track("purchase", who, value=10**400),
            client.track("purchase", who, properties={"a": None}), client.track("purchase", who, properties={1: 1}),
            client.track("purchase", who, units={"order": ""}), client.track(None, who), client.track("x", None),
            client.identify({}, "account", "a"), client.identify(who, "account", None),
        ):
            assert result == expt.TrackResult("invalid") and not result.accepted
        assert client.wait_for_room(100, 1)
    revenue = [arm["sum"] or 0 for arm in own.results()["metrics"][1]["variants"]]
    assert sum(revenue) == pytest.approx(24.9)


def test_opening_refuses_wrong_options(running_shop: Shop, tmp_path: pathlib.Path) -> None:
    url, key = running_shop.url, running_shop.key
    secret = key.rsplit(".", 1)[1]
    for options, message in (
        ({"url": "ftp://x", "key": key}, "^url: "),
        ({"url": "http://flags.example.com", "key": key}, "^url: "),
        ({"url": url, "key": "no key"}, "^key: "),
        ({"url": url, "key": key, "expected_environment": "env_other"}, 'expected environment "env_other", got "env_'),
        ({"url": url, "key": key, "poll_interval": 0.01}, "^poll_interval: expected at least 100 ms, got 10"),
        ({"url": url, "key": key, "poll_interval": -5}, "^poll_interval: expected at least 100 ms, got -5000"),
        ({"url": url, "key": key, "buffer_events": 0}, "^buffer_events: "),
        ({"url": url, "key": key, "root": b"no root"}, "^root: "),
    ):
        with pytest.raises(expt.InvalidArgumentError, match=message) as raised:
            expt.Client(**options)
        assert secret not in str(raised.value)
    with expt.Client(url=url, key=key, data_directory=tmp_path):
        with pytest.raises(expt.FailedPreconditionError):
            expt.Client(url=url, key=key, data_directory=str(tmp_path))


def test_arguments_of_wrong_types_are_named_and_not_repeated(client: expt.Client) -> None:
    key, user = "expt1.srv.env_1.k.1.d.secret", {"targetingKey": "private"}
    call: Any = client
    make: Any = expt.Client
    for wrong, message in (
        (lambda: make(NOBODY, key), "^Client\\(\\) takes at most 0 positional arguments, got 2$"),
        (lambda: make(url=NOBODY), "^Client\\(\\) needs the argument 'key'$"),
        (lambda: make(url=NOBODY, key=key, colour="red"), "^Client\\(\\) got an unexpected argument 'colour'$"),
        (lambda: make(url=3, key=key), "^url: expected a str, got int$"),
        (lambda: make(url="\ud800", key=key), "^url: expected text without lone surrogates$"),
        (lambda: make(url=NOBODY, key=key, root="x"), "^root: expected bytes, got str$"),
        (lambda: make(url=NOBODY, key=key, poll_interval="5"), "^poll_interval: expected seconds as a number, got str$"),
        (lambda: make(url=NOBODY, key=key, buffer_events=1.5), "^buffer_events: expected an int, got float$"),
        (lambda: make(url=NOBODY, key=key, data_directory=3), "^expected str, bytes or os.PathLike object, not int$"),
        (lambda: call.track("purchase"), "^track\\(\\) needs the argument 'context'$"),
        (lambda: call.track("purchase", user, 19.9), "^track\\(\\) takes at most 2 positional arguments, got 3$"),
        (lambda: call.track("purchase", user, price=1), "^track\\(\\) got an unexpected argument 'price'$"),
        (lambda: call.track("purchase", user, event_id=3), "^event_id: expected a str, got int$"),
        (lambda: call.track("purchase", user, properties=[]), "^properties: expected a dict$"),
        (lambda: call.track("purchase", user, units=3), "^units: expected a dict of unit type to unit id$"),
        (lambda: call.track("purchase", user, time=datetime(2026, 1, 1)), "^time: expected a datetime with a time zone"),
        (lambda: call.expose("e", user), "^expose\\(\\) expected an expt.Decision and its context$"),
        (lambda: call.expose("e"), "^expose\\(\\) needs the argument 'variant'$"),
        (lambda: call.identify(user), "^identify\\(\\) needs the argument 'unit_type'$"),
        (lambda: expt.Context("private", user, 3), "^Context\\(\\) takes a targeting key, a dict and named"),  # type: ignore[call-arg]
    ):
        with pytest.raises(TypeError, match=message) as raised:
            wrong()
        assert "secret" not in str(raised.value) and "private" not in str(raised.value)
    with pytest.raises(ValueError, match="^buffer_events: expected a count of at least 0$"):
        make(url=NOBODY, key=key, buffer_events=-1)


def test_without_a_server_the_defaults_apply(running_shop: Shop) -> None:
    with expt.Client(url=NOBODY, key=running_shop.key, connect_timeout=0.5) as client:
        assert client.ready(0) is False
        for context in (expt.Context("u1"), {"targetingKey": "u1"}):
            assert client.enabled("new-checkout", context) is False
            assert client.value("page-size", context, 20) == 20
            assert client.variant("checkout-test", context, "control") == "control"
            decision = client.decision("page-size", context, 20)
            assert (decision.value, decision.reason, decision.error_code) == (20, "ERROR", "PROVIDER_NOT_READY")
            assert client.all(context) == {}
        status = client.status()
        assert (status.state, status.snapshot_version) == ("not_ready", 0)
        assert status.last_error is not None and running_shop.key not in status.last_error
        assert client.track("purchase", expt.Context("u1"), value=1).accepted
        assert client.flush(0) == expt.FlushReport(delivered=0, rejected=0, remaining=1)
        assert client.close(0) is False
        assert [(drop.reason, drop.kind, drop.count) for drop in client.status().drops] == [("closed", "metric", 1)]


def test_starts_from_a_bundle_and_says_so(running_shop: Shop, tmp_path: pathlib.Path) -> None:
    bundle = tmp_path / "web.bundle"
    running_shop.expt("fetch", "--bundle", str(bundle))
    with expt.Client(url=NOBODY, key=running_shop.key, bundle=bundle.read_bytes(), connect_timeout=0.5) as client:
        assert client.ready(10)
        status = client.status()
        assert (status.source, status.state, status.conditions) == ("bundle", "stale", ())
        assert client.value("page-size", {}, 20) == 50


def test_decides_with_a_file(running_shop: Shop, tmp_path: pathlib.Path) -> None:
    snapshot, root = tmp_path / "web.exs", tmp_path / "root.exs"
    running_shop.expt("fetch", "--snapshot", str(snapshot), "--root", str(root))
    with expt.Client.from_file(snapshot=snapshot, root=str(root)) as client:
        assert client.value("page-size", {}, 20) == 50
        assert client.enabled("new-checkout", {"country": "CH"}) is True
        assert client.status().state == "fresh"
        assert client.track("purchase", {"targetingKey": "u1"}).accepted
        child = os.fork()
        if child == 0:
            os._exit(0 if client.value("page-size", {}, 20) == 50 else 1)
        assert os.waitpid(child, 0)[1] == 0
    with pytest.raises(expt.LoadError) as refused:
        expt.Client.from_file(snapshot=root, root=root)
    assert (refused.value.step, refused.value.code) == (2, "BAD_ENVELOPE")
    with pytest.raises(expt.LoadError):
        expt.Client.from_file(snapshot=snapshot, root=root, environment="env_other")
    with pytest.raises(expt.FailedPreconditionError, match="none.exs"):  # as for everything that is not there
        expt.Client.from_file(snapshot=tmp_path / "none.exs", root=root)


def test_says_where_its_snapshot_came_from(running_shop: Shop) -> None:
    with expt.Client(url=running_shop.url, key=running_shop.key) as client:
        assert client.ready(10)
        status = client.status()
        assert (status.source, status.conditions, status.quarantined, status.load_counts) == ("network", (), None, ())
        wait_until(lambda: client.status().is_streaming)
    with expt.Client(url=running_shop.url, key=running_shop.key, stream=False, poll_interval=0.1) as client:
        assert client.ready(10)
        time.sleep(0.5)
        assert client.status().is_streaming is False


def test_says_what_was_refused(running_shop: Shop, tmp_path: pathlib.Path) -> None:
    with expt.Client(url=running_shop.url, key=running_shop.key, data_directory=tmp_path) as client:
        assert client.ready(10)
    del client  # it holds the directory
    saved = tmp_path / "current.lkg"
    saved.write_bytes(saved.read_bytes()[:-1])
    options: dict[str, Any] = {"data_directory": tmp_path, "connect_timeout": 0.5}
    with expt.Client(url=NOBODY, key=running_shop.key, **options) as client:
        wait_until(lambda: bool(client.status().load_counts))
        status = client.status()
        assert status.load_counts == (expt.LoadCount(step=3, code="DIGEST_MISMATCH", count=1),)
        assert (status.source, status.state) == ("none", "not_ready")


def test_fetches_snapshots_from_a_plain_web_server(make_shop: Callable[[], Shop], tmp_path: pathlib.Path) -> None:
    own = make_shop()
    served: list[str] = []

    class Files(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments, directory=str(own.exptd.data / "blobs"))

        def do_GET(self) -> None:
            assert self.headers.get("Authorization") is None
            served.append(self.path)
            super().do_GET()

        def log_message(self, *_: Any) -> None: ...

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Files) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with expt.Client(url=own.url, key=own.key, snapshot_url=f"http://127.0.0.1:{server.server_port}") as client:
            assert client.ready(10) and client.value("page-size", {}, 20) == 50
            assert served == ["/" + client.pin().digest.hex()]
        server.shutdown()


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"on_very_stale": "panic"}, 'on_very_stale: expected "keep", "defaults" or "fail_closed", got "panic"'),
        ({"snapshot_url": "http://cdn.example.com"}, "snapshot_url: plain http is allowed to this machine only"),
        ({"bundle": b"no bundle"}, "bundle: expected the bytes of a bundle"),
    ],
)
def test_refuses_what_an_option_cannot_be(running_shop: Shop, options: dict[str, Any], text: str) -> None:
    with pytest.raises(expt.InvalidArgumentError, match=re.escape(text)):
        expt.Client(url=NOBODY, key=running_shop.key, **options)
    with pytest.raises(TypeError, match="stream: expected a bool, got int"):
        expt.Client(url=NOBODY, key=running_shop.key, stream=1)  # type: ignore[arg-type]


def test_a_wrong_secret_is_told_and_raises_nothing(running_shop: Shop) -> None:
    key = running_shop.key.rsplit(".", 1)[0] + "." + "A" * len(running_shop.key.rsplit(".", 1)[1])
    try:
        client = expt.Client(url=running_shop.url, key=key)
    except expt.InvalidArgumentError as error:  # no secret at all by its form
        assert str(error).startswith("key: ")
        return
    with client:
        assert client.value("page-size", {}, 20) == 20
        wait_until(lambda: client.status().last_error is not None)
        assert "A" * 16 not in str(client.status().last_error)


def test_a_key_of_another_root_installs_nothing(make_shop: Callable[[], Shop], running_shop: Shop) -> None:
    other = make_shop()
    with expt.Client(url=other.url, key=running_shop.key) as client:
        wait_until(lambda: client.status().last_error is not None)
        assert client.status().state == "not_ready"
        assert client.decision("page-size", {}, 20).error_code == "PROVIDER_NOT_READY"


def test_starts_from_what_was_saved(make_shop: Callable[[], Shop], tmp_path: pathlib.Path) -> None:
    own = make_shop()
    with expt.Client(url=own.url, key=own.key, data_directory=tmp_path) as client:
        assert client.value("page-size", {}, 20) == 50
        wait_until(lambda: any(tmp_path.glob("current.lkg")))
    del client  # which keeps the directory
    with expt.Client(url=NOBODY, key=own.key, data_directory=tmp_path) as client:
        assert client.ready(10) and client.value("page-size", {}, 20) == 50


def test_a_publish_arrives(make_shop: Callable[[], Shop]) -> None:
    own = make_shop()
    with expt.Client(url=own.url, key=own.key, poll_interval=0.1) as client:
        pinned = client.pin()
        attributes = {"targetingKey": "u1", "country": "CH", "plan": "pro"}
        assert client.enabled("new-checkout", attributes)
        definitions = shop()
        # Now the flag asks for an attribute that the snapshot before did not need.
        rule = definitions["flags"][0]["configuration"]["rules"][0]
        rule["condition"] = {"attribute": "plan", "operator": "equals", "operands": ["pro"]}
        definitions["flags"].append({
            "key": "late", "type": "boolean", "variants": [{"key": "on", "value": True}],
            "configuration": {"enabled": True, "default_serve": {"variant": "on"}}})
        own.publish(definitions)
        # Whatever moment the swap takes: both snapshots say "on", if all is read that they ask for.
        while client.status().snapshot_version == pinned.version:
            decision = client.decision("new-checkout", attributes)
            assert decision.value is True, decision
        assert client.decision("new-checkout", attributes).snapshot_version > pinned.version
        assert client.enabled("new-checkout", attributes) and client.enabled("late", {})
        assert not client.enabled("new-checkout", {"country": "CH", "plan": "free"})
        assert pinned.decision("late", {}).error_code == "FLAG_NOT_FOUND"


def test_closing_twice_does_nothing_and_what_was_loaded_stays(running_shop: Shop) -> None:
    client = expt.Client(url=running_shop.url, key=running_shop.key)
    assert client.ready(10)
    assert client.close() is True
    assert client.close() is True
    assert client.value("page-size", {}, 20) == 50
    assert client.track("purchase", expt.Context("u1")).dropped == "closed"
    assert client.flush(1).remaining == 0
    with client:
        pass


def test_leaving_the_block_closes_also_by_an_exception(running_shop: Shop) -> None:
    with pytest.raises(ZeroDivisionError):
        with expt.Client(url=running_shop.url, key=running_shop.key) as client:
            raise ZeroDivisionError
    assert client.track("purchase", expt.Context("u1")).dropped == "closed"


def test_a_client_cannot_be_pickled(client: expt.Client) -> None:
    with pytest.raises(TypeError, match="a client cannot be pickled: open one in each process"):
        pickle.dumps(client)
    with pytest.raises(TypeError, match="not called"):
        expt.Client.__new__(expt.Client).enabled("x", {})


def test_other_threads_run_while_a_client_waits(make_shop: Callable[[], Shop]) -> None:
    own = make_shop()
    own.exptd.stop()
    client = expt.Client(url=own.url, key=own.key, connect_timeout=0.5)
    answers: list[bool] = []
    waiting = threading.Thread(target=lambda: answers.append(client.ready(100)))
    waiting.start()
    own.exptd.start()  # by this thread, while the other one is inside ready()
    waiting.join()
    assert answers == [True]
    assert client.close(10)


def test_threads_share_a_client(client: expt.Client) -> None:
    wrong: list[Any] = []

    def decide(name: str) -> None:
        for i in range(2000):
            attributes = {"targetingKey": f"{name}-{i % 50}", "country": "CH" if i % 2 else "DE"}
            if client.enabled("new-checkout", attributes) != bool(i % 2):
                wrong.append((name, i))
            if i % 100 == 0:
                client.flush(0.01)

    threads = [threading.Thread(target=decide, args=(f"t{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_says_in_the_log_what_went_wrong(running_shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, logger="expt"):
        client = expt.Client(url=NOBODY, key=running_shop.key, connect_timeout=0.5)
        wait_until(lambda: client.status().last_error is not None)
        client.close(0)
    assert any(record.levelno >= logging.WARNING for record in caplog.records)
    assert running_shop.key not in caplog.text


def run(code: str, own: Shop, **environment: str) -> str:
    """Runs a program of its own; it must end by itself."""
    done = subprocess.run([sys.executable, "-c", code], text=True, capture_output=True, timeout=120,
                          env={**os.environ, "EXPT_URL": own.url, "EXPT_KEY": own.key, **environment})
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


OPEN = """
import os, sys, expt
client = expt.Client(url=os.environ["EXPT_URL"], key=os.environ["EXPT_KEY"])
assert client.ready(10)
"""


def test_a_program_that_forgets_to_close_loses_nothing(make_shop: Callable[[], Shop]) -> None:
    own = make_shop()
    run(OPEN + 'client.value("checkout-test", {"targetingKey": "u1"}, "x")\n', own)
    run(OPEN + 'client.value("checkout-test", {"targetingKey": "u2"}, "x")\ndel client\n', own)
    assert own.results()["exposures"]["units"] == 2


def test_a_forked_child_goes_on_by_itself(make_shop: Callable[[], Shop]) -> None:
    own = make_shop()
    code = OPEN + """
client.value("checkout-test", {"targetingKey": "parent"}, "x")
for name in ("one", "two"):
    child = os.fork()
    if child == 0:
        # At once, by what the parent had; then by a client of its own, which reports.
        assert client.value("page-size", {}, 20) == 50
        assert client.decision("page-size", expt.Context("u"), 20).value == 50
        assert client.all({})["page-size"].value == 50
        client.value("checkout-test", {"targetingKey": name}, "x")
        assert client.ready(10)
        client.variant("checkout-test", expt.Context(name + "-later"), "x")
        assert client.flush(10).remaining == 0
        sys.exit(0)  # with all that runs at the end of an interpreter
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
for end in ("client.close()", "pass", "del client"):
    child = os.fork()
    if child == 0:
        exec(end)  # without having asked it anything
        sys.exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
assert client.close(10)
child = os.fork()
if child == 0:
    assert client.value("page-size", {}, 20) == 50  # closed before: nothing is opened again
    assert client.close()
    sys.exit(0)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
"""
    run(code, own)
    assert own.results()["exposures"]["units"] == 5


def test_a_forked_child_of_a_client_with_a_directory(make_shop: Callable[[], Shop], tmp_path: pathlib.Path) -> None:
    own = make_shop()
    code = OPEN.replace('key=os.environ["EXPT_KEY"]', 'key=os.environ["EXPT_KEY"], data_directory=sys.argv[0]')
    code = code.replace("sys.argv[0]", repr(str(tmp_path))) + """
child = os.fork()
if child == 0:
    assert client.value("page-size", {}, 20) == 50
    assert client.ready(10) and client.status().state == "fresh"
    sys.exit(0)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
assert client.status().state == "fresh"
"""
    run(code, own)


def test_knows_its_environment(running_shop: Shop) -> None:
    environment = running_shop.key.split(".")[2]
    with expt.Client(url=running_shop.url, key=running_shop.key, expected_environment=environment) as client:
        assert client.status().environment == client.pin().environment == environment
