"""One answer, from question to last write: placeholder → history → prompt → model → Slack."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from itertools import takewhile
from logging import ERROR, WARNING
from typing import TYPE_CHECKING

import structlog

from bot.core.breaker import Breaker
from bot.core.day import describe_day
from bot.core.prompt import Place, TokenScale, left_out_of, write_prompt
from bot.core.reply import Phase, Reply
from bot.core.types import (
    Begun,
    Elapsed,
    Failed,
    Finish,
    FinishReason,
    First,
    Greeting,
    Message,
    Resting,
    TextDelta,
)
from bot.engine.clocks import loop_time
from bot.engine.delivery import Delivery
from bot.engine.greetings import greets
from bot.engine.model_call import Deadlines, ask
from bot.errors import BotError, SlackRejected
from bot.slices import Slices
from bot.tasks import Tasks
from bot.telemetry import error_id

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable
    from datetime import datetime

    from bot.core.ports import Budget, History, Model, People, Sink
    from bot.core.reply import Snapshot
    from bot.core.types import (
        Deleted,
        Interrupted,
        Queued,
        ReadBack,
        Stopped,
        StreamEvent,
        Turn,
        Withdrawn,
    )

log = structlog.get_logger(__name__)

CONTINUE_PROMPT = Message(
    "user",
    "Your last answer was cut short. Continue it exactly where it ends: repeat nothing, and begin "
    "without a preface. The rest is shown in a message of its own, so if the answer ends inside a "
    "word, begin with the whole word; inside a code block or a table, open that again.",
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

    now: Callable[[], datetime]
    """The time, of which the model is told the day."""

    hello: Callable[[Turn], str]
    """The text that answers a turn in which nothing was asked."""

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

    slices: Slices = field(default_factory=Slices)
    """Runs what may be long without keeping others waiting; one for all answers."""

    retried: Callable[[str], None] = lambda _kind: None
    """Is told of each further request for one answer, with the kind of the error before it."""


class Answer:
    """One running answer. `run` writes; a task of its own reads the model."""

    def __init__(
        self,
        turn: Turn,
        sink: Sink,
        services: AnswerServices,
        ending: Snapshot | None = None,
        newest: Callable[[], Awaitable[Turn]] | None = None,
    ) -> None:
        """With an `ending` the answer is whole, and only the last write is missing.

        `newest` gives the turn with what further events have told of it meanwhile.
        """
        self.turn = turn
        self._newest = newest
        self._services = services
        self._sink = sink
        self._reply = Reply(ending, thoughts=services.thoughts)
        self._delivery = Delivery(self._reply, sink, services.budget, slices=services.slices)
        self._reader: asyncio.Task[None] | None = None
        self._began: float | None = None

    @property
    def withdrawn(self) -> bool:
        """True when its question was deleted, and nothing of it is to stay."""
        return self._reply.phase is Phase.WITHDRAWN

    @property
    def over(self) -> bool:
        """True when its end is known; the last write may still be missing."""
        return self._reply.phase.ended

    @property
    def queued(self) -> bool:
        """True while it waits in line."""
        return self._reply.phase is Phase.QUEUED

    def place(self, queued: Queued) -> None:
        """It waits in line, or has another place there."""
        self._delivery.feed(queued)

    def admit(self) -> None:
        """It waits no longer."""
        self._delivery.feed(Begun())

    async def wait_in_line(self) -> None:
        """Shows its place, if Slack takes that. Returns when it does not wait any more."""
        await self._delivery.wait_in_line()

    async def run(self) -> Snapshot:
        """Returns the last snapshot when it is in Slack.

        Raises `SlackError` when Slack does not take it, `LeaseLost` when another process has the
        turn now, and `StoreError` when the journal does not answer for more than an hour.
        """
        self.admit()
        self._began = loop_time()
        if self.over or not self.turn.may_ask:
            # No history will be read, so the user's language has not been looked up yet.
            await self._services.people.learn([self.turn.user])
        if not (self.over or self.turn.may_ask):
            for event in self._hello():
                self._delivery.feed(event)
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
        # Ending the tasks takes a moment, in which somebody may have deleted the question.
        await self._delivery.settle(whole=True)
        return self._reply.snapshot()

    async def _end_refused(self, error: SlackRejected) -> None:
        """Slack took a part and refuses the rest: shows an error below it, if Slack takes that."""
        if self._reader:
            self._reader.cancel()
        self.fail("slack_refused", error)
        await self._delivery.run()

    def end(self, event: Stopped | Interrupted | Deleted | Withdrawn) -> None:
        """Ends it early and aborts the request to the model."""
        self._conclude(event)
        if self._reader:
            self._reader.cancel()

    async def _read_model(self) -> None:
        try:
            async for event in self._events():
                if isinstance(event, Resting):
                    self._delivery.feed(self._elapsed())  # it counts from now
                if isinstance(event, Finish):
                    self._conclude(event)
                else:
                    self._delivery.feed(event)
        except BotError as error:
            self.fail(error.kind, error)
        except Exception as error:  # noqa: BLE001 - a bug must end the answer too, visibly
            self.fail("internal", error)

    async def _events(self) -> AsyncGenerator[StreamEvent, None]:
        use = self._services
        turn = await self._newest() if self._newest else self.turn
        room = round(use.context_tokens / use.scale.factor)
        found = await use.history.read(turn, room)
        if not self.turn.asks and greets(turn, found.messages):
            for event in self._hello():
                yield event
            return
        prompt = await self._prompt(found)
        answer = ask(use.model, prompt, use.deadlines, use.breaker, use.scale, use.retried)
        async for event in answer:
            yield event

    def _hello(self) -> list[StreamEvent]:
        """Our own answer to whoever has only said the bot's name."""
        said = TextDelta(self._services.hello(self.turn))
        return [Greeting(), said, Finish(FinishReason.STOP)]

    async def _prompt(self, found: ReadBack) -> list[Message]:
        use, turn, history = self._services, self.turn, found.messages
        before = takewhile(lambda message: message.ts != turn.ts, history)
        if not (found.answered or any(message.role == "assistant" for message in before)):
            self._delivery.feed(First())
        if turn.goes_on:
            history = [*history, CONTINUE_PROMPT]
        day = describe_day(use.now(), use.people.zone(turn.user))
        place = Place(use.bot_name(), turn.direct, day)
        prompt = await use.slices.run(
            write_prompt(
                history, place, system=use.system, budget=use.context_tokens, scale=use.scale
            )
        )
        for left_out in (*found.left_out, *left_out_of(prompt, history)):
            self._delivery.feed(left_out)
        return prompt

    def fail(self, kind: str, error: Exception) -> None:
        """Ends it with the sentence that `strings` has for `kind`; `error` goes to the log."""
        expected = isinstance(error, BotError)
        level = WARNING if expected else ERROR
        failure = Failed(kind, error_id(level), getattr(error, "retry_after", None))
        log.log(
            level,
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

    def _conclude(
        self, event: Finish | Failed | Stopped | Interrupted | Deleted | Withdrawn
    ) -> None:
        self._delivery.feed(self._elapsed())
        self._delivery.feed(event)

    def _elapsed(self) -> Elapsed:
        return Elapsed(0.0 if self._began is None else loop_time() - self._began)
