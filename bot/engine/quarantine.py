"""Quarantine: turns that may crash the process are begun one at a time.

Theory of operation. A question can crash the process, by a bug or by the memory it takes. Of the
turns that were under way in a process that died the journal only knows how often each was begun.
One that was begun twice and never ended is a suspect. Begun together, all suspects would lose an
attempt with every crash, and harmless ones would be given up with the one that crashes. Begun one
at a time, only one of them is under way when the process dies, and that one probably is the cause.

Most suspects are harmless, and should not wait for each other's whole answers. So a suspect keeps
the others out only until its first words are in Slack, or for some seconds. Then it is cleared: the
journal notes that before the next suspect begins, so that of the turns under way in a crash at most
one is not cleared. A cleared turn whose process dies all the same gets one attempt more
(`TurnPolicy.refusal`), and that time it keeps the others out until it ends.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

from bot.engine.wakeups import Wakeups
from bot.errors import LeaseLost, StoreError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from bot.core.ports import Journal
    from bot.core.turns import Claim
    from bot.tasks import Tasks


class Quarantine:
    """Lets one suspect begin at a time. `tasks` owns the tasks that clear them."""

    def __init__(self, journal: Journal, tasks: Tasks, seconds: float) -> None:
        """`seconds` is the longest time for which a suspect keeps the others out."""
        self._journal = journal
        self._tasks = tasks
        self._seconds = seconds
        self._inside: Claim | None = None
        self._changes = Wakeups()

    @asynccontextmanager
    async def enter(
        self, claim: Claim, spoken: asyncio.Event, over: Callable[[], bool]
    ) -> AsyncIterator[None]:
        """The body begins when no other suspect is inside, or when its answer is `over`.

        `spoken` is set when the first words of its answer are in Slack.
        """
        while self._inside and not over():
            await self._changes.next().wait()
        if over():
            yield
            return
        self._inside = claim
        clearing = self._tasks.start(self._clear(claim, spoken), name=f"clear {claim.turn.ts}")
        try:
            yield
        finally:
            clearing.cancel()
            self._leave(claim)

    def recheck(self) -> None:
        """Those who wait check again: the answer of one of them may be over."""
        self._changes.wake_all()

    async def _clear(self, claim: Claim, spoken: asyncio.Event) -> None:
        """Lets the next suspect in before this one has ended, unless this is its second time."""
        if claim.cleared:
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(self._seconds):
                await spoken.wait()
        # Committed before the next one begins: see the theory of operation.
        with suppress(StoreError, LeaseLost):
            await self._journal.clear(claim.lease)
        self._leave(claim)

    def _leave(self, claim: Claim) -> None:
        if self._inside is claim:
            self._inside = None
            self.recheck()
