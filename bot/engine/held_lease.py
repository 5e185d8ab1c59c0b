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
- Sending: a call waits for a connection. Right before its request leaves, `may_send` is asked.
- End: a call that has no answer when nine tenths of the lease have passed is given up, unless the
  lease has been renewed meanwhile. So no call outlives its lease. Slack may still carry it out.
- Margin: the last tenth is for clocks that do not agree. A process that was paused for longer finds
  out before it writes, not after.
- Clock: `uptime` also counts the seconds in which the machine slept, as the database's clock does.
  The event loop's clock does not.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

from bot.engine.clocks import loop_time, uptime
from bot.errors import LeaseLost, SlackUnknown

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from bot.core.ports import Journal
    from bot.core.types import Lease


USABLE: Final = 0.9
"""The part of a lease in which calls are made; the rest is margin."""


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
        self._usable = seconds * USABLE
        self._clock = clock
        self._since = since
        self._calls: set[asyncio.Timeout] = set()

    def renewed(self, since: float) -> None:
        """The journal has renewed it; it was asked at `since`."""
        self._since = max(self._since, since)
        for call in self._calls:
            if not call.expired():
                call.reschedule(self._end())

    def may_send(self) -> bool:
        """Whether a request may leave now."""
        return self._left() > 0

    @asynccontextmanager
    async def call(self) -> AsyncIterator[None]:
        """For one call of Slack: it is given up when the lease ends. Raises `SlackUnknown` then."""
        timeout = asyncio.timeout_at(self._end())
        self._calls.add(timeout)
        try:
            async with timeout:
                yield
        except TimeoutError as error:
            if timeout.expired():
                raise SlackUnknown("given up with the lease") from error
            raise
        finally:
            self._calls.discard(timeout)

    def _left(self) -> float:
        return self._since + self._usable - self._clock()

    def _end(self) -> float:
        """On the event loop's clock."""
        return loop_time() + self._left()

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
