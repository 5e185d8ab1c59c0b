"""What people say of an answer: a thumb, and perhaps why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

LONGEST_REASON = 1000
"""Characters of what somebody writes about an answer."""


class Thumb(StrEnum):
    """Which thumb."""

    UP = "up"
    DOWN = "down"


class Fault(StrEnum):
    """What a form offers to be wrong with an answer."""

    WRONG = "wrong"
    INCOMPLETE = "incomplete"
    BESIDE = "beside"
    LONG = "long"
    UNSAFE = "unsafe"


class VoteOutcome(StrEnum):
    """What became of a vote.

    `COUNTED`: the first of this person, or another one than before. `SAME`: as before. `STALE`:
    there is no such answer, or not any more.
    """

    COUNTED = "counted"
    SAME = "same"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class Tally:
    """How many thumbs of each kind."""

    up: int = 0
    down: int = 0
