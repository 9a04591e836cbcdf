"""50 flags that use the whole targeting language, and units whose contexts are good, odd and wrong.

Both in the words of tests/vectors/README.md, so that every language reads them with what reads its vectors.
"""

import random
from typing import Any

Json = dict[str, Any]
START = 1_704_067_200_000  # 2024-01-01T00:00:00Z, a Monday
DAY = 86_400_000
NAMES = ["anna", "Zoë", "STRASSE", "straße", "ΣΊΣΥΦΟΣ", "σίσυφος", "日本", "", "İstanbul", "k\u0301", "\u212a", "🙂"]
COUNTRIES = ["CH", "DE", "AT", "de", "Österreich", "日本", ""]
VERSIONS = ["1.2.3", "1.2", "1.9.0-beta.2", "2.0.0-rc.1", "2.0.0+build.7", "v1.4", "0.3.1", "10.0.0", "01.2.3", "next"]
ADDRESSES = ["10.1.2.3", "192.168.7.9", "::ffff:10.9.9.9", "2001:db8::1", "2001:db9::1", "8.8.8.8", "10.1.2", "fe80::1%eth0"]
TIMES = ["2024-02-29T12:00:00Z", "2024-06-01T00:00:00+02:00", "2025-01-01T00:00:00Z", "2024-02-30T00:00:00Z",
         "2024-06-01", START + 100 * DAY, START + 400 * DAY, -1, {"double": START + 0.5}]
NUMBERS = [0, 1, -1, 20, 2**53 - 1, {"integer": str(2**53)}, {"integer": str(2**53 + 1)}, {"integer": str(2**63 - 1)},
           {"integer": str(-(2**63))}, {"double": 0.1}, {"double": 20}, {"double": -0.0}, {"double": 9007199254740992.0},
           {"double": "NaN"}, {"double": "Infinity"}, {"double": "-Infinity"}, {"double": 1e300}]
LISTS: list[list[str]] = [[], ["a"], ["a", "b", "c"], ["Ä", "日本"], ["a", "a"], ["B"], [f"t{i}" for i in range(40)]]
BROKEN = {"bytes": "eda080"}  # a lone surrogate
ODD = [None, True, False, "text", "", 7, BROKEN, {"double": "NaN"}, {"integer": str(2**53 + 1)}, ["x"], [],
       {"repeat": ["ab", 400]}]

