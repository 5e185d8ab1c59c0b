"""One answer from the question to the last word: placeholder → history → prompt → model → Slack."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import takewhile
from logging import ERROR, WARNING
from typing import TYPE_CHECKING

import structlog

from bot.core.breaker import Breaker
from bot.core.prompt import Place, TokenScale, build_prompt
from bot.core.reply import Phase, Reply
from bot.core.types import (
    Begun,
    Elapsed,
    Failed,
    Finish,
    FinishReason,
    First,
    Message,
    Queued,
    TextDelta,
)
from bot.engine.delivery import Delivery
from bot.engine.model_call import Deadlines, ask
from bot.errors import BotError, SlackError, SlackRejected
from bot.tasks import Tasks
from bot.telemetry import error_id

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from bot.core.ports import Budget, History, Model, People, Sink
    from bot.core.reply import Snapshot
    from bot.core.types import Deleted, Interrupted, Stopped, StreamEvent, Turn

log = structlog.get_logger(__name__)

GO_ON = Message(
    "user",
    "Your last answer was cut short. Continue it exactly where it ends: repeat nothing, and begin "
    "without a preface.",
)
"""What the model is asked when somebody presses Continue."""


@dataclass(frozen=True, slots=True)
class AnswerServices:
    """What every answer is made with. `context_tokens` bounds the prompt.

    `thoughts` is how many characters of the model's reasoning are kept, to be shown; `tick` the
    seconds after which one that has nothing to say yet tells the time.
    """

    model: Model
    history: History
    people: People
    budget: Budget
    bot_name: Callable[[], str]
    today: Callable[[], str]
    system: str | None = None
    context_tokens: int = 16_000
    thoughts: int = 0
    tick: float = 10.0
    deadlines: Deadlines = field(default_factory=Deadlines)
    breaker: Breaker = field(default_factory=Breaker)
    scale: TokenScale = field(default_factory=TokenScale)


class Answer:
    """One running answer. `run` writes; a task of its own reads the model."""

    def __init__(
        self, turn: Turn, sink: Sink, desk: AnswerServices, ending: Snapshot | None = None
    ) -> None:
        """With an `ending` only its last write is to come."""
        self.turn = turn
        self._desk = desk
        self._sink = sink
        self._reply = Reply(ending, thoughts=desk.thoughts)
        self._delivery = Delivery(self._reply, sink, desk.budget)
        self._reader: asyncio.Task[None] | None = None
        self._began: float | None = None

    @property
    def over(self) -> bool:
        """True when nothing can change any more how it ends."""
        return self._reply.phase.ended

    async def wait(self) -> None:
        """Shows that it waits in line."""
        self._delivery.feed(Queued())
        with suppress(SlackError):
            await self._delivery.settle()

    async def run(self) -> Snapshot:
        """Returns when the last word stands in Slack. Raises `SlackError` when it cannot."""
        self._delivery.feed(Begun())
        self._began = _now()
        if self.over and self.turn.asks:
            # Nobody has looked up yet in which language its last word is to be said.
            await self._desk.people.learn([self.turn.user])
        async with Tasks("answer") as tasks:
            try:
                # The placeholder comes before anything else. Where a message stands already, the
                # model need not wait for an edit, unless it is to go on from what stands there.
                if self.turn.goes_on or not self._sink.posts:
                    await self._delivery.settle()
                if not self._reply.phase.ended:
                    self._reader = tasks.start(self._read(), name=f"read {self.turn.ts}")
                    tasks.start(self._tell_time(), name=f"time {self.turn.ts}")
                await self._delivery.run()
            except SlackRejected as error:
                await self._close(error)
        return self._reply.snapshot()

    async def _close(self, error: SlackRejected) -> None:
        """Slack takes no more of it: what stands there gets an ending, if Slack lets us."""
        if self._reader:
            self._reader.cancel()
        self.fail("slack_refused", error)
        await self._delivery.run()

    async def say(self, text: str) -> Snapshot:
        """Answers with a text of our own, for which no model is needed."""
        self._delivery.feed(TextDelta(text))
        self._delivery.feed(Finish(FinishReason.STOP))
        return await self.run()

    def end(self, event: Stopped | Interrupted | Deleted) -> None:
        """Ends it early; what has been written stays. The request to the model is aborted."""
        self._conclude(event)
        if self._reader:
            self._reader.cancel()

    async def _read(self) -> None:
        try:
            async for event in self._events():
                if isinstance(event, Finish):
                    self._conclude(event)
                else:
                    self._delivery.feed(event)
        except BotError as error:
            self.fail(error.kind, error)
        except Exception as error:  # noqa: BLE001 - a bug must end the answer too, visibly
            self.fail("internal", error)

    async def _events(self) -> AsyncGenerator[StreamEvent, None]:
        prompt = await self._prompt()
        desk = self._desk
        async for event in ask(desk.model, prompt, desk.deadlines, desk.breaker, desk.scale):
            yield event

    async def _prompt(self) -> list[Message]:
        desk, turn = self._desk, self.turn
        history = await desk.history.read(turn)
        before = takewhile(lambda message: message.ts != turn.ts, history)
        if not any(message.role == "assistant" for message in before):
            self._delivery.feed(First())
        if turn.goes_on:
            history = [*history, GO_ON]
        place = Place(desk.bot_name(), turn.direct, desk.today())
        return build_prompt(
            history, place, system=desk.system, budget=desk.context_tokens, scale=desk.scale
        )

    def fail(self, kind: str, error: Exception) -> None:
        """Ends it with the sentence that `strings` has for `kind`."""
        failure = Failed(kind, error_id(), getattr(error, "retry_after", None))
        expected = isinstance(error, BotError)
        log.log(
            WARNING if expected else ERROR,
            "answer failed",
            kind=kind,
            error_id=failure.id,
            detail=str(error) if expected else type(error).__name__,
            exc_info=None if expected else error,
        )
        self._conclude(failure)

    async def _tell_time(self) -> None:
        """As long as there is nothing else to tell."""
        while not self.over and self._reply.phase is not Phase.ANSWERING:
            await asyncio.sleep(self._desk.tick)
            self._delivery.feed(self._elapsed())

    def _conclude(self, event: Finish | Failed | Stopped | Interrupted | Deleted) -> None:
        self._delivery.feed(self._elapsed())
        self._delivery.feed(event)

    def _elapsed(self) -> Elapsed:
        return Elapsed(0.0 if self._began is None else _now() - self._began)


def _now() -> float:
    return asyncio.get_running_loop().time()
