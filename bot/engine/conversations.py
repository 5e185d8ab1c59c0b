"""Owner of every running reply: one per thread at a time, each ended before we are gone."""

from __future__ import annotations

import asyncio
from enum import StrEnum
from typing import TYPE_CHECKING

import structlog

from bot.core.types import Interrupted, Stopped
from bot.engine.answer import Answer
from bot.errors import SlackError
from bot.tasks import Tasks
from bot.telemetry import about

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.core.ports import Journal, Sink
    from bot.core.types import Lease, Turn, TurnKey
    from bot.engine.answer import Desk

    SinkFor = Callable[[Turn, Callable[[str], Awaitable[None]]], Sink]

log = structlog.get_logger(__name__)

LAST_WORDS = 5.0
"""Seconds for "interrupted" to be written, after the time to finish has run out."""


class StopOutcome(StrEnum):
    """What became of a press on Stop."""

    STOPPED = "stopped"
    NOT_YOURS = "not_yours"
    OVER = "over"


class Conversations:
    """Starts answers as their threads become free, stops and drains them."""

    def __init__(
        self, journal: Journal, desk: Desk, sink_for: SinkFor, help_for: Callable[[Turn], str]
    ) -> None:
        self._journal = journal
        self._desk = desk
        self._sink_for = sink_for
        self._help_for = help_for
        self._running: dict[TurnKey, Answer] = {}
        self._tasks = Tasks("conversations")
        self._open = True

    def submit(self, turn: Turn) -> None:
        """Answers the accepted `turn` as soon as its thread is free."""
        if self._open:
            self._tasks.start(self._turn(turn), name=f"turn {turn.ts}")

    def stop(self, key: TurnKey, user: str) -> StopOutcome:
        """Stops the answer to `key`, when `user` is who asked."""
        answer = self._running.get(key)
        if answer is None:
            return StopOutcome.OVER
        if answer.turn.user != user:
            return StopOutcome.NOT_YOURS
        answer.end(Stopped())
        return StopOutcome.STOPPED

    async def drain(self, seconds: float) -> None:
        """Starts nothing more; lets answers finish for `seconds`, then interrupts them visibly."""
        self._open = False
        if not await self._tasks.drain(seconds):
            for answer in list(self._running.values()):
                answer.end(Interrupted())
            await self._tasks.drain(LAST_WORDS)
        await self._tasks.cancel()

    async def _turn(self, turn: Turn) -> None:
        lease = await self._journal.claim(turn)
        if lease is None:
            return
        how = "failed"
        try:
            with about(turn):
                how = await self._answer(turn, lease)
        finally:
            await self._journal.ended(lease, how)
            for waiting in await self._journal.due():
                self.submit(waiting)

    async def _answer(self, turn: Turn, lease: Lease) -> str:
        sink = self._sink_for(turn, lambda ts: self._journal.posted(lease, ts))
        answer = self._running[turn.key] = Answer(turn, sink, self._desk)
        began = asyncio.get_running_loop().time()
        try:
            greeting = not (turn.text.strip() or turn.has_more)
            last = await (answer.say(self._help_for(turn)) if greeting else answer.run())
        except SlackError as error:
            log.warning("answer cannot be shown", detail=str(error))
            return "failed"
        finally:
            del self._running[turn.key]
        seconds = round(asyncio.get_running_loop().time() - began, 2)
        log.info("answer ended", phase=last.phase, seconds=seconds, characters=len(last.text))
        return last.phase.value