CONDITIONS: dict[str, Json] = {
    "is-set": {"attribute": "name", "operator": "is_set"},
    "equals-text": {"attribute": "name", "operator": "equals", "operands": ["Zoë"]},
    "equals-folded": {"attribute": "name", "operator": "equals", "operands": ["σίσυφοσ"], "case_insensitive": True},
    "equals-true": {"attribute": "beta", "operator": "equals", "operands": [True]},
    "in-texts": {"attribute": "country", "operator": "in", "operands": ["AT", "CH", "DE", "FR", "日本"]},
    "in-numbers": {"attribute": "number", "operator": "in", "operands": [1, 20, 2**53 + 1]},
    "contains": {"attribute": "name", "operator": "contains", "operands": ["ss", "本"], "case_insensitive": True},
    "starts-with": {"attribute": "name", "operator": "starts_with", "operands": ["S", "k"]},
    "ends-with": {"attribute": "email", "operator": "ends_with", "operands": ["@example.org"]},
    "matches": {"attribute": "email", "operator": "matches", "operands": [r"^[a-zü]+\.\d{1,4}@(example|test)\.org$|müller"]},
    "equals-hashed": {"attribute": "email", "operator": "equals_hashed", "operands": ["anna.7@example.org"], "salt": "h"},
    "in-hashed": {"attribute": "name", "operator": "in_hashed", "operands": ["ZOË", "日本"], "salt": "h2",
                  "case_insensitive": True},
    "lt": {"attribute": "number", "operator": "lt", "operands": [{"double": 9007199254740993.0}]},
    "lte": {"attribute": "number", "operator": "lte", "operands": [20]},
    "gt": {"attribute": "number", "operator": "gt", "operands": [2**53]},
    "gte": {"attribute": "number", "operator": "gte", "operands": [{"double": 0.1}]},
    "between": {"attribute": "number", "operator": "between", "operands": [-1, 2**53], "negate": True},
    "time-before": {"attribute": "joined", "operator": "time_before", "operands": ["2024-06-01T00:00:00Z"]},
    "time-after": {"attribute": "joined", "operator": "time_after", "operands": [START + 150 * DAY]},
    "time-between": {"attribute": "$now", "operator": "time_between", "operands": [START + DAY, START + 20 * DAY]},
    "in-window": {"attribute": "$now", "operator": "in_window", "operands": [[540, 1020], [9000, 10080]],
                  "time_zone": "Europe/Zurich"},
    "semver-eq": {"attribute": "version", "operator": "semver_eq", "operands": ["2.0.0"]},
    "semver-lt": {"attribute": "version", "operator": "semver_lt", "operands": ["1.9.0"]},
    "semver-lte": {"attribute": "version", "operator": "semver_lte", "operands": ["1.2.3"]},
    "semver-gt": {"attribute": "version", "operator": "semver_gt", "operands": ["1.9.0-beta.10"]},
    "semver-gte": {"attribute": "version", "operator": "semver_gte", "operands": ["2.0.0-rc.1"]},
    "semver-tilde": {"attribute": "version", "operator": "semver_tilde", "operands": ["1.2.0"]},
    "semver-caret": {"attribute": "version", "operator": "semver_caret", "operands": ["1.2"]},
    "contains-any": {"attribute": "tags", "operator": "contains_any", "operands": ["b", "日本"], "case_insensitive": True},
    "contains-all": {"attribute": "tags", "operator": "contains_all", "operands": ["a", "b"]},
    "sizes": {"any": [{"attribute": "tags", "operator": "size_lt", "operands": [1]},
                      {"attribute": "tags", "operator": "size_gt", "operands": [30]},
                      {"attribute": "tags", "operator": "size_between", "operands": [2, 3]}]},
    "in-cidr": {"attribute": "ip", "operator": "in_cidr", "operands": ["10.0.0.0/8", "2001:db8::/32"]},
    "within-km": {"attribute": "lat", "longitude": "lon", "operator": "within_km", "operands": [47.3769, 8.5417, 300]},
    "in-segment": {"operator": "in_segment", "operands": ["staff", "swiss"]},
    "flag-is": {"any": [{"operator": "flag_is", "flag": "three-way", "operands": ["b", "c"]},
                        {"not": {"operator": "flag_is", "flag": "needs-checkout", "operands": ["on"]}}]},
}


def ternary(key: str, condition: Json) -> Json:
    """Serves what the condition is."""
    return {"key": key, "type": "string", "variants": [{"key": k, "value": k} for k in ("true", "false", "unknown")],
            "rules": [{"id": "holds", "condition": condition, "serve": {"variant": "true"}},
                      {"id": "fails", "condition": {"not": condition}, "serve": {"variant": "false"}}],
            "default_serve": {"variant": "unknown"}}


def boolean(key: str, *rules: Json, **more: Any) -> Json:
    """Off where no rule says otherwise."""
    return {"off_variant": "off", "default_serve": {"variant": "off"}, **without(key, *rules, **more)}


def without(key: str, *rules: Json, **more: Any) -> Json:
    """Serves nothing where no rule does."""
    return {"key": key, "type": "boolean", "variants": [{"key": "off", "value": False}, {"key": "on", "value": True}],
            "rules": list(rules), **more}


def serving(rule: str, serve: Json, condition: str | None = None, **more: Any) -> Json:
    row = {"id": rule, "serve": serve, **more}
    return row if condition is None else {**row, "condition": CONDITIONS[condition]}


