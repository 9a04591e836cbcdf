"""What calls return: frozen dataclasses."""

from __future__ import annotations

import dataclasses
from typing import Any, Literal

Reason = Literal[
    "ERROR", "STATIC", "TARGETING_MATCH", "SPLIT", "DEFAULT", "DISABLED", "PREREQUISITE_FAILED", "STALE"
]
ErrorCode = Literal[
    "PROVIDER_NOT_READY",
    "FLAG_NOT_FOUND",
    "PARSE_ERROR",
    "TYPE_MISMATCH",
    "TARGETING_KEY_MISSING",
    "INVALID_CONTEXT",
    "GENERAL",
]
DropReason = Literal["buffer_full", "too_large", "rejected", "closed", "spool_full", "expired", "invalid"]
EventKind = Literal["exposure", "metric", "identify", "summary"]
State = Literal["not_ready", "fresh", "stale", "very_stale"]
Source = Literal["none", "network", "saved", "previous", "bundle"]
Condition = Literal["rejected", "recovered", "safe_mode", "cache_unavailable"]


@dataclasses.dataclass(frozen=True, slots=True)
class Exposure:
    """A unit met an experiment's variant, or reached a holdout."""

    experiment: str
    experiment_id: str
    variant: str
    bucket_by: str
    phase: int
    is_holdout: bool
    is_sticky: bool = False
    origin: Literal["engine", "sticky"] = "engine"


@dataclasses.dataclass(frozen=True, slots=True)
class Assignment:
    """A variant that a unit was given before in a sticky experiment.

    What to keep of a decision: an exposure with `is_sticky` and the origin "engine" has all of it but the unit id,
    which the context has under the name `bucket_by`.
    """

    experiment_id: str
    phase: int
    bucket_by: str
    unit_id: str
    variant: str


@dataclasses.dataclass(frozen=True, slots=True)
class Decision:
    """Everything about one evaluation. `value` is the caller's default where nothing decided."""

    flag: str
    value: Any
    variant: str | None
    reason: Reason
    error_code: ErrorCode | None
    rule: str | None
    bucket: int | None
    snapshot_version: int
    exposures: tuple[Exposure, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Explanation:
    """The decision and every step that led to it. Attribute values appear in it: treat it like the context."""

    text: str
    json: dict[str, Any]

    def __str__(self) -> str:
        return self.text


@dataclasses.dataclass(frozen=True, slots=True)
class Floor:
    """The newest snapshot seen; nothing older is accepted. `digest` is that of `version`, 32 bytes."""

    epoch: int = 0
    version: int = 0
    digest: bytes | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class TrackResult:
    """Whether an event was accepted; else the reason why it was dropped."""

    dropped: DropReason | None

    @property
    def accepted(self) -> bool:
        return self.dropped is None


@dataclasses.dataclass(frozen=True, slots=True)
class FlushReport:
    """Counts of events: acknowledged and refused during the call, and still waiting."""

    delivered: int
    rejected: int
    remaining: int


@dataclasses.dataclass(frozen=True, slots=True)
class Drop:
    """Events that were dropped; `experiment` (its id) and `variant` of exposures only."""

    reason: DropReason
    kind: EventKind
    experiment: str
    variant: str
    count: int


@dataclasses.dataclass(frozen=True, slots=True)
class LoadCount:
    """How often something was refused, or could not be saved, with that code."""

    step: int
    code: str
    count: int


@dataclasses.dataclass(frozen=True, slots=True)
class Status:
    """How fresh the client is, and what became of its events.

    `age` is in seconds, since a Head was last verified. `last_load_step` and `last_load_code` say where the last
    snapshot, Head or Root was refused. `source` is where what is served came from, `conditions` what is out of the
    ordinary, `quarantined` the digest that safe mode leaves out.
    """

    state: State
    environment: str
    snapshot_version: int
    age: float
    last_error: str | None
    last_load_step: int | None
    last_load_code: str | None
    events_accepted: int
    events_delivered: int
    events_duplicate: int
    events_rejected: int
    events_spooled: int
    exposures_suppressed: int
    drops: tuple[Drop, ...]
    source: Source
    conditions: tuple[Condition, ...]
    quarantined: bytes | None
    is_streaming: bool
    load_counts: tuple[LoadCount, ...]
