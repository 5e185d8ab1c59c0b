"""What the journal knows of a turn: where it stands, and what its next worker finds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.core.reply import Snapshot
    from bot.core.types import Lease, Order, Turn


class TurnState(StrEnum):
    """Where a turn stands. The last three have ended; kill points are named by these too."""

    ACCEPTED = "accepted"
    POSTING = "posting"
    ANSWERING = "answering"
    CLOSING = "closing"
    DELIVERED = "delivered"
    STOPPED = "stopped"
    FAILED = "failed"

    @property
    def ended(self) -> bool:
        """Nothing more will happen, unless somebody asks again."""
        return self not in OPEN


OPEN = frozenset({TurnState.ACCEPTED, TurnState.POSTING, TurnState.ANSWERING, TurnState.CLOSING})


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to work on `turn`, and what an earlier worker left.

    `attempts` is how often it has been begun, with this time where `begun` is true; `age` how many
    seconds ago it was asked. `posts` are the messages that stand in Slack; the first `kept` of
    them belong to earlier rounds and stay as they are. `doubtful`: there may be one more.
    `cleared`: it was begun alone and did no harm for a while.
    `ending` is the whole answer where only its last write is missing.
    """

    turn: Turn
    lease: Lease
    begun: bool
    attempts: int = 1
    age: float = 0.0
    posts: tuple[str, ...] = ()
    kept: int = 0
    doubtful: bool = False
    cleared: bool = False
    ending: Snapshot | None = None
    order: Order | None = None


@dataclass(frozen=True, slots=True)
class TurnRecord:
    """A turn as its buttons see it: who asked, which round it is in, and whether that is over."""

    user: str
    round: int
    state: TurnState