def ramp(salt: str, linear: bool) -> Json:
    points = [{"time_ms": START + day * DAY, "ppm": ppm} for day, ppm in ((2, 50_000), (9, 400_000), (16, 1_000_000))]
    return {"salt": salt, "ramp": {"linear": linear, "points": points}}


def features() -> list[Json]:
    """The flags that are more than one condition."""
    on: Json = {"variant": "on"}
    return [
        {"key": "three-way", "type": "string", "off_variant": "a",
         "variants": [{"key": k, "value": v} for k, v in (("a", "plain"), ("b", "größer"), ("c", "最大"))],
         "rules": [], "default_serve": {"split": {"salt": "three", "weights": {"a": 200_000, "b": 300_000, "c": 500_000}}}},
        {"key": "page-size", "type": "integer", "variants": [{"key": "small", "value": 20}, {"key": "huge", "value": 2**53 - 1}],
         "rules": [serving("r", {"variant": "huge"}, "in-texts", coverage={"salt": "page", "ppm": 333_333})],
         "default_serve": {"variant": "small"}},
        {"key": "price-factor", "type": "double", "variants": [{"key": "low", "value": 0.1}, {"key": "even", "value": 2.0}],
         "rules": [serving("r", {"variant": "even"}, "lt", coverage={"salt": "p", "ppm": 500_000, "bucket_by": "company"})],
         "default_serve": {"variant": "low"}},
        {"key": "layout", "type": "json", "off_variant": "one",
         "variants": [{"key": "one", "value": {"columns": 1, "title": "Größe"}}, {"key": "two", "value": [1, 2.5, None, {"a": "日"}]}],
         "rules": [serving("r", {"experiment": "layout-test"}, "is-set", holdouts=["year"])],
         "default_serve": {"variant": "one"}},
        boolean("search", serving("r", {"experiment": "search-test"}), fail_closed=True),
        boolean("ranking", serving("r", {"experiment": "ranking-test"}, "in-texts"), serving("rest", on, "in-cidr")),
        boolean("checkout", serving("r", {"experiment": "checkout-test"}, coverage=ramp("guarded", linear=True))),
        boolean("by-company", serving("r", {"experiment": "company-test"}, holdouts=["companies"])),
        boolean("steps", serving("r", on, coverage=ramp("steps", linear=False))),
        boolean("line", serving("r", on, "semver-caret", coverage=ramp("line", linear=True))),
        boolean("overridden", serving("r", on, "contains-all"),
                overrides=[{"variant": "on", "unit_ids": ["unit-3", "größe-4"]},
                           {"variant": "on", "bucket_by": "company", "unit_ids": ["7", "acme"]}]),
        boolean("needs-checkout", serving("r", on, "is-set"), prerequisites=[{"flag": "checkout", "variants": ["on"]},
                                                                              {"flag": "three-way", "variants": ["a", "b"]}]),
        boolean("disabled", serving("r", on), enabled=False),
        without("no-default", serving("r", on, "in-segment")),
        boolean("deep", {"id": "r", "serve": {"split": {"salt": "deep", "weights": {"off": 100_000, "on": 900_000}}},
                         "condition": {"all": [{"any": [CONDITIONS["matches"], CONDITIONS["within-km"], CONDITIONS["in-hashed"]]},
                                               {"not": {"all": [CONDITIONS["gt"], CONDITIONS["time-after"]]}},
                                               {"nested": [CONDITIONS["is-set"], 12]}]}}),
    ]


def experiment(key: str, flag: str, first: str, second: str, **more: Any) -> Json:
    return {"key": key, "flag": flag, "salt": key, "weights": {first: 500_000, second: 500_000}, "control": first,
            "start_ms": START, "end_ms": START + 18 * DAY, **more}


