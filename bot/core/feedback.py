"""Feedback on answers: a thumb, and what was wrong."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

LONGEST_REASON = 1000
"""Characters that a person may write about an answer."""


class Thumb(StrEnum):
    """A vote on an answer."""

    UP = "up"
    DOWN = "down"


class Fault(StrEnum):
    """What may be wrong with an answer: the checkboxes of the form."""

    WRONG = "wrong"
    INCOMPLETE = "incomplete"
    BESIDE = "beside"
    """It does not answer the question."""

    LONG = "long"
    UNSAFE = "unsafe"


class VoteOutcome(StrEnum):
    """What a vote did."""

    COUNTED = "counted"
    """It is this person's first vote on the answer, or differs from the one before."""

    SAME = "same"
    """This person has voted so before."""

    STALE = "stale"
    """The answer does not exist, has been replaced, or is forgotten."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Numbers of votes."""

    up: int = 0
    down: int = 0
