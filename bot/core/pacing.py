"""How fast calls may go out: a bucket is told the time and answers at once how long to wait."""

from __future__ import annotations

from collections import deque
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
    promised: float = float("inf")
    """Calls a minute after which waiting is Slack's doing; before that it is our own caution."""


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
        self._closed_for = 0.0
        self._factor = 1.0
        self._granted: deque[float] = deque()

    def reserve(self, now: float, kind: CallKind) -> float:
        """Seconds to wait for a call of this kind. 0.0: it may go out now, and is counted."""
        self._refill(now)
        if now < self._closed_until:
            return self._closed_until - now
        needed = self._needed(kind)
        if self._tokens >= needed:
            self._tokens -= 1.0
            self._count(now)
            return 0.0
        return max((needed - self._tokens) / self._per_second, 0.001)

    def close(self, now: float, retry_after: float) -> None:
        """Grants nothing for `retry_after` seconds, then goes on at the same rate."""
        self._refill(now)
        opens = max(self._closed_until, now + retry_after)
        self._closed_for += opens - max(self._closed_until, now)
        self._closed_until = opens
        self._tokens = min(self._tokens, 1.0)
        self._at = self._closed_until

    def back_off(self, now: float, retry_after: float) -> None:
        """A call was refused: closes for `retry_after` seconds, then goes on at half the rate.

        Calls that were on their way when it closed are refused too; those slow it no further.
        """
        if now >= self._closed_until:
            self._factor = max(self._factor / 2, 0.25)
        self.close(now, retry_after)

    def closed_for(self, now: float) -> float:
        """Seconds for which it was closed by refusals, in all its time until now."""
        return self._closed_for - max(self._closed_until - now, 0.0)

    def is_used_up(self, now: float) -> bool:
        """Whether what Slack promises for a minute was granted in the last one, but for one."""
        return self._used(now) >= self._rate.promised - 1

    def is_like_new(self, now: float) -> bool:
        """Whether nothing is left of what was granted or refused before."""
        return self.is_full(now) and self._factor == 1.0 and not self._used(now)

    def is_full(self, now: float) -> bool:
        """Whether it grants a whole burst now."""
        self._refill(now)
        return self._tokens >= self._rate.burst and now >= self._closed_until

    def _used(self, now: float) -> int:
        """How many calls were granted in the last minute, where Slack promises a number."""
        while self._granted and self._granted[0] <= now - 60:
            self._granted.popleft()
        return len(self._granted)

    def _count(self, now: float) -> None:
        if self._rate.promised < float("inf"):
            self._granted.append(now)
            self._used(now)

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
