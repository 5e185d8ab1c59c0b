"""How long a turn is waited for, tried and worked on, before somebody else or nobody does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.errors import BotError

if TYPE_CHECKING:
    from bot.core.turns import Claim


class GivenUp(BotError):
    """The process died whenever it was begun."""

    kind = "gave_up"


class TooLate(BotError):
    """Nobody was there to answer it in time."""

    kind = "too_late"


@dataclass(frozen=True, slots=True)
class TurnPolicy:
    """Seconds, but for the counts.

    A `lease` outlives a paused or dead process by so much, which is how long others wait before
    they take up its questions. `too_late` is the age at which a question is no longer answered
    unasked. One that was begun `careful` times and never ended is on probation for `alone` seconds
    (see there); begun `most` times it is given up, or once more where it was cleared. `hand_over`
    is the share of a drain that is kept for writing that we were interrupted.
    """

    lease: float = 10.0
    pulse: float = 1.0
    too_late: float = 900.0
    careful: int = 2
    alone: float = 5.0
    most: int = 3
    hand_over: float = 0.25

    def refusal(self, claim: Claim, begun: int) -> BotError | None:
        """Why a question that has been begun so often, this time included, is not answered."""
        if begun > self.most + claim.cleared:
            return GivenUp(f"begun {begun} times")
        if claim.age > self.too_late:
            return TooLate(f"{claim.age:.0f} s old")
        return None
