"""Feature flags and experiments, decided locally.

    import os, expt

    with expt.Client(url="https://flags.example.com", key=os.environ["EXPT_KEY"]) as client:   # waits <= 2 s for ready
        user = expt.Context("user-42", country="CH", age=31)
        if client.enabled("new-checkout", user):
            show_new_checkout()
        size = client.value("page-size", user, 20)                # int, from the default
        variant = client.variant("checkout-test", user, "control")
        client.track("purchase", user, value=19.90)

An evaluation takes no lock, does no I/O and raises nothing: whatever goes wrong, it yields the default, and
`decision()` says why.
"""

import atexit as _atexit
import logging as _logging

from expt import _core
from expt._core import (
    Client,
    Context,
    Error,
    FailedPreconditionError,
    InvalidArgumentError,
    LoadError,
    Root,
    Snapshot,
    StickyAssignments,
    UnavailableError,
    __version__,
)
from expt._types import (
    Assignment,
    Decision,
    Drop,
    Explanation,
    Exposure,
    Floor,
    FlushReport,
    LoadCount,
    Status,
    TrackResult,
)

__all__ = [
    "Assignment",
    "Client",
    "Context",
    "Decision",
    "Drop",
    "Error",
    "Explanation",
    "Exposure",
    "FailedPreconditionError",
    "Floor",
    "FlushReport",
    "InvalidArgumentError",
    "LoadCount",
    "LoadError",
    "Root",
    "Snapshot",
    "Status",
    "StickyAssignments",
    "TrackResult",
    "UnavailableError",
    "__version__",
]

_logging.getLogger("expt").addHandler(_logging.NullHandler())

# Clients that are still open when the interpreter ends get a bounded chance to send what they hold.
_atexit.register(_core._close_all, 2.0)
