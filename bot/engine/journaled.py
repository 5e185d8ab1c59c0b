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
    from bot.engine.tenure import Tenure

log = structlog.get_logger(__name__)


class JournaledSink:
    """Implements the Sink port around another one, for the holder of a lease."""

    def __init__(self, sink: Sink, journal: Journal, claim: Claim, tenure: Tenure) -> None:
        self._sink = sink
        self._journal = journal
        self._lease = claim.lease
        self._tenure = tenure
        self._noted = claim.posts
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

    async def do(self, call: Call) -> None:
        """Carries it out while the lease is ours. Raises `BotError`."""
        await self._tenure.check()
        await self._close()
        if call.new and not self._intends:
            await self._journal.posting(self._lease)
            self._intends = True
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

    async def _close(self) -> None:
        """The whole answer is committed before its last write begins, once."""
        picture = self._picture
        # An interruption is no end: somebody else goes on.
        if picture is None or not picture.ended or picture.phase is Phase.INTERRUPTED:
            return
        if self._ending != picture:
            try:
                await self._journal.close(self._lease, picture)
            except StoreError as error:
                # Better shown now and shown again after a crash than not shown at all.
                log.warning("answer not kept", detail=str(error))
            self._ending = picture
