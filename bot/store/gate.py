"""A gate in front of the connections that write: urgent writes go first.

Without it the writes of a hundred running answers would delay the acknowledgement of a new question
until Slack sends it again, and the renewal of leases until they expire.
"""

from __future__ import annotations

import asyncio
from enum import IntEnum
from heapq import heappop, heappush
from itertools import count


class Priority(IntEnum):
    """How urgent a write is. The lowest number goes first."""

    NEW = 0
    """A new question. Slack sends it again unless it is acknowledged within 3 seconds."""

    LEASE = 1
    """Renewing leases. If it is late, other processes take up all turns of this one.

    Where several connections can write, it has one of its own and does not come here.
    """

    WORK = 2
    """All other writes."""


class Gate:
    """Lets in a limited number at once; the most urgent next, equals in order of arrival."""

    def __init__(self, width: int, timeout: float) -> None:
        """Lets in `width` at once. Waits at most `timeout` seconds."""
        self._free = width
        self._timeout = timeout
        self._waiting: list[tuple[Priority, int, asyncio.Future[None]]] = []
        self._numbers = count()

    async def enter(self, priority: Priority) -> None:
        """Returns when the caller is inside; it must call `leave`. Raises `TimeoutError`."""
        if self._free:
            self._free -= 1
            return
        place = asyncio.get_running_loop().create_future()
        heappush(self._waiting, (priority, next(self._numbers), place))
        try:
            async with asyncio.timeout(self._timeout):
                await place
        except BaseException as error:
            if place.done() and not place.cancelled():  # it was let in at the same moment
                self.leave()
            if isinstance(error, TimeoutError):
                raise TimeoutError("too many writes are waiting") from None
            raise

    def leave(self) -> None:
        """Lets in the next one. It gets the place directly, so no newcomer can take it first."""
        while self._waiting:
            _, _, place = heappop(self._waiting)
            if not place.done():
                place.set_result(None)
                return
        self._free += 1
