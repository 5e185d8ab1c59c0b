"""Questions that may be what kills the process: begun one at a time, until they are cleared."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

from bot.errors import LeaseLost, StoreError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from bot.core.ports import Journal
    from bot.core.turns import Claim
    from bot.tasks import Tasks


class Quarantine:
    """Whoever was under way twice when a process died is a suspect, most of them without guilt.

    So that many of them do not wait for each other's whole answers, a suspect has the others out
    only until its first words stand, or for `seconds`. Then it is cleared: should the process die
    all the same, it is begun once more, and that time alone to its end.
    """

    def __init__(self, journal: Journal, tasks: Tasks, seconds: float) -> None:
        self._journal = journal
        self._tasks = tasks
        self._seconds = seconds
        self._inside: Claim | None = None
        self._changed = asyncio.Event()

    @asynccontextmanager
    async def of(
        self, claim: Claim, spoken: asyncio.Event, over: Callable[[], bool]
    ) -> AsyncIterator[None]:
        """The body begins when no other suspect is in the way, or when all is `over` anyway."""
        while self._inside and not over():
            await self._changed.wait()
        if over():
            yield
            return
        self._inside = claim
        letting = self._tasks.start(self._let_in(claim, spoken), name=f"probation {claim.turn.ts}")
        try:
            yield
        finally:
            letting.cancel()
            self._leave(claim)

    def look_again(self) -> None:
        """Those who wait see whether there is still something to wait for."""
        self._changed.set()
        self._changed = asyncio.Event()

    async def _let_in(self, claim: Claim, spoken: asyncio.Event) -> None:
        """Lets the others in before the body has ended, but for one that was cleared before."""
        if claim.cleared:
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(self._seconds):
                await spoken.wait()
        # Committed first: of those who are under way when a process dies, one is not cleared.
        with suppress(StoreError, LeaseLost):
            await self._journal.clear(claim.lease)
        self._leave(claim)

    def _leave(self, claim: Claim) -> None:
        if self._inside is claim:
            self._inside = None
            self.look_again()
