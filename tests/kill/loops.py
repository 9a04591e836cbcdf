"""The loops by name: each kills one program, or cuts its power, and says what came out."""

import functools
from dataclasses import dataclass
from typing import Callable

import saved_loop
import server_loop
import spool_loop
from figures import run


@dataclass(frozen=True)
class Loop:
    cuts_power: bool
    faults: tuple[str, ...]  # the figures that must be 0
    # (folder, cycles, seed, shim, stop_at_fault) -> figures, slowest start in seconds, notes
    run: Callable


def loop_of(module, cuts_power):
    return Loop(cuts_power, module.FAULTS,
                functools.partial(run, module.Life, module.CYCLES_OF_A_LIFE, cuts_power=cuts_power))


LOOPS = {
    "exptd killed": loop_of(server_loop, False),
    "exptd without power": loop_of(server_loop, True),
    "spool killed": loop_of(spool_loop, False),
    "spool without power": loop_of(spool_loop, True),
    "client killed": loop_of(saved_loop, False),
    "client without power": loop_of(saved_loop, True),
}
