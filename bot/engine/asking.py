"""Asking the model: deadlines, and the quiet retries that are allowed before the first token."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from bot.core.types import Finish, FinishReason, Opened, StreamEvent, Usage
from bot.errors import FirstTokenTimeout, ModelError, ModelStalled, TurnTimeout

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from bot.core.ports import Model
    from bot.core.types import Message

log = structlog.get_logger(__name__)

SILENT = (Opened, Usage, Finish)
"""Events that say nothing: they neither count as a first token nor as a sign of life."""


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Seconds, on the monotonic clock. `retry_window` bounds all retries before the first token."""

    first_token: float = 120
    silence: float = 30
    turn: float = 600
    retry_window: float = 20
    retries: int = 2
    retry_pause: float = 0.5


async def ask(
    model: Model, prompt: Sequence[Message], deadlines: Deadlines
) -> AsyncGenerator[StreamEvent, None]:
    """The answer's events, ending with `Finish`. Raises `ModelError` when it broke.

    What has been yielded is never taken back: after the first token nothing is retried.
    """
    attempts = _Attempts(deadlines)
    while True:
        spoken = False
        held: list[StreamEvent] = []
        try:
            async with aclosing(_timed(model, prompt, deadlines, attempts.end)) as events:
                async for event in events:
                    spoken = spoken or not isinstance(event, SILENT)
                    held.append(event)
                    while spoken and held:
                        yield held.pop(0)
        except ModelError as error:
            if spoken or not await attempts.again(error):
                raise
            continue
        if spoken or not attempts.empty_again(held):
            break
    for event in held:
        yield event


class _Attempts:
    """How often one question may be asked, and until when."""

    def __init__(self, deadlines: Deadlines) -> None:
        now = asyncio.get_running_loop().time()
        self.end = now + deadlines.turn
        self._deadlines = deadlines
        self._window = now + deadlines.retry_window
        self._made = 0
        self._empty = 0

    async def again(self, error: ModelError) -> bool:
        """Waits and says True where the error allows another attempt within the window."""
        if not error.retryable or self._made >= self._deadlines.retries:
            return False
        pause = error.retry_after or self._deadlines.retry_pause * 2**self._made
        if asyncio.get_running_loop().time() + pause > self._window:
            return False
        self._made += 1
        log.info("model asked again", kind=error.kind, attempt=self._made, pause=pause)
        await asyncio.sleep(pause)
        return True

    def empty_again(self, held: list[StreamEvent]) -> bool:
        """An answer that ended well but said nothing is asked for once more."""
        stopped = any(isinstance(e, Finish) and e.reason is FinishReason.STOP for e in held)
        self._empty += 1
        return stopped and self._empty == 1


async def _timed(
    model: Model, prompt: Sequence[Message], deadlines: Deadlines, end: float
) -> AsyncGenerator[StreamEvent, None]:
    loop = asyncio.get_running_loop()
    limit = loop.time() + deadlines.first_token
    late: type[ModelError] = FirstTokenTimeout
    async with aclosing(model.stream(prompt)) as events:
        while True:
            try:
                async with asyncio.timeout_at(min(limit, end)):
                    event = await anext(events)
            except StopAsyncIteration:
                return
            except TimeoutError as error:
                error_type = TurnTimeout if end <= limit else late
                raise error_type from error
            yield event
            if not isinstance(event, SILENT):
                limit, late = loop.time() + deadlines.silence, ModelStalled
