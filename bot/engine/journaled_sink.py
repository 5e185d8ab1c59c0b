"""A sink whose messages the journal knows: what may stand in Slack is committed before it does."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

import structlog

from bot.core.reply import Phase
from bot.core.types import Effect
from bot.errors import LeaseLost, SlackUnknown, SlackUnsent, StoreError

if TYPE_CHECKING:
    from bot.core.ports import Journal, Sink
    from bot.core.reply import Snapshot
    from bot.core.sliced import Sliced
    from bot.core.turns import Claim
    from bot.core.types import Call
    from bot.engine.held_lease import HeldLease

log = structlog.get_logger(__name__)


class JournaledSink:
    """Implements the Sink port around another sink, for the holder of a lease."""

    def __init__(self, sink: Sink, journal: Journal, claim: Claim, held_lease: HeldLease) -> None:
        self._sink = sink
        self._journal = journal
        self._claim = claim
        self._lease = claim.lease
        self._held_lease = held_lease
        self._noted: tuple[str, ...] | None = claim.posts
        # A claim that begins a turn without any message has committed the intent to post, too.
        self._announced = claim.doubtful or (claim.begun and not claim.posts)
        self._ending = claim.ending
        self._owes_look = False
        self.under_way = False
        """Whether a call is on its way that writes."""
        self.spoken = asyncio.Event()
        """Set as soon as Slack shows some of the answer's text."""

    @property
    def posts(self) -> tuple[str, ...]:
        """The messages (ts) that stand in Slack for this turn, in order."""
        return self._sink.posts

    def prepare(self, snapshot: Snapshot) -> Sliced[object] | None:
        """What the other sink has to do before."""
        return self._sink.prepare(snapshot)

    def plan(self, snapshot: Snapshot) -> list[Call]:
        """The calls that the other sink plans."""
        return self._sink.plan(snapshot)

    async def put_off(self) -> None:
        """The turn has to wait, although the claim has begun it, and nothing was posted yet."""
        await self._journal.put_off(self._claim)
        self._announced = self._claim.doubtful

    async def keep(self, ending: Snapshot) -> None:
        """Commits the whole answer, once, before its last write. Raises `LeaseLost`.

        An interruption is no ending: another process goes on with the answer.
        """
        if ending.phase is Phase.INTERRUPTED or ending == self._ending:
            return
        try:
            await self._journal.close(self._lease, ending)
        except StoreError as error:
            # Better shown now, and once more after a crash, than not shown at all.
            log.warning("answer not kept", detail=str(error))
        self._ending = ending

    async def do(self, call: Call) -> None:
        """Carries out one call while the lease is ours. Raises `BotError`."""
        if call.effect is Effect.POST and not self._announced:
            await self._announce()
        if call.effect is Effect.REMOVE and call.message:
            await self._disown(call.message)
        await self._held_lease.check()
        await self._send(call)
        if call.speaks:
            self.spoken.set()
        try:
            await self.note()
        except StoreError as error:
            # The post can be found by its metadata; until then the turn counts as doubtful.
            log.warning("journal not told", detail=str(error))
        except LeaseLost:
            # Whoever has the turn now may have looked for messages before this one stood there.
            await self._owe_look()
            raise

    async def _send(self, call: Call) -> None:
        self.under_way = call.effect is not Effect.READ
        try:
            async with self._held_lease.call():
                await self._sink.do(call)
        except SlackUnsent:
            raise
        except SlackUnknown:
            if self.under_way:
                await self._owe_look()
            raise
        finally:
            self.under_way = False

    async def overtaken(self) -> None:
        """Another process has the turn, and the call that was under way may land late."""
        with suppress(LeaseLost):
            await self._owe_look()

    async def note(self) -> None:
        """Tells the journal which messages stand in Slack, if that has changed.

        And of a call that may land late, if the journal did not answer before.
        """
        if self._owes_look:
            await self._journal.owe_look(self._lease)
            self._owes_look = False
        if self._sink.posts != self._noted:
            await self._journal.posted(self._lease, self._sink.posts)
            self._noted = self._sink.posts
            self._announced = False

    async def _owe_look(self) -> None:
        """A call that we have given up on may land late."""
        self._owes_look = True
        try:
            await self._journal.owe_look(self._lease)
            self._owes_look = False
        except StoreError as error:
            log.warning("journal not told", detail=str(error))

    async def _announce(self) -> None:
        """From here on a message may stand that the journal does not know."""
        await self._journal.posting(self._lease)
        self._announced = True

    async def _disown(self, ts: str) -> None:
        """Takes the message out of the journal before it is removed.

        Slack tells every process that a message was deleted, and that must not look like a wish of
        the asker. Should we die before it is removed, the announcement leads to it.
        """
        await self._journal.posted(self._lease, [post for post in self._sink.posts if post != ts])
        await self._announce()
        self._noted = None
