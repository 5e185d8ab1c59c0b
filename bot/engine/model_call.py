"""Asking the model: deadlines, and the quiet retries that are allowed before the first token."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import dataclass
from random import uniform
from typing import TYPE_CHECKING

import structlog

from bot.core.breaker import Breaker, Outcome
from bot.core.prompt import shorten
from bot.core.types import Finish, FinishReason, Opened, StreamEvent, Usage
from bot.errors import (
    ConnectionLost,
    ContextTooLong,
    FirstTokenTimeout,
    ModelError,
    ModelResting,
    ModelStalled,
    ModelUnavailable,
    ModelUnreachable,
    TurnTimeout,
)

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from bot.core.ports import Model
    from bot.core.prompt import TokenScale
    from bot.core.types import Message

log = structlog.get_logger(__name__)

SILENT = (Opened, Usage, Finish)
"""Events that say nothing: they neither count as a first token nor as a sign of life."""

TROUBLE = (ModelUnavailable, ModelUnreachable, ConnectionLost, FirstTokenTimeout, TurnTimeout)
"""What speaks of the endpoint's health, before the first token. All else proves that it lives."""


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
    model: Model,
    prompt: Sequence[Message],
    deadlines: Deadlines,
    breaker: Breaker | None = None,
    scale: TokenScale | None = None,
) -> AsyncGenerator[StreamEvent, None]:
    """The answer's events, ending with `Finish`. Raises `ModelError` when it broke.

    What has been yielded is never taken back: after the first token nothing is retried.
    All who ask one endpoint share a `breaker`; while it is open, `ModelResting` is raised at once.
    With a `scale`, a prompt that is too long is asked once more with half of it, and the
    endpoint's count of whichever prompt it answered corrects the scale.
    """
    attempts = _Attempts(prompt, deadlines, breaker or Breaker(), scale)
    while True:
        spoken = False
        held: list[StreamEvent] = []
        try:
            async with aclosing(attempts.attempt(model)) as events:
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
    """How often one question may be asked, until when, and with which prompt."""

    def __init__(
        self,
        prompt: Sequence[Message],
        deadlines: Deadlines,
        breaker: Breaker,
        scale: TokenScale | None,
    ) -> None:
        now = _now()
        self._prompt = prompt
        self._deadlines = deadlines
        self._breaker = breaker
        self._scale = scale
        self._shortened = False
        self._end = now + deadlines.turn
        self._window = now + deadlines.retry_window
        self._made = 0
        self._empty = 0

    async def attempt(self, model: Model) -> AsyncGenerator[StreamEvent, None]:
        """One call: the events of the model, in time, if it is asked at all."""
        timed = _timed(model, self._prompt, self._deadlines, self._end)
        async with aclosing(_guarded(self._breaker, timed)) as events:
            async for event in events:
                if self._scale is not None and isinstance(event, Usage):
                    self._scale.calibrate(self._prompt, event.prompt_tokens)
                yield event

    async def again(self, error: ModelError) -> bool:
        """Waits and says True where the error allows another attempt within the window."""
        if isinstance(error, ContextTooLong):
            return self._shorter()
        if not error.retryable or self._made >= self._deadlines.retries:
            return False
        pause = error.retry_after or self._deadlines.retry_pause * 2**self._made
        left = self._window - _now()
        if pause > left or not self._breaker.closed:
            return False
        self._made += 1
        # Those who failed together do not come back together; none comes before it was asked to.
        pause = min(pause * uniform(1, 1.5), left)
        log.info("model asked again", kind=error.kind, attempt=self._made, pause=pause)
        await asyncio.sleep(pause)
        return self._breaker.closed

    def empty_again(self, held: list[StreamEvent]) -> bool:
        """An answer that ended well but said nothing is asked for once more."""
        stopped = any(isinstance(e, Finish) and e.reason is FinishReason.STOP for e in held)
        self._empty += 1
        return stopped and self._empty == 1 and self._breaker.closed

    def _shorter(self) -> bool:
        """Halves the prompt, once."""
        if self._scale is None or self._shortened:
            return False
        self._shortened = True
        if (shorter := shorten(self._prompt, self._scale)) is None:
            return False
        log.warning("prompt too long", messages=len(self._prompt), asked_again_with=len(shorter))
        self._prompt = shorter
        return True


async def _guarded(
    breaker: Breaker, events: AsyncGenerator[StreamEvent, None]
) -> AsyncGenerator[StreamEvent, None]:
    """The same events, unless the breaker is open; how they begin tells it how the endpoint does.

    A call that is left before that (Stop, a shutdown, a bug) was abandoned.
    """
    now = _now()
    call = breaker.admit(now)
    if call is None:
        raise ModelResting(retry_after=breaker.wait(now))
    try:
        async with aclosing(events):
            async for event in events:
                if not isinstance(event, (Opened, Usage)):
                    _report(breaker, call, Outcome.ANSWERED)
                yield event
    except ModelError as error:
        trouble = isinstance(error, TROUBLE)
        _report(breaker, call, Outcome.FAILED if trouble else Outcome.ANSWERED, error.kind)
        raise
    finally:
        _report(breaker, call, Outcome.ABANDONED)


def _report(breaker: Breaker, call: int, outcome: Outcome, kind: str | None = None) -> None:
    """Only the first report of a call counts, so the ones after it are no mistake."""
    was_closed = breaker.closed
    breaker.report(call, outcome, _now())
    if was_closed and not breaker.closed:
        log.warning("model is given a rest", kind=kind, seconds=breaker.wait(_now()))
    elif breaker.closed and not was_closed:
        log.info("model is back")


def _now() -> float:
    return asyncio.get_running_loop().time()


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
