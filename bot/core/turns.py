"""What the journal knows of a turn: its state, and what the process that works on it next finds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.core.reply import Phase
from bot.core.types import Order

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.core.reply import Snapshot
    from bot.core.types import Lease, Turn

QUARANTINE_FROM = 2
"""Attempts without an end after which a turn is a suspect: it may be what crashes the process."""


class TurnState(StrEnum):
    """Where a turn stands. From `DELIVERED` on it has ended."""

    ACCEPTED = "accepted"
    """It is in the journal; nothing is in Slack."""

    POSTING = "posting"
    """A message may be in Slack that the journal does not know of."""

    ANSWERING = "answering"
    """The journal knows its messages; the answer is not whole."""

    CLOSING = "closing"
    """The whole answer is in the journal; the last write to Slack may be missing."""

    LOOKING = "looking"
    """It had ended. Its messages are looked at once more, since a call may have landed late."""

    DELIVERED = "delivered"
    """The model has said all that it wanted to say."""

    INCOMPLETE = "incomplete"
    """The model or its endpoint ended the answer before it was whole, or without a word."""

    STOPPED = "stopped"
    """A person ended it."""

    FAILED = "failed"

    @property
    def ended(self) -> bool:
        """True when nothing more happens, unless somebody asks again."""
        return self not in OPEN


OPEN = frozenset(
    {
        TurnState.ACCEPTED,
        TurnState.POSTING,
        TurnState.ANSWERING,
        TurnState.CLOSING,
        TurnState.LOOKING,
    }
)
"""The states of turns that somebody works on, or has to."""

ENDINGS: Mapping[Phase, TurnState] = {
    Phase.COMPLETE: TurnState.DELIVERED,
    Phase.REFUSED: TurnState.DELIVERED,
    Phase.CUT: TurnState.INCOMPLETE,
    Phase.FILTERED: TurnState.INCOMPLETE,
    Phase.EMPTY: TurnState.INCOMPLETE,
    Phase.STOPPED: TurnState.STOPPED,
    # Deleting the question or the message stops its answer.
    Phase.GONE: TurnState.STOPPED,
    Phase.WITHDRAWN: TurnState.STOPPED,
    Phase.INTERRUPTED: TurnState.FAILED,
    Phase.FAILED: TurnState.FAILED,
}
"""The state of a turn whose reply has ended.

It decides what becomes of the answer when its question is deleted (`order_of_deletion`).
"""


def order_of_deletion(state: TurnState) -> Order:
    """What the deletion of its question asks for, when a turn has ended in this state.

    What was delivered stays, without the buttons that need the question. All else is half an
    answer or only says what went wrong: without its question nobody needs it.
    """
    return Order.ORPHANED if state is TurnState.DELIVERED else Order.WITHDRAWN


class Again(StrEnum):
    """What is written when an ended turn is asked again by a button."""

    WHOLE = "whole"
    """The whole answer anew, in place of all its messages."""

    LAST = "last"
    """What was written last anew: the answer, or what Continue had added to it."""

    MORE = "more"
    """What is missing, below the answer so far."""


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to work on a turn, and what earlier processes left."""

    turn: Turn
    lease: Lease

    begun: bool
    """False when the turn has to wait first, in line or in quarantine."""

    attempts: int = 1
    """How often the turn has been begun, this time included if `begun` is true."""

    age: float = 0.0
    """Seconds since it was asked, by the database's clock."""

    posts: tuple[str, ...] = ()
    """The messages (ts) in Slack that belong to this turn, in order."""

    kept: int = 0
    """How many of `posts` belong to earlier rounds and stay as they are; these come first."""

    doubtful: bool = False
    """True when one more message may be in Slack, whose ts the journal does not know."""

    cleared: bool = False
    """True when it was begun in quarantine before and did not crash the process at first."""

    ending: Snapshot | None = None
    """The whole answer, when only its last write is missing."""

    order: Order | None = None
    """What somebody asked for while no process worked on it."""

    looks: bool = False
    """True when the turn had ended, and its messages only have to be looked at once more."""

    @property
    def suspect(self) -> bool:
        """True when it must begin in quarantine."""
        return not self.begun and self.attempts >= QUARANTINE_FROM


@dataclass(frozen=True, slots=True)
class Repair:
    """The right to repair the messages of an ended turn whose words are not kept any more."""

    turn: Turn
    """Without the text of its question."""

    lease: Lease

    owner: str
    """Names this repair, and no other."""

    posts: tuple[str, ...] | None = None
    """The messages (ts) that belong to the turn; None when that is unknown."""

    gone: bool = False
    """Whether its question is known to be deleted."""


class ClickOutcome(StrEnum):
    """What a click did: on Stop, or on a button that asks a turn again."""

    STOPPED = "stopped"
    """The answer ends."""

    STARTED = "started"
    """The next round has begun."""

    NOT_YOURS = "not_yours"
    """Nothing: somebody else asked the question."""

    OVER = "over"
    """Nothing: the answer has ended already."""

    ASKED = "asked"
    """Nothing: the turn is being answered, or has a later round than the button's."""

    UNREADABLE = "unreadable"
    """Nothing: the question cannot be read from Slack; it was deleted, or we may not read it."""

    FORGOTTEN = "forgotten"
    """Nothing: the journal does not know the turn."""

    UNAVAILABLE = "unavailable"
    """Nothing: the journal or Slack did not answer."""


@dataclass(frozen=True, slots=True)
class TurnRecord:
    """A turn as its buttons need it."""

    user: str
    """Who asked the question (a Slack user id)."""

    round: int
    """0 for the first answer; one more each time somebody asks again by a button."""

    state: TurnState

    gone: bool = False
    """Whether its question is known to be deleted."""

    fence: int = 0
    """That of its last claim or repair: as long as it is the same, nobody has worked on it."""
