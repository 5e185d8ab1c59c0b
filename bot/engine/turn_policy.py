"""Turn policy: how long a turn is waited for, how often it is tried, and when it is refused."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.core.line import LoadLimits
from bot.errors import BotError

if TYPE_CHECKING:
    from bot.core.turns import Claim


class GivenUp(BotError):
    """The process died every time the turn was begun."""

    kind = "gave_up"


class TooLate(BotError):
    """The question is too old to be answered without being asked again."""

    kind = "too_late"


class Crowded(BotError):
    """So many questions wait already that one more is not taken."""

    kind = "crowded"


@dataclass(frozen=True, slots=True)
class TurnPolicy:
    """How turns are leased, tried again, refused and handed over."""

    lease: float = 10.0
    """Seconds for which a lease outlives a dead or paused process, before others take its turns."""

    check_interval: float = 1.0
    """Seconds between renewals of our leases, and between searches for due turns."""

    max_age: float = 900.0
    """Seconds after which a question is no longer answered: nobody waits for that answer."""

    quarantine_seconds: float = 5.0
    """Seconds for which a suspect in quarantine keeps the others out, at most."""

    max_attempts: int = 3
    """Attempts after which a turn is given up; a cleared suspect has one more."""

    hand_over_share: float = 0.25
    """Share of a drain that is kept for writing that answers were interrupted."""

    load: LoadLimits = field(default_factory=LoadLimits)
    """How many are answered and wait at the same time."""

    def refusal(self, claim: Claim, attempt: int) -> BotError | None:
        """Why a turn is not answered, at its `attempt`th attempt; None when it is."""
        if attempt > self.max_attempts + claim.cleared:
            return GivenUp(f"begun {attempt} times")
        if claim.age > self.max_age:
            return TooLate(f"{claim.age:.0f} s old")
        return None
