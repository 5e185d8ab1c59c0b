"""The model call: its deadlines, and the silent retries before the first token."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import dataclass
from random import uniform
from typing import TYPE_CHECKING

import structlog

from bot.backoff import Backoff, doubling
from bot.core.breaker import Breaker, Outcome
from bot.core.prompt import left_out_of, shorten
from bot.core.types import (
    Finish,
    FinishReason,
    Opened,
    RefusalDelta,
    Resting,
    StreamEvent,
    TextDelta,
    ToolCallDelta,
    Usage,
)
from bot.engine.clocks import loop_time
from bot.errors import (
    ConnectionLost,
    ContextTooLong,
    FirstTokenTimeout,
    ModelError,
    ModelResting,
    ModelStalled,
    ModelUnavailable,
    ModelUnreachable,
    ToolMissing,
    TurnTimeout,
)

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Sequence

    from bot.core.ports import Model
    from bot.core.prompt import TokenScale
    from bot.core.types import LeftOut, Message

log = structlog.get_logger(__name__)

POLL = 0.25
"""Seconds between two looks at a breaker that another question may have closed."""

SILENT = (Opened, Usage, Finish)
"""Events without content: they count neither as a first token nor as an end of silence."""

WAITS_FOR_TOOL = frozenset({FinishReason.STOP, FinishReason.TOOL_CALLS})
"""How an answer ends that goes on only when the tool that was called has given its result."""

TROUBLE = (ModelUnavailable, ModelUnreachable, ConnectionLost, FirstTokenTimeout, TurnTimeout)
"""Errors before the first token that count against the endpoint. Others show that it works."""


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Limits for one answer, in seconds of the event loop's clock."""

    first_token: float = 120
    """From the request to the first event with content."""

    silence: float = 30
    """Between two events with content."""

    turn: float = 600
    """For the whole answer, all attempts included."""

    rest: float = 20
    """Until the next call to an endpoint that is left alone. A longer rest is not waited for."""

    retry_window: float = 20
    """From the first request to the last retry. After the first token nothing is retried."""

    retries: int = 2
    """Retries at most (a count)."""

    retry_pause: float = 0.5
    """Before the first retry; each further pause is twice as long."""


EMPTY = "empty"
"""Told in place of a kind of error after an answer without content."""


def _ignore(_kind: str) -> None:
    """Nobody wants to know."""


async def ask(
    model: Model,
    prompt: Sequence[Message],
    deadlines: Deadlines,
    breaker: Breaker | None = None,
    scale: TokenScale | None = None,
    retried: Callable[[str], None] = _ignore,
) -> AsyncGenerator[StreamEvent, None]:
    """Yields the answer's events, of which the last is `Finish`. Raises `ModelError`.

    What has been yielded is never taken back: after the first token nothing is retried.
    All calls to one endpoint share a `breaker`. While it is open, the question waits for its turn,
    with a `Resting` for each wait; `ModelResting` is raised where that would take too long.
    With a `scale`, a prompt that the endpoint finds too long is sent once more at half its length,
    and the endpoint's count of prompt tokens corrects the scale. `retried` is told of each further
    attempt, with the kind of the error before it.
    """
    attempts = _Attempts(prompt, deadlines, breaker or Breaker(), scale)
    async for waits in attempts.rest():
        yield waits
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
            retried(error.kind)
            for left_out in attempts.take_left_out():
                yield left_out
            continue
        if spoken or not attempts.empty_again(held):
            break
        retried(EMPTY)
    for event in held:
        yield event


