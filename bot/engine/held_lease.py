"""The lease on a turn as its holder sees it: the right to write, good until a moment of our clock.

Theory of operation. Only one process may write an answer. The journal grants it a lease of so many
seconds by the database's clock, and the holder renews it again and again. A lease that is not
renewed expires: the process died, was paused, or lost the database. Another process then claims the
turn with a higher fence, and the journal refuses every commit that carries the older one. Slack
knows no fences, so the holder itself must be sure before each call to Slack:

- Start: a lease counts from the moment it was asked for, not from the answer. It cannot have been
  granted earlier, so by our clock it never lasts longer than by the journal's.
- Trust: during the first half of a lease nobody is asked. After that the journal is asked to renew
  it before the call goes out.
- Margin: the second half is the time in which a call that has gone out comes to its end. A process
  that was paused for longer finds out before it writes, not after.
- Clock: `uptime` also counts the seconds in which the machine slept, as the database's clock does.
  The event loop's clock does not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.engine.clocks import uptime
from bot.errors import LeaseLost

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.core.ports import Journal
    from bot.core.types import Lease


class HeldLease:
    """A lease of `seconds`, trusted for half of them after each renewal."""

    def __init__(
        self,
        journal: Journal,
        lease: Lease,
        seconds: float,
        since: float,
        clock: Callable[[], float] = uptime,
    ) -> None:
        """`since` is when the claim was asked for, by `clock`."""
        self.lease = lease
        self._journal = journal
        self._trusted = seconds / 2
        self._clock = clock
        self._since = since

    def renewed(self, since: float) -> None:
        """The journal has renewed it; it was asked at `since`."""
        self._since = max(self._since, since)

    async def check(self) -> None:
        """Returns while the lease is ours.

        Raises `LeaseLost` when another process has it, `StoreError` when the journal cannot say.
        """
        if self._clock() < self._since + self._trusted:
            return
        asked = self._clock()
        kept = await self._journal.renew([self.lease])
        if self.lease not in kept:
            raise LeaseLost("it expired, and another process took it")
        self.renewed(asked)
