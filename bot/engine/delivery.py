"""One reader, one writer: whenever a write is possible, it shows the newest snapshot.

Nobody queues edits, so none is ever out of date.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import structlog

from bot.backoff import Backoff
from bot.core.reply import Phase
from bot.core.types import CallKind, ReasoningDelta
from bot.engine.clocks import loop_time
from bot.errors import SlackError, SlackRefused, SlackUnknown, StoreError
from bot.slices import Slices

if TYPE_CHECKING:
    from bot.core.ports import Budget, Sink
    from bot.core.reply import Reply, Snapshot
    from bot.core.types import Call, StreamEvent

log = structlog.get_logger(__name__)

PATIENT = frozenset({CallKind.MORE, CallKind.STATUS})
"""Kinds that stop waiting for budget when the reply ends: the last write asks for its own."""

PAUSES = (0.5, 1, 2, 4, 8, 15)
"""Seconds before a write is tried again whose answer was lost."""

SLOW = 3.0
"""Seconds for which Slack's limits hold a write before the reader is told why nothing moves."""

TRIES = 240
"""Attempts at one write. They take more than an hour; then the thread is free for other turns."""


class Delivery:
    """Keeps what Slack shows up to date with a reply that grows meanwhile.

    `feed` is for the task that reads the model; it never waits. `settle` and `run` are for the task
    that writes: whenever the budget grants a call, the newest snapshot is planned again.

    A call of kind `STATUS` gives way to everything that the reply has to say.
    """

    def __init__(
        self,
        reply: Reply,
        sink: Sink,
        budget: Budget,
        *,
        slow: float = SLOW,
        slices: Slices | None = None,
    ) -> None:
        """After a write that Slack's limits held for `slow` seconds the snapshot says so.

        What is long about a plan goes through `slices`.
        """
        self._slices = slices or Slices()
        self._reply = reply
        self._sink = sink
        self._budget = budget
        self._changed = asyncio.Event()
        self._wait: asyncio.Timeout | None = None
        self._waits_for: CallKind | None = None
        self._slow = slow
        self._refused = self._slowed = False
        self._in_line = False
        self._backoff = Backoff(PAUSES)

    def feed(self, event: StreamEvent) -> None:
        """Takes an event and wakes the writer, unless nothing of the event is shown."""
        before = self._reply.phase
        after = self._reply.feed(event)
        if after is before and isinstance(event, ReasoningDelta) and not self._reply.keeps_thoughts:
            return
        if self._is_overtaken() and self._wait and not self._wait.expired():
            self._wait.reschedule(loop_time())
        self._changed.set()

    async def wait_in_line(self) -> None:
        """Keeps the place in line up to date, as long as the reply is queued.

        Where Slack does not take it, it is not shown. A write that waits for budget then is left.
        """
        self._in_line = taken = True
        while self._reply.phase is Phase.QUEUED:
            try:
                if taken:
                    await self.settle(whole=True)
            except SlackError:
                taken = False
            await self._changed.wait()
            self._changed.clear()
        self._in_line = False

    async def run(self) -> None:
        """Writes until Slack shows the last snapshot. Raises `SlackError` when it cannot."""
        await self.settle(whole=True)
        while not self._reply.phase.ended:
            await self._changed.wait()
            self._changed.clear()
            await self.settle(whole=True)

    async def settle(self, *, whole: bool = False) -> None:
        """Writes until Slack shows the newest snapshot. Leaves a status out unless `whole`.

        Raises `SlackError`.
        """
        await self._keep()
        while (call := await self._next()) and (whole or call.kind is not CallKind.STATUS):
            if self._has_left_line:
                return
            if await self._granted(call):
                await self._write(call)
            await self._keep()

    async def _keep(self) -> None:
        """Keeps the last snapshot as soon as it is known, not when it may be written."""
        if self._reply.phase.ended:
            await self._sink.keep(self._reply.snapshot())

    async def _next(self) -> Call | None:
        if work := self._sink.prepare(self._snapshot()):
            await self._slices.run(work)
        call = self._plan()
        if call or not self._slowed:
            return call
        # Slack shows all there is: nothing is held up any more.
        self._slowed = False
        return self._plan()

    def _plan(self) -> Call | None:
        return next(iter(self._sink.plan(self._snapshot())), None)

    def _snapshot(self) -> Snapshot:
        snapshot = self._reply.snapshot()
        return replace(snapshot, slowed=True) if self._slowed and not snapshot.ended else snapshot

    def _is_overtaken(self) -> bool:
        """Whether something more urgent is to be done now than the call that waits."""
        phase = self._reply.phase
        speaks = self._waits_for is CallKind.STATUS and phase is Phase.ANSWERING
        return phase.ended or speaks or self._has_left_line

    @property
    def _has_left_line(self) -> bool:
        return self._in_line and self._reply.phase is not Phase.QUEUED

    async def _granted(self, call: Call) -> bool:
        """Waits for the budget; False when something more urgent has come up meanwhile."""
        patient = call.kind in PATIENT
        acquire = self._acquire_unless_overtaken if patient else self._budget.acquire
        held = await acquire(call)
        if held is None:
            return False
        if call.kind is not CallKind.STATUS:
            self._slowed = self._refused or held > self._slow
        return True

    async def _acquire_unless_overtaken(self, call: Call) -> float | None:
        self._waits_for = call.kind
        try:
            async with asyncio.timeout(None) as self._wait:
                return await self._budget.acquire(call)
        except TimeoutError:
            return None
        finally:
            self._wait = self._waits_for = None

    async def _write(self, granted: Call) -> None:
        """Carries out the newest plan, when it draws on the bucket that was granted."""
        call = await self._next()
        if call is None or call.bucket != granted.bucket:
            return
        # The reply may have ended while the plan was made: no last word before its end is kept.
        await self._keep()
        try:
            await self._sink.do(call)
            self._refused = False
            self._backoff.reset()
        except SlackRefused as refusal:
            log.info("slack refused", bucket=call.bucket, retry_after=refusal.retry_after)
            self._refused = True
            self._budget.refused(call, refusal.retry_after)
        except (SlackUnknown, StoreError) as error:
            await self._pause(call, error)

    async def _pause(self, call: Call, error: SlackUnknown | StoreError) -> None:
        pause, tries = self._backoff.next(), self._backoff.failures
        if tries >= TRIES:
            raise error
        log.warning("write to come again", bucket=call.bucket, tries=tries, detail=str(error))
        await asyncio.sleep(pause)
