"""A circuit breaker: whether the model's endpoint is asked at all, after how its calls went."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """The breaker's state."""

    CLOSED = "closed"
    """Every call may go out."""

    OPEN = "open"
    """No call may go out, until the rest is over."""

    HALF_OPEN = "half_open"
    """A probe is under way. No other call may go out, until a further rest is over."""


class Outcome(StrEnum):
    """What a call showed of the endpoint's health."""

    ANSWERED = "answered"
    """The endpoint works, even if it refused this request."""

    FAILED = "failed"
    """The endpoint does not work."""

    ABANDONED = "abandoned"
    """Nothing: the call was left before the endpoint answered."""


TRIPPED = "tripped"
"""The event of a failure that is one too many."""

PROBED = "probed"
"""The event of a call that goes out after the rest, as a probe."""

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
"""The next state, by state and event. An older probe may still be answered, and that counts."""


@dataclass(frozen=True, slots=True)
class BreakerLimits:
    """When the breaker opens, and for how long."""

    in_a_row: int = 5
    """Failures without an answer between them that open it."""

    failed: int = 10
    """Failures among the last `window` calls that open it."""

    window: int = 20

    rest: float = 15.0
    """Seconds before a probe, and between two probes."""


class Breaker:
    """The breaker of one endpoint, shared by all answers. Times are monotonic seconds."""

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
        """True when every call may go out."""
        return self.state is State.CLOSED

    def wait(self, now: float) -> float:
        """Seconds until a call may go out; 0.0 when it may now."""
        return 0.0 if self.closed else max(0.0, self._next_probe - now)

    def admit(self, now: float) -> int | None:
        """The number of a call that goes out now, for `report`; None when none may.

        A probe that takes longer than one rest no longer keeps the next one waiting: a call to an
        endpoint that hung may take minutes, although the endpoint works again.
        """
        if self.wait(now):
            return None
        if not self.closed:
            self._move(PROBED, now)
        self._latest += 1
        self._calls.add(self._latest)
        return self._latest

    def report(self, call: int, outcome: Outcome, now: float) -> None:
        """Reports how a call went. Only the first report of a call counts.

        None counts of a call that went out before the breaker opened or closed.
        """
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
            # Calls that went out before say nothing about the endpoint now.
            self._calls.clear()
            self._recent.clear()
            self._in_a_row = 0