def definitions() -> Json:
    flags = [ternary(key, condition) for key, condition in CONDITIONS.items()] + features()
    assert len(flags) == 50, len(flags)
    return {
        "environment": "env_parity", "version": 7, "member_list_salt": "members",
        "attributes": [{"key": "company", "type": "string", "unit_type": True}],
        "time_zones": [{"name": "Europe/Zurich", "initial_offset_minutes": 60,
                        "transitions": [["2024-03-31T01:00:00Z", 120], ["2024-10-27T01:00:00Z", 60]]}],
        "segments": [
            {"key": "staff", "condition": CONDITIONS["ends-with"], "include": [{"unit_ids": ["unit-1", "unit-8", "größe-9"]}],
             "exclude": [{"bucket_by": "company", "unit_ids": ["acme"]}]},
            {"key": "swiss", "condition": {"all": [{"operator": "in_segment", "operands": ["staff"], "negate": True},
                                                   {"attribute": "country", "operator": "equals", "operands": ["CH"]}]}}],
        "layers": [{"key": "web", "salt": "layer"}],
        "holdouts": [{"key": "year", "salt": "year", "ppm": 100_000, "start_ms": START, "end_ms": START + 12 * DAY},
                     {"key": "companies", "salt": "companies", "ppm": 250_000, "bucket_by": "company"}],
        "experiments": [
            experiment("layout-test", "layout", "one", "two", sticky=True),
            experiment("search-test", "search", "off", "on", layer="web", allocation=[[0, 400_000], [900_000, 1_000_000]]),
            experiment("ranking-test", "ranking", "off", "on", layer="web", allocation=[[400_000, 900_000]]),
            experiment("checkout-test", "checkout", "off", "on", phase=2),
            experiment("company-test", "by-company", "off", "on", bucket_by="company", end_ms=0)],
        "flags": flags,
    }


def unit(i: int, rng: random.Random) -> Json:
    """What unit i is asked with."""
    usual: dict[str, Any] = {
        "name": NAMES, "country": COUNTRIES, "version": VERSIONS, "ip": ADDRESSES, "joined": TIMES, "number": NUMBERS,
        "tags": LISTS, "beta": [True, False], "company": ["acme", 7, "7", "größe", "", {"double": 7.5}],
        "email": [f"anna.{i % 50}@example.org", "bob@test.org", "max.müller@example.org", "x" * 600],
        "lat": [47.4, 46.2, {"double": 48}, -91, {"double": "NaN"}], "lon": [8.5, 6.1, {"double": 11}, 181],
        "unread": ["nobody asks for it"], "größe": [1]}
    context: Json = {}
    for name, values in usual.items():
        if rng.random() < 0.15:
            continue
        context[name] = rng.choice(ODD if rng.random() < 0.1 else values)
    key = rng.random()
    if key < 0.9:
        context[rng.choice(["targeting_key", "targetingKey"])] = f"größe-{i}" if i % 5 == 4 else f"unit-{i}"
    elif key < 0.95:
        context["targeting_key"] = rng.choice(ODD + NUMBERS)
    elif key < 0.96:
        context.update(targeting_key="unit-1", targetingKey="unit-2")
    row: Json = {"context": context, "now_ms": START + rng.randrange(-DAY, 21 * DAY)}
    if i % 3 == 0:
        row["sticky"] = [{"experiment_id": "exp_layout-test", "phase": rng.choice([1, 1, 1, 2]), "bucket_by": "targeting_key",
                          "unit_id": f"größe-{i}" if i % 5 == 4 else f"unit-{i}", "variant": rng.choice(["one", "two", "gone"])}]
    if i % 11 == 0:
        row["overlay"] = {"emergency_off": rng.sample(["checkout", "search", "three-way", "unknown"], 2)}
    elif i % 13 == 0:
        row["overlay"] = {"stale": rng.choice(["fail_closed", "defaults"])}
    return row


def units(count: int, seed: int) -> list[Json]:
    rng = random.Random(seed)
    return [unit(i, rng) for i in range(count)]
