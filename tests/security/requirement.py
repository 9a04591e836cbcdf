"""Requirements and the checks that show them. A check is a function of the world; it raises Failed or returns."""

from dataclasses import dataclass
from typing import Callable


class Failed(Exception):
    """What was seen where something else must be."""


@dataclass(frozen=True)
class Check:
    requirement: str  # "A1"
    sentence: str
    run: Callable
    place: str = ""  # "beside": runs beside the others, for it waits; "last": looks at what the others have left


CHECKS = []


def check(requirement, place=""):
    """Registers a function; its doc comment is the sentence that is printed."""

    def register(function):
        CHECKS.append(Check(requirement, " ".join(function.__doc__.split()), function, place))
        return function

    return register


def expect(what, found, wanted):
    if found != wanted:
        raise Failed(f"{what}: expected {wanted!r}, found {found!r}")


def expect_in(what, part, whole):
    if part not in whole:
        raise Failed(f"{what}: expected {part!r} in {whole!r}")


def expect_no(what, found):
    """`found` holds what must not be there."""
    if found:
        raise Failed(f"{what}: expected none, found {found!r}")
