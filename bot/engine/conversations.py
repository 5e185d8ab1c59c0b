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
    from collections.abc import Callable

    from bot.core.ports import Journal, Sink
    from bot.core.reply import Snapshot
    from bot.core.types import Lease, Turn, TurnKey
    from bot.engine.answer import Desk

log = structlog.get_logger(__name__)

LAST_WORDS, PER_WORD = 2.0, 1.2
"""Seconds of a drain that are kept for "interrupted" to be written, at least and per answer."""


class StopOutcome(StrEnum):
    """What became of a press on Stop."""

    STOPPED = "stopped"
    NOT_YOURS = "not_yours"
    OVER = "over"


class Conversations:
    """Starts answers as their threads become free, stops and drains them."""

    def __init__(
        self,
        journal: Journal,
        desk: Desk,
        sink_for: Callable[[Turn], Sink],
        help_for: Callable[[Turn], str],
    ) -> None:
        self._journal = journal
        self._desk = desk
        self._sink_for = sink_for
        self._help_for = help_for
        self._running: dict[TurnKey, Answer] = {}
        self._tasks = Tasks("conversations")
        self._freed = asyncio.Event()
        self._open = True

    def submit(self, turn: Turn) -> None:
        """Answers the accepted `turn` as soon as its thread is free."""
        self._tasks.start(self._turn(turn), name=f"turn {turn.ts}")

    def stop(self, key: TurnKey, user: str) -> StopOutcome:
        """Stops the answer to `key`, when `user` is who asked."""
        answer = self._running.get(key)
        if answer is None:
            return StopOutcome.OVER
        if answer.turn.user != user:
            return StopOutcome.NOT_YOURS
        answer.end(Stopped())
        self._wake()
        return StopOutcome.STOPPED

    async def drain(self, seconds: float) -> None:
        """Lets answers finish, then interrupts them visibly; takes `seconds` at the most."""
        self._open = False
        words = min(seconds / 2, max(LAST_WORDS, len(self._running) * PER_WORD))
        if not await self._tasks.drain(seconds - words):
            for answer in self._running.values():
                answer.end(Interrupted())
            self._wake()
            await self._tasks.drain(words)
        await self._tasks.cancel()

    async def _turn(self, turn: Turn) -> None:
        answer = self._running[turn.key] = Answer(turn, self._sink_for(turn), self._desk)
        with about(turn):
            try:
                lease = await self._claim(answer)
                await self._answer(answer, lease)
            finally:
                del self._running[turn.key]
                self._wake()

    async def _claim(self, answer: Answer) -> Lease:
        """Waits, visibly, until no older question of the thread is open."""
        while True:
            freed = self._freed
            if lease := await self._journal.claim(answer.turn):
                return lease
            await answer.wait()
            await freed.wait()

    async def _answer(self, answer: Answer, lease: Lease) -> None:
        how = "failed"
        began = asyncio.get_running_loop().time()
        try:
            last = await self._run(answer)
            how = last.phase.value
            seconds = round(asyncio.get_running_loop().time() - began, 2)
            log.info("answer ended", phase=how, seconds=seconds, characters=len(last.text))
        except SlackError as error:
            log.warning("answer cannot be shown", detail=str(error))
        finally:
            await self._journal.ended(lease, how)

    async def _run(self, answer: Answer) -> Snapshot:
        turn = answer.turn
        if not self._open:
            answer.end(Interrupted())
        if turn.text.strip() or turn.has_more:
            return await answer.run()
        return await answer.say(self._help_for(turn))

    def _wake(self) -> None:
        """Those who wait in line look again."""
        self._freed.set()
        self._freed = asyncio.Event()
