"""One answer, from question to last write: placeholder → history → prompt → model → Slack."""

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
from bot.engine.clocks import loop_time
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

CONTINUE_PROMPT = Message(
    "user",
    "Your last answer was cut short. Continue it exactly where it ends: repeat nothing, and begin "
    "without a preface.",
)
"""What the model is asked when somebody presses Continue."""


@dataclass(frozen=True, slots=True)
class AnswerServices:
    """What all answers share."""

    model: Model
    history: History
    people: People

    budget: Budget
    """Slack's rate limits, for the writes of the answer."""

    bot_name: Callable[[], str]
    """The bot's display name, as the model is told."""

    today: Callable[[], str]
    """The date, as the model is told."""

    system: str | None = None
    """The system prompt; None for the default one."""

    context_tokens: int = 16_000
    """The most tokens that a prompt may have."""

    thoughts: int = 0
    """Characters of the model's reasoning that are kept to be shown."""

    tick: float = 10.0
    """Seconds between updates of the elapsed time, as long as there is no text."""

    deadlines: Deadlines = field(default_factory=Deadlines)

    breaker: Breaker = field(default_factory=Breaker)
    """Whether the endpoint is asked at all; one for all answers."""

    scale: TokenScale = field(default_factory=TokenScale)
    """What is known of the endpoint's way to count tokens; one for all answers."""


class Answer:
    """One running answer. `run` writes; a task of its own reads the model."""

    def __init__(
        self, turn: Turn, sink: Sink, services: AnswerServices, ending: Snapshot | None = None
    ) -> None:
        """With an `ending` the answer is whole, and only the last write is missing."""
        self.turn = turn
        self._services = services
        self._sink = sink
        self._reply = Reply(ending, thoughts=services.thoughts)
        self._delivery = Delivery(self._reply, sink, services.budget)
        self._reader: asyncio.Task[None] | None = None
        self._began: float | None = None

    @property
    def over(self) -> bool:
        """True when its end is known; the last write may still be missing."""
        return self._reply.phase.ended

    async def show_queued(self) -> None:
        """Shows that it waits in line. Returns when that is in Slack, or Slack does not take it."""
        self._delivery.feed(Queued())
        with suppress(SlackError):
            await self._delivery.settle()

    async def run(self) -> Snapshot:
        """Returns the last snapshot when it is in Slack.

        Raises `SlackError` when Slack does not take it, `LeaseLost` when another process has the
        turn now, and `StoreError` when the journal does not answer for more than an hour.
        """
        self._delivery.feed(Begun())
        self._began = loop_time()
        if self.over and self.turn.asks:
            # No history will be read, so the user's language has not been looked up yet.
            await self._services.people.learn([self.turn.user])
        async with Tasks("answer") as tasks:
            try:
                # The placeholder is posted first. Where the turn has a message already, the model
                # does not wait for an edit, unless it has to continue what that message says.
                if self.turn.goes_on or not self._sink.posts:
                    await self._delivery.settle()
                if not self._reply.phase.ended:
                    self._reader = tasks.start(self._read_model(), name=f"read {self.turn.ts}")
                    tasks.start(self._report_elapsed(), name=f"time {self.turn.ts}")
                await self._delivery.run()
            except SlackRejected as error:
                await self._end_refused(error)
        return self._reply.snapshot()

    async def _end_refused(self, error: SlackRejected) -> None:
        """Slack took a part and refuses the rest: shows an error below it, if Slack takes that."""
        if self._reader:
            self._reader.cancel()
        self.fail("slack_refused", error)
        await self._delivery.run()

    async def say(self, text: str) -> Snapshot:
        """Answers with `text`, without a model. Returns and raises as `run` does."""
        self._delivery.feed(TextDelta(text))
        self._delivery.feed(Finish(FinishReason.STOP))
        return await self.run()

    def end(self, event: Stopped | Interrupted | Deleted) -> None:
        """Ends it early and aborts the request to the model; the text so far stays."""
        self._conclude(event)
        if self._reader:
            self._reader.cancel()

    async def _read_model(self) -> None:
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
        use = self._services
        async for event in ask(use.model, prompt, use.deadlines, use.breaker, use.scale):
            yield event

    async def _prompt(self) -> list[Message]:
        use, turn = self._services, self.turn
        history = await use.history.read(turn)
        before = takewhile(lambda message: message.ts != turn.ts, history)
        if not any(message.role == "assistant" for message in before):
            self._delivery.feed(First())
        if turn.goes_on:
            history = [*history, CONTINUE_PROMPT]
        place = Place(use.bot_name(), turn.direct, use.today())
        return build_prompt(
            history, place, system=use.system, budget=use.context_tokens, scale=use.scale
        )

    def fail(self, kind: str, error: Exception) -> None:
        """Ends it with the sentence that `strings` has for `kind`; `error` goes to the log."""
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

    async def _report_elapsed(self) -> None:
        """Updates the elapsed time until there is text to show."""
        while not self.over and self._reply.phase is not Phase.ANSWERING:
            await asyncio.sleep(self._services.tick)
            self._delivery.feed(self._elapsed())

    def _conclude(self, event: Finish | Failed | Stopped | Interrupted | Deleted) -> None:
        self._delivery.feed(self._elapsed())
        self._delivery.feed(event)

    def _elapsed(self) -> Elapsed:
        return Elapsed(0.0 if self._began is None else loop_time() - self._began)
