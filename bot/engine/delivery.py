"""One reader, one writer, newest snapshot wins: nobody queues edits."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import structlog

from bot.backoff import Backoff
from bot.core.reply import Phase
from bot.core.types import CallKind, ReasoningDelta
from bot.errors import SlackRefused, SlackUnknown, StoreError

if TYPE_CHECKING:
    from bot.core.ports import Budget, Sink
    from bot.core.reply import Reply, Snapshot
    from bot.core.types import Call, StreamEvent

log = structlog.get_logger(__name__)

PATIENT = frozenset({CallKind.MORE, CallKind.STATUS})
"""Kinds whose wait for budget ends when the reply does: the last word has a budget of its own."""

PAUSES = (0.5, 1, 2, 4, 8, 15)
"""Seconds before a write is tried again whose answer was lost."""

SLOW = 3.0
"""Seconds of waiting for Slack's limits after which the reader is told why nothing moves."""

TRIES = 240
"""More than an hour of a Slack that does not answer; then the thread is free for others."""


class Delivery:
    """Brings what Slack shows up to a reply that grows meanwhile.

    `feed` is the reader's side and never waits. `settle` and `run` are the writer's: whenever the
    budget grants a call, the newest snapshot is planned anew, so that no edit is ever stale.

    A call that only says how it stands (a status) is one that nobody waits for: it gives way to
    everything that the reply has to say.
    """

    def __init__(self, reply: Reply, sink: Sink, budget: Budget, *, slow: float = SLOW) -> None:
        """A wait for budget of more than `slow` seconds is told to the reader."""
        self._reply = reply
        self._sink = sink
        self._budget = budget
        self._changed = asyncio.Event()
        self._wait: asyncio.Timeout | None = None
        self._waits_for: CallKind | None = None
        self._slow = slow
        self._refused = self._slowed = False
        self._lost = Backoff(PAUSES)

    def feed(self, event: StreamEvent) -> None:
        """Takes what happened; the writer notices, unless there is nothing of it to see."""
        before = self._reply.phase
        after = self._reply.feed(event)
        if after is before and isinstance(event, ReasoningDelta) and not self._reply.keeps_thoughts:
            return
        if self._is_overtaken() and self._wait and not self._wait.expired():
            self._wait.reschedule(_now())
        self._changed.set()

    async def run(self) -> None:
        """Writes until the last picture stands in Slack. Raises `SlackError` when it cannot."""
        await self.settle(whole=True)
        while not self._reply.phase.ended:
            await self._changed.wait()
            self._changed.clear()
            await self.settle(whole=True)

    async def settle(self, *, whole: bool = False) -> None:
        """Writes until what is shown is the newest snapshot, but for a status unless `whole`."""
        await self._keep()
        while (call := self._next()) and (whole or call.kind is not CallKind.STATUS):
            if await self._granted(call):
                await self._write(call)
            await self._keep()

    async def _keep(self) -> None:
        """The last picture is kept as soon as it is known, not when it may be written."""
        if self._reply.phase.ended:
            await self._sink.keep(self._reply.snapshot())

    def _next(self) -> Call | None:
        call = self._plan()
        if call or not self._slowed:
            return call
        # All there is stands there: nothing is held up any more.
        self._slowed = False
        return self._plan()

    def _plan(self) -> Call | None:
        return next(iter(self._sink.plan(self._picture())), None)

    def _picture(self) -> Snapshot:
        picture = self._reply.snapshot()
        return replace(picture, slowed=True) if self._slowed and not picture.ended else picture

    def _is_overtaken(self) -> bool:
        """True when what is waited for has become less than what is to be written now."""
        phase = self._reply.phase
        speaks = self._waits_for is CallKind.STATUS and phase is Phase.ANSWERING
        return phase.ended or speaks

    async def _granted(self, call: Call) -> bool:
        """True when `call` may go out; False when something more urgent has come up meanwhile."""
        asked = _now()
        if call.kind not in PATIENT:
            await self._budget.acquire(call)
        elif not await self._patiently(call):
            return False
        if call.kind is not CallKind.STATUS:
            self._slowed = self._refused or _now() - asked > self._slow
        return True

    async def _patiently(self, call: Call) -> bool:
        self._waits_for = call.kind
        try:
            async with asyncio.timeout(None) as self._wait:
                await self._budget.acquire(call)
        except TimeoutError:
            return False
        finally:
            self._wait = self._waits_for = None
        return True

    async def _write(self, granted: Call) -> None:
        call = self._next()
        if call is None or call.method != granted.method:
            return
        try:
            await self._sink.do(call)
            self._refused = False
            self._lost.reset()
        except SlackRefused as refusal:
            log.info("slack refused", method=call.method, retry_after=refusal.retry_after)
            self._refused = True
            self._budget.refused(call, refusal.retry_after)
        except (SlackUnknown, StoreError) as error:
            await self._pause(call, error)

    async def _pause(self, call: Call, error: SlackUnknown | StoreError) -> None:
        pause, tries = self._lost.next(), self._lost.failures
        if tries >= TRIES:
            raise error
        log.warning("write to come again", method=call.method, tries=tries, detail=str(error))
        await asyncio.sleep(pause)


def _now() -> float:
    return asyncio.get_running_loop().time()
