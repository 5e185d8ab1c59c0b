"""How fast we may write: a bucket that is told the time and answers at once how long to wait."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.types import CallKind

URGENT = frozenset({CallKind.FIRST, CallKind.LAST})
"""Kinds that may use the share kept back from the others: a placeholder and last words."""


@dataclass(frozen=True, slots=True)
class Rate:
    """A limit: `per_minute` sustained, `burst` at once, `kept` of the burst for urgent calls.

    Slack publishes floors per minute and no burst (docs: rate limits), so both are settings.
    """

    per_minute: float
    burst: float = 5
    kept: float = 2


class Bucket:
    """One (team, method). Never grants more than its rate; monotonic seconds in, seconds out."""

    def __init__(self, rate: Rate) -> None:
        self._rate = rate
        self._tokens = float(rate.burst)
        self._at = float("-inf")
        self._closed_until = float("-inf")
        self._factor = 1.0

    def reserve(self, now: float, kind: CallKind) -> float:
        """0.0 when a call of this kind may go out now (it is counted), else the seconds to wait."""
        self._refill(now)
        if now < self._closed_until:
            return self._closed_until - now
        needed = self._needed(kind)
        if self._tokens >= needed:
            self._tokens -= 1.0
            return 0.0
        return max((needed - self._tokens) / self._per_second, 0.001)

    def close(self, now: float, retry_after: float) -> None:
        """Nothing for `retry_after` seconds, then as before."""
        self._refill(now)
        self._closed_until = max(self._closed_until, now + retry_after)
        self._tokens = min(self._tokens, 1.0)
        self._at = self._closed_until

    def back_off(self, now: float, retry_after: float) -> None:
        """Slack refused: closed for `retry_after` seconds, then slower than before.

        What was already on its way when it closed is refused too; that slows it no further.
        """
        if now >= self._closed_until:
            self._factor = max(self._factor / 2, 0.25)
        self.close(now, retry_after)

    def _needed(self, kind: CallKind) -> float:
        """Of what is in the bucket; a status waits until it is full, that is, nobody else writes.

        With a burst too small to share, so does all that is not urgent.
        """
        if kind in URGENT:
            return 1.0
        full = float(self._rate.burst)
        return full if kind is CallKind.STATUS else min(1.0 + self._rate.kept, full)

    @property
    def _per_second(self) -> float:
        return self._rate.per_minute * self._factor / 60

    def _refill(self, now: float) -> None:
        if now <= self._at:
            return
        if self._at > float("-inf"):
            passed = now - self._at
            self._tokens = min(self._rate.burst, self._tokens + passed * self._per_second)
            # Half a minute without a refusal doubles the rate again, up to what it was.
            self._factor = min(1.0, self._factor * 2 ** (passed / 30))
        self._at = now
