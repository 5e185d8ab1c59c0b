"""Whether the bot can work now: connected to Slack, with a database that answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

SILENT: Final = 15.0
"""Seconds after which a database that has answered nothing counts as gone.

While all is well a process looks for turns that are due every second.
"""


@dataclass(slots=True)
class Readiness:
    """What `/readyz` tells. Its parts are set as the bot starts."""

    clock: Callable[[], float]
    """Monotonic seconds."""

    socket_age: Callable[[], float] | None = None
    """Seconds for which the socket has been open, 0.0 for none; None in HTTP mode."""

    breaker: Callable[[], str] | None = None
    """The state of the model's circuit breaker."""

    lag: Callable[[], float] | None = None
    """The event loop's worst lag of this minute and the last, in seconds."""

    _answered_at: float | None = field(default=None, init=False)

    def store_answered(self) -> None:
        """The database has just answered."""
        self._answered_at = self.clock()

    def report(self) -> dict[str, Any]:
        """JSON values. A model that is given a rest is told of, and the bot is ready all the same.

        Its questions are answered with what is the matter.
        """
        store = self._answered_at is not None and self.clock() - self._answered_at < SILENT
        found: dict[str, Any] = {"store": "ok" if store else "silent"}
        ready = store
        if self.socket_age:
            age = self.socket_age()
            found["socket"] = {"open": age > 0, "age_seconds": round(age, 1)}
            ready = ready and age > 0
        if self.breaker:
            found["model"] = self.breaker()
        if self.lag:
            found["loop_lag_seconds"] = round(self.lag(), 3)
        return {"ready": ready} | found