class _Attempts:
    """The attempts to get one answer: how many are left, until when, and with which prompt."""

    def __init__(
        self,
        prompt: Sequence[Message],
        deadlines: Deadlines,
        breaker: Breaker,
        scale: TokenScale | None,
    ) -> None:
        now = loop_time()
        self._prompt = prompt
        self._deadlines = deadlines
        self._breaker = breaker
        self._scale = scale
        self._shortened = False
        self._left_out: list[LeftOut] = []
        self._end = now + deadlines.turn
        self._patience = now + min(deadlines.first_token, deadlines.turn)
        self._window = now + deadlines.retry_window
        longest = deadlines.retry_pause * 2**deadlines.retries
        self._backoff = Backoff(doubling(deadlines.retry_pause, longest))
        self._empty = 0

    async def rest(self) -> AsyncGenerator[Resting, None]:
        """Waits until the breaker lets a call out; yields each rest of the endpoint.

        Raises `ModelResting` where it is too long. One call goes out at a time, as a probe; the
        others learn soon whether it has found the endpoint well.
        """
        told = 0.0
        while wait := self._breaker.wait(now := loop_time()):
            if wait > self._deadlines.rest or now + wait > self._patience:
                raise ModelResting(retry_after=wait)
            if now + wait > told:
                told = now + wait
                yield Resting(wait)
            await asyncio.sleep(min(wait, POLL))
        if told:
            self._window = loop_time() + self._deadlines.retry_window

    async def attempt(self, model: Model) -> AsyncGenerator[StreamEvent, None]:
        """One call. Raises `ModelResting` when the breaker does not let it out."""
        timed = _timed(model, self._prompt, self._deadlines, self._end)
        async with aclosing(_guarded(self._breaker, timed)) as events:
            calling, counted = False, 0
            async for event in events:
                if isinstance(event, Usage):
                    counted = event.prompt_tokens
                elif isinstance(event, Finish):
                    self._calibrate(counted)
                calling = _is_calling(event, before=calling)
                if calling and isinstance(event, Finish) and event.reason in WAITS_FOR_TOOL:
                    raise ToolMissing(event.reason.value)
                yield event

    def _calibrate(self, counted: int) -> None:
        """Once for an answer: some endpoints send their count with every chunk."""
        if self._scale is not None and counted:
            self._scale.calibrate(self._prompt, counted)

    async def again(self, error: ModelError) -> bool:
        """True, after a pause, when the error allows another attempt within the window."""
        if isinstance(error, ContextTooLong):
            return self._shorter()
        if not error.retryable or self._backoff.failures >= self._deadlines.retries:
            return False
        own_pause = self._backoff.next()
        pause = error.retry_after or own_pause
        left = self._window - loop_time()
        if pause > left or not self._breaker.closed:
            return False
        # Jitter spreads calls that failed together; it never shortens the endpoint's `retry_after`.
        pause = min(pause * uniform(1, 1.5), left)
        log.info("model asked again", kind=error.kind, attempt=self._backoff.failures, pause=pause)
        await asyncio.sleep(pause)
        return self._breaker.closed

    def empty_again(self, held: list[StreamEvent]) -> bool:
        """True once, for an answer that ended with `stop` but has no content."""
        stopped = any(isinstance(e, Finish) and e.reason is FinishReason.STOP for e in held)
        self._empty += 1
        return stopped and self._empty == 1 and self._breaker.closed

    def _shorter(self) -> bool:
        """Halves the prompt, once; False when there is nothing to leave out."""
        if self._scale is None or self._shortened:
            return False
        self._shortened = True
        if (shorter := shorten(self._prompt, self._scale)) is None:
            return False
        log.warning("prompt too long", messages=len(self._prompt), asked_again_with=len(shorter))
        self._left_out = left_out_of(shorter, self._prompt)
        self._prompt = shorter
        return True

    def take_left_out(self) -> list[LeftOut]:
        """What was left out of the prompt since this was last called."""
        taken, self._left_out = self._left_out, []
        return taken


def _is_calling(event: StreamEvent, *, before: bool) -> bool:
    """Whether the model has called a tool and said nothing since; `before`: the same before it."""
    return isinstance(event, ToolCallDelta) or (
        before and not isinstance(event, TextDelta | RefusalDelta)
    )


async def _guarded(
    breaker: Breaker, events: AsyncGenerator[StreamEvent, None]
) -> AsyncGenerator[StreamEvent, None]:
    """The same events, with the call reported to the breaker.

    A call counts as answered from its first event with content or its `Finish`. One that is left
    before that (Stop, a shutdown, a bug) is reported as abandoned.
    """
    now = loop_time()
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
    """Reports, and logs what that changed. Only the first report of a call counts."""
    was_closed = breaker.closed
    breaker.report(call, outcome, loop_time())
    if was_closed and not breaker.closed:
        log.warning("model is given a rest", kind=kind, seconds=breaker.wait(loop_time()))
    elif breaker.closed and not was_closed:
        log.info("model is back")


async def _timed(
    model: Model, prompt: Sequence[Message], deadlines: Deadlines, end: float
) -> AsyncGenerator[StreamEvent, None]:
    """The model's events within the deadlines; `end` is when the whole answer must be there."""
    limit = loop_time() + deadlines.first_token
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
                limit, late = loop_time() + deadlines.silence, ModelStalled
