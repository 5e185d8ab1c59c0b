"""The right to write, as its holder sees it: good until a moment of our own clock."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from bot.errors import LeaseLost

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.core.ports import Journal
    from bot.core.types import Lease


def uptime() -> float:
    """Seconds, also those that the machine slept: a lease runs out meanwhile."""
    clock = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    return time.clock_gettime(clock)


class HeldLease:
    """A lease of `seconds`, trusted for half of them after each renewal.

    The other half is the margin in which a call that has gone out comes to its end: a process that
    was paused for longer finds out before it writes, not after.
    """

    def __init__(
        self,
        journal: Journal,
        lease: Lease,
        seconds: float,
        since: float,
        clock: Callable[[], float] = uptime,
    ) -> None:
        """`since` is when the claim was asked for: it cannot have been granted earlier."""
        self.lease = lease
        self._journal = journal
        self._trusted = seconds / 2
        self._clock = clock
        self._since = since

    def renewed(self, since: float) -> None:
        """The journal has said so; it was asked at `since`."""
        self._since = max(self._since, since)

    async def check(self) -> None:
        """Returns while the lease is ours. Raises `LeaseLost`; `StoreError` when none can say."""
        if self._clock() < self._since + self._trusted:
            return
        asked = self._clock()
        kept = await self._journal.renew([self.lease])
        if self.lease not in kept:
            raise LeaseLost("it ran out, and somebody else took it")
        self.renewed(asked)
