"""How fast calls may go out: a bucket is told the time and answers at once how long to wait."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.core.types import CallKind

if TYPE_CHECKING:
    from collections.abc import Mapping

URGENT = frozenset({CallKind.FIRST, CallKind.LAST})
"""Kinds that may use the share of a burst that is kept from the others."""


@dataclass(frozen=True, slots=True)
class Rate:
    """How many calls a limit allows."""

    per_minute: float
    """Calls a minute, sustained."""
    burst: float = 5
    """Calls at once after a quiet time."""
    kept: float = 2
    """How much of the burst only urgent calls may use."""


@dataclass(frozen=True, slots=True)
class Rates:
    """The rates of all buckets, by the names that calls have for them."""

    others: Rate
    """For each bucket that is not named in `by_bucket`."""
    by_bucket: Mapping[str, Rate] = field(default_factory=dict)
    per_channel: Mapping[str, Rate] = field(default_factory=dict)
    """Buckets that each channel has for itself, beside that of the workspace."""


class Bucket:
    """The calls that one limit grants. It is told the time, in monotonic seconds.

    It never grants more than its rate.
    """

    def __init__(self, rate: Rate) -> None:
        self._rate = rate
        self._tokens = float(rate.burst)
        self._at = float("-inf")
        self._closed_until = float("-inf")
        self._factor = 1.0

    def reserve(self, now: float, kind: CallKind) -> float:
        """Seconds to wait for a call of this kind. 0.0: it may go out now, and is counted."""
        self._refill(now)
        if now < self._closed_until:
            return self._closed_until - now
        needed = self._needed(kind)
        if self._tokens >= needed:
            self._tokens -= 1.0
            return 0.0
        return max((needed - self._tokens) / self._per_second, 0.001)

    def close(self, now: float, retry_after: float) -> None:
        """Grants nothing for `retry_after` seconds, then goes on at the same rate."""
        self._refill(now)
        self._closed_until = max(self._closed_until, now + retry_after)
        self._tokens = min(self._tokens, 1.0)
        self._at = self._closed_until

    def back_off(self, now: float, retry_after: float) -> None:
        """A call was refused: closes for `retry_after` seconds, then goes on at half the rate.

        Calls that were on their way when it closed are refused too; those slow it no further.
        """
        if now >= self._closed_until:
            self._factor = max(self._factor / 2, 0.25)
        self.close(now, retry_after)

    def _needed(self, kind: CallKind) -> float:
        """How full the bucket must be for a call of this kind.

        A status waits until it is full, that is, until nobody else writes. When the burst is too
        small to be shared, so does every other call that is not urgent.
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
