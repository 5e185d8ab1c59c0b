"""Questions that may be what kills the process: begun one at a time, until they are cleared."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack, asynccontextmanager, suppress
from typing import TYPE_CHECKING

from bot.errors import LeaseLost, StoreError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.core.ports import Journal
    from bot.core.turns import Claim
    from bot.tasks import Tasks


class Probation:
    """Whoever was under way twice when a process died is a suspect, most of them without guilt.

    So that many of them do not wait for each other's whole answers, a suspect has the others out
    only until its first words stand, or for `seconds`. Then it is cleared: should the process die
    all the same, it is begun once more, and that time alone to its end.
    """

    def __init__(self, journal: Journal, tasks: Tasks, seconds: float) -> None:
        self._journal = journal
        self._tasks = tasks
        self._seconds = seconds
        self._alone = asyncio.Lock()

    @asynccontextmanager
    async def of(self, claim: Claim, spoken: asyncio.Event) -> AsyncIterator[None]:
        """The body begins when no other suspect is in the way."""
        await self._alone.acquire()
        with ExitStack() as stack:
            stack.callback(self._alone.release)
            if not claim.cleared:
                work = self._let_in(claim, spoken, stack)
                letting = self._tasks.start(work, name=f"probation {claim.turn.ts}")
                stack.callback(letting.cancel)
            yield

    async def _let_in(self, claim: Claim, spoken: asyncio.Event, stack: ExitStack) -> None:
        """Lets the others in before the body has ended."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._seconds):
                await spoken.wait()
        # Committed first: of those who are under way when a process dies, one is not cleared.
        with suppress(StoreError, LeaseLost):
            await self._journal.clear(claim.lease)
        stack.pop_all().close()
