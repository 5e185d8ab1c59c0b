"""Feedback on answers: a thumb, and what was wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
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


@dataclass(frozen=True, slots=True)
class Vote:
    """What one person said of one answer."""

    given_at: float
    """Seconds since 1970."""

    verdict: str
    """A `Thumb`."""

    faults: tuple[str, ...]
    """`Fault`s, or what a newer version of the bot calls so."""

    reason: str = field(repr=False)
    """The person's own words; "" for none."""

    team: str
    channel: str

    question: str
    """The question's ts."""

    @property
    def link(self) -> str:
        """Opens the question in Slack."""
        ts = self.question.replace(".", "")
        return f"https://app.slack.com/client/{self.team}/{self.channel}/p{ts}"
