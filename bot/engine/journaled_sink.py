"""A sink that the journal can follow: what may stand in Slack is committed before it does."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog

from bot.core.reply import Phase
from bot.errors import StoreError

if TYPE_CHECKING:
    from bot.core.ports import Journal, Sink
    from bot.core.reply import Snapshot
    from bot.core.turns import Claim
    from bot.core.types import Call
    from bot.engine.held_lease import HeldLease

log = structlog.get_logger(__name__)


class JournaledSink:
    """Implements the Sink port around another one, for the holder of a lease."""

    def __init__(self, sink: Sink, journal: Journal, claim: Claim, tenure: HeldLease) -> None:
        self._sink = sink
        self._journal = journal
        self._lease = claim.lease
        self._tenure = tenure
        self._noted: tuple[str, ...] | None = claim.posts
        # To claim and begin a turn of which nothing stands yet commits the intent to post, too.
        self._intends = claim.doubtful or (claim.begun and not claim.posts)
        self._ending = claim.ending
        self._picture: Snapshot | None = None
        self.spoken = asyncio.Event()
        """Set as soon as some of the answer stands."""

    @property
    def posts(self) -> tuple[str, ...]:
        """What stands in Slack."""
        return self._sink.posts

    def plan(self, snapshot: Snapshot) -> list[Call]:
        """As the sink plans it."""
        self._picture = snapshot
        return self._sink.plan(snapshot)

    async def keep(self, ending: Snapshot) -> None:
        """The whole answer is committed before its last write, once. Raises `LeaseLost`.

        An interruption is no end: somebody else goes on.
        """
        if ending.phase is Phase.INTERRUPTED or ending == self._ending:
            return
        try:
            await self._journal.close(self._lease, ending)
        except StoreError as error:
            # Better shown now and shown again after a crash than not shown at all.
            log.warning("answer not kept", detail=str(error))
        self._ending = ending

    async def do(self, call: Call) -> None:
        """Carries it out while the lease is ours. Raises `BotError`."""
        if call.new and not self._intends:
            await self._announce()
        if call.removed:
            await self._disown(call.removed)
        await self._tenure.check()
        await self._sink.do(call)
        if self._picture and self._picture.text:
            self.spoken.set()
        try:
            await self.note()
        except StoreError as error:
            # The metadata of the post finds it again; until then there is a doubt, and no loss.
            log.warning("journal not told", detail=str(error))

    async def note(self) -> None:
        """Tells the journal what stands in Slack, where that is news."""
        if self._sink.posts != self._noted:
            await self._journal.posted(self._lease, self._sink.posts)
            self._noted = self._sink.posts
            self._intends = False

    async def _announce(self) -> None:
        await self._journal.posting(self._lease)
        self._intends = True

    async def _disown(self, ts: str) -> None:
        """Slack tells every process that a message was deleted; by then it is none of an answer.

        Should we die before it is gone, the doubt leads to it.
        """
        await self._journal.posted(self._lease, [post for post in self._sink.posts if post != ts])
        await self._announce()
        self._noted = None
