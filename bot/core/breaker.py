"""Whether an endpoint is asked at all: a breaker that is told how calls went, and the time."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """Closed lets every call through; the others refuse all but one probe every `rest`."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class Outcome(StrEnum):
    """How a call went for the endpoint's health. An abandoned one says nothing about it."""

    ANSWERED = "answered"
    FAILED = "failed"
    ABANDONED = "abandoned"


TRIPPED = "tripped"
"""A failure that was one too many."""
PROBED = "probed"
"""The rest is over, and a call goes out to see."""

TRANSITIONS: dict[State, dict[str, State]] = {
    State.CLOSED: {
        Outcome.ANSWERED: State.CLOSED,
        Outcome.FAILED: State.CLOSED,
        Outcome.ABANDONED: State.CLOSED,
        TRIPPED: State.OPEN,
    },
    State.OPEN: {
        PROBED: State.HALF_OPEN,
        Outcome.ANSWERED: State.CLOSED,
        Outcome.FAILED: State.OPEN,
        Outcome.ABANDONED: State.OPEN,
    },
    State.HALF_OPEN: {
        PROBED: State.HALF_OPEN,
        Outcome.ANSWERED: State.CLOSED,
        Outcome.FAILED: State.OPEN,
        Outcome.ABANDONED: State.OPEN,
    },
}
"""What follows from what. A probe may be answered after a later one has failed: that counts."""


@dataclass(frozen=True, slots=True)
class BreakerLimits:
    """It opens after `in_a_row` failures, or when `failed` of the last `window` calls did."""

    in_a_row: int = 5
    failed: int = 10
    window: int = 20
    rest: float = 15.0


class Breaker:
    """One endpoint, as all answers together have come to know it. Monotonic seconds."""

    def __init__(self, limits: BreakerLimits | None = None) -> None:
        self.state = State.CLOSED
        self._limits = limits or BreakerLimits()
        self._recent: deque[bool] = deque(maxlen=self._limits.window)
        self._in_a_row = 0
        self._next_probe = 0.0
        self._calls: set[int] = set()
        self._latest = 0

    @property
    def closed(self) -> bool:
        """Whether there is no trouble that we know of."""
        return self.state is State.CLOSED

    def wait(self, now: float) -> float:
        """0.0 when a call may go out now, else the seconds until the next probe may."""
        return 0.0 if self.closed else max(0.0, self._next_probe - now)

    def admit(self, now: float) -> int | None:
        """The number of a call that goes out now, for `report`; None when it must not.

        A probe keeps its place for one rest. One that hangs longer loses it to the next, or an
        endpoint that is back would be refused for as long as a call from before may take.
        """
        if self.wait(now):
            return None
        if not self.closed:
            self._move(PROBED, now)
        self._latest += 1
        self._calls.add(self._latest)
        return self._latest

    def report(self, call: int, outcome: Outcome, now: float) -> None:
        """How a call went; each is heard once, and not across an opening or a closing."""
        if call not in self._calls:
            return
        self._calls.discard(call)
        if self.closed:
            self._move(self._counted(outcome), now)
            return
        self._move(outcome, now)
        if outcome is Outcome.ABANDONED and call == self._latest:
            self._next_probe = now

    def _counted(self, outcome: Outcome) -> str:
        """The outcome, or `TRIPPED` where it is one failure too many."""
        if outcome is Outcome.ABANDONED:
            return outcome
        failed = outcome is Outcome.FAILED
        self._recent.append(failed)
        self._in_a_row = self._in_a_row + 1 if failed else 0
        return TRIPPED if failed and self._too_many() else outcome

    def _too_many(self) -> bool:
        limits = self._limits
        return self._in_a_row >= limits.in_a_row or sum(self._recent) >= limits.failed

    def _move(self, event: str, now: float) -> None:
        before, self.state = self.state, TRANSITIONS[self.state][event]
        if event in (TRIPPED, PROBED):
            self._next_probe = now + self._limits.rest
        if self.closed != (before is State.CLOSED):
            # What went out before says nothing of what is so now.
            self._calls.clear()
            self._recent.clear()
            self._in_a_row = 0
