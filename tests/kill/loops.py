"""The loops by name: each kills one program, or cuts its power, and says what came out."""

import functools
from dataclasses import dataclass
from typing import Callable

import server_loop


@dataclass(frozen=True)
class Loop:
    cuts_power: bool
    # (folder, cycles, seed, shim, stop_at_fault) -> figures, slowest start in seconds, notes
    run: Callable


LOOPS = {
    "exptd killed": Loop(False, functools.partial(server_loop.run, cuts_power=False)),
    "exptd without power": Loop(True, functools.partial(server_loop.run, cuts_power=True)),
}
