"""One reader, one writer, newest snapshot wins: nobody queues edits."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog

from bot.core.types import CallKind
from bot.errors import SlackRefused, SlackUnknown, StoreError

if TYPE_CHECKING:
    from bot.core.ports import Budget, Sink
    from bot.core.reply import Reply
    from bot.core.types import Call, StreamEvent

log = structlog.get_logger(__name__)

PATIENT = frozenset({CallKind.MORE, CallKind.STATUS})
"""Kinds whose wait for budget ends when the reply does: the last word has a budget of its own."""

PAUSES = (0.5, 1, 2, 4, 8, 15)
"""Seconds before a write is tried again whose answer was lost."""

TRIES = 240
"""More than an hour of a Slack that does not answer; then the thread is free for others."""


class Delivery:
    """Brings what Slack shows up to a reply that grows meanwhile.

    `feed` is the reader's side and never waits. `settle` and `run` are the writer's: whenever the
    budget grants a call, the newest snapshot is planned anew, so that no edit is ever stale.
    """

    def __init__(self, reply: Reply, sink: Sink, budget: Budget) -> None:
        self._reply = reply
        self._sink = sink
        self._budget = budget
        self._changed = asyncio.Event()
        self._wait: asyncio.Timeout | None = None
        self._lost = 0

    def feed(self, event: StreamEvent) -> None:
        """Takes what happened; the writer notices."""
        if self._reply.feed(event).ended and self._wait and not self._wait.expired():
            self._wait.reschedule(asyncio.get_running_loop().time())
        self._changed.set()

    async def run(self) -> None:
        """Writes until the last picture stands in Slack. Raises `SlackError` when it cannot."""
        await self.settle()
        while not self._reply.phase.ended:
            await self._changed.wait()
            self._changed.clear()
            await self.settle()

    async def settle(self) -> None:
        """Writes until what is shown is the newest snapshot."""
        await self._keep()
        while call := self._next():
            if await self._granted(call):
                await self._write(call)
            await self._keep()

    async def _keep(self) -> None:
        """The last picture is kept as soon as it is known, not when it may be written."""
        if self._reply.phase.ended:
            await self._sink.keep(self._reply.snapshot())

    def _next(self) -> Call | None:
        return next(iter(self._sink.plan(self._reply.snapshot())), None)

    async def _granted(self, call: Call) -> bool:
        """True when `call` may go out; False when something more urgent has come up meanwhile."""
        if call.kind not in PATIENT:
            await self._budget.acquire(call)
            return True
        try:
            async with asyncio.timeout(None) as self._wait:
                await self._budget.acquire(call)
        except TimeoutError:
            return False
        finally:
            self._wait = None
        return True

    async def _write(self, granted: Call) -> None:
        call = self._next()
        if call is None or call.method != granted.method:
            return
        try:
            await self._sink.do(call)
            self._lost = 0
        except SlackRefused as refusal:
            log.info("slack refused", method=call.method, retry_after=refusal.retry_after)
            self._budget.refused(call, refusal.retry_after)
        except (SlackUnknown, StoreError) as error:
            await self._pause(call, error)

    async def _pause(self, call: Call, error: SlackUnknown | StoreError) -> None:
        pause = PAUSES[min(self._lost, len(PAUSES) - 1)]
        self._lost += 1
        if self._lost >= TRIES:
            raise error
        log.warning("write to come again", method=call.method, tries=self._lost, detail=str(error))
        await asyncio.sleep(pause)
