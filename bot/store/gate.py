"""A gate in front of the connections that write: the urgent go first."""

from __future__ import annotations

import asyncio
from enum import IntEnum
from heapq import heappop, heappush
from itertools import count


class Rank(IntEnum):
    """Who waits for a write, the most urgent first."""

    NEW = 0
    """A question that Slack sends again unless it is soon acknowledged. Short, and one for each."""

    LEASE = 1
    """Lost when it comes too late, and with it the work of many turns."""

    WORK = 2
    """A turn that is worked on, in the order in which they come."""


class Gate:
    """Lets `width` in at once. Of those that wait the most urgent is next, then the first."""

    def __init__(self, width: int, patience: float) -> None:
        self._free = width
        self._patience = patience
        self._waiting: list[tuple[Rank, int, asyncio.Future[None]]] = []
        self._numbers = count()

    async def enter(self, rank: Rank) -> None:
        """Returns when it is our turn; then `leave` must follow. Raises `TimeoutError`."""
        if self._free:
            self._free -= 1
            return
        place = asyncio.get_running_loop().create_future()
        heappush(self._waiting, (rank, next(self._numbers), place))
        try:
            async with asyncio.timeout(self._patience):
                await place
        except BaseException as error:
            if place.done() and not place.cancelled():  # it had just become our turn
                self.leave()
            if isinstance(error, TimeoutError):
                raise TimeoutError("too many writes are waiting") from None
            raise

    def leave(self) -> None:
        """The next one's turn. It is given the place, so nobody slips in before it."""
        while self._waiting:
            _, _, place = heappop(self._waiting)
            if not place.done():
                place.set_result(None)
                return
        self._free += 1
