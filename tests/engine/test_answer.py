"""Answer: what is asked of the model, what is shown meanwhile, and how it ends."""

import asyncio
from datetime import UTC, datetime

import pytest

from bot import telemetry
from bot.core.breaker import Breaker, BreakerLimits, Outcome
from bot.core.prompt import DEFAULT_SYSTEM
from bot.core.reply import Phase, Snapshot
from bot.core.types import (
    Deleted,
    Finish,
    FinishReason,
    Hold,
    Message,
    Queued,
    Stopped,
    TextDelta,
    Withdrawn,
)
from bot.engine.answer import CONTINUE_PROMPT, Answer, AnswerServices
from bot.engine.clocks import loop_time
from bot.errors import ModelUnauthorized, SlackRejected
from bot.tasks import Tasks
from tests.environment import environment
from tests.fakes import Free, Pages, Screen, ScriptModel, turn

DONE = Finish(FinishReason.STOP)


class Bench:
    """One answer, its model and its screen."""

    def __init__(self, *script, asked=None, screen=None, ending=None, pages=None, **how):
        self.model = ScriptModel([*script])
        self.screen = screen or Screen()
        self.pages = pages or Pages()
        names = "Bot", datetime(2026, 1, 31, tzinfo=UTC)
        told = (lambda: names[0], lambda: names[1], lambda turn: f"Ask me, {turn.user}.")
        services = AnswerServices(self.model, self.pages, self.pages, Free(), *told, **how)
        self.answer = Answer(asked or turn(), self.screen, services, ending)

    async def shown(self, text):
        async with asyncio.timeout(20):
            while not any(text in frame[0] for frame in self.screen.frames):
                await asyncio.sleep(0.005)


async def until(met):
    async with asyncio.timeout(20):
        while not met():
            await asyncio.sleep(0.005)


async def test_the_placeholder_is_first_and_the_last_snapshot_comes_back():
    bench = Bench(TextDelta("Because."), DONE)
    last = await bench.answer.run()

    assert bench.screen.frames[0] == ("", "waiting")
    assert bench.screen.last == ("Because.", "complete")
    assert (last.text, last.phase, last.first) == ("Because.", Phase.COMPLETE, True)
    assert bench.answer.over


async def test_the_prompt_says_where_and_when_and_ends_with_the_question():
    said = Pages(Message("user", "hi", "U1", "0.5"), Message("assistant", "Hello", ts="0.6"))
    bench = Bench(TextDelta("Because."), DONE, pages=said)
    last = await bench.answer.run()
    (prompt,) = bench.model.prompts

    assert prompt[0].text.startswith(DEFAULT_SYSTEM)
    assert "Your name here is Bot." in prompt[0].text
    assert "Today is Saturday, 2026-01-31 (UTC)." in prompt[0].text
    assert [message.role for message in prompt] == ["system", "user", "assistant", "user"]
    assert prompt[-1].text == "U1: why?"
    assert not last.first


async def test_continue_asks_to_go_on_after_what_is_there():
    bench = Bench(TextDelta("more"), DONE, asked=turn(goes_on=True))
    await bench.answer.run()

    assert bench.model.prompts[0][-1].text == CONTINUE_PROMPT.text


async def test_an_endpoint_that_rests_is_waited_for_visibly():
    breaker = Breaker(BreakerLimits(in_a_row=1, rest=0.3))
    call = breaker.admit(loop_time())
    breaker.report(call, Outcome.FAILED, loop_time())
    bench = Bench(TextDelta("Because."), DONE, breaker=breaker)
    last = await bench.answer.run()

    rests = [each.rests_until - each.seconds for each in bench.screen.planned if each.rests_until]
    assert last.phase is Phase.COMPLETE
    assert 0 < rests[0] <= 0.3


@pytest.mark.parametrize(
    ("event", "phase"), [(Stopped(), "stopped"), (Deleted(), "gone"), (Withdrawn(), "withdrawn")]
)
async def test_an_early_end_keeps_the_text_and_aborts_the_request(event, phase):
    bench = Bench(TextDelta("Be"), 60.0)
    async with Tasks("test") as tasks:
        running = tasks.start(bench.answer.run(), name="run")
        await bench.shown("Be")
        bench.answer.end(event)
        await asyncio.wait_for(running, 20)

    assert bench.screen.last == ("Be", phase)
    assert bench.model.closed == 1


@pytest.mark.parametrize(
    ("error", "kind"), [(ModelUnauthorized(), "unauthorized"), (ZeroDivisionError(), "internal")]
)
async def test_an_error_ends_it_with_a_kind_and_an_id_for_the_log(error, kind):
    last = await Bench(TextDelta("Be"), error).answer.run()

    assert (last.text, last.phase, last.failure.kind) == ("Be", Phase.FAILED, kind)
    assert last.failure.id


@pytest.mark.parametrize(
    ("error", "told"), [(ModelUnauthorized(), False), (ZeroDivisionError(), True)]
)
async def test_an_id_is_told_only_where_the_log_has_it(error, told, capsys):
    with environment():
        telemetry.set_up(level="error")
        last = await Bench(error).answer.run()

    assert bool(last.failure.id) is told
    assert last.failure.id in capsys.readouterr().err


async def test_where_slack_refuses_the_rest_it_ends_with_an_error():
    bench = Bench(TextDelta("Be"), 60.0)
    async with Tasks("test") as tasks:
        running = tasks.start(bench.answer.run(), name="run")
        await bench.shown("Be")
        bench.screen.errors = [SlackRejected("chat.update", "restricted_action")]
        bench.answer._delivery.feed(TextDelta(" more"))
        last = await asyncio.wait_for(running, 20)

    assert (last.failure.kind, last.text) == ("slack_refused", "Be more")
    assert bench.model.closed == 1


async def test_slack_that_takes_nothing_at_all_is_an_error_of_the_caller():
    refused = SlackRejected("chat.postMessage", "is_archived")
    bench = Bench(TextDelta("Be"), DONE, screen=Screen(refused, refused))
    with pytest.raises(SlackRejected):
        await bench.answer.run()


async def test_with_an_ending_only_the_last_write_is_made():
    bench = Bench(ending=Snapshot(Phase.CUT, "Whole"))
    assert bench.answer.over
    await bench.answer.run()

    assert bench.screen.frames == [("Whole", "cut")]
    assert bench.pages.learned == ["U1"]
    assert bench.model.prompts == []


async def test_who_asks_nothing_is_greeted_without_a_model():
    bench = Bench(asked=turn(text=""))
    last = await bench.answer.run()

    assert bench.screen.frames == [("Ask me, U1.", "complete")]
    assert (last.phase, last.greets) == (Phase.COMPLETE, True)
    assert bench.pages.learned == ["U1"]
    assert bench.model.prompts == []


@pytest.mark.parametrize(
    ("said", "greets"),
    [
        ([], True),
        # Our hello to an earlier mention of the bot, which is left out as it says nothing.
        ([Message("assistant", "Ask me, U1.", ts="0.6")], True),
        ([Message("system", "Not all could be read.")], True),
        ([Message("user", "which?", "U1", "0.5"), Message("assistant", "Both", ts="0.6")], False),
    ],
)
async def test_in_a_direct_message_what_was_said_before_decides(said, greets):
    """A placeholder stands before that is known."""
    asked = turn(text="", root=None, direct=True)
    bench = Bench(TextDelta("The left one."), DONE, asked=asked, pages=Pages(*said))
    last = await bench.answer.run()

    assert bench.screen.frames[0] == ("", "waiting")
    assert (last.text, last.greets) == ("Ask me, U1." if greets else "The left one.", greets)
    assert len(bench.model.prompts) == (0 if greets else 1)


async def test_that_it_waits_in_line_is_shown_if_slack_takes_it():
    bench = Bench(TextDelta("Because."), DONE)
    bench.answer.place(Queued())
    async with Tasks("test") as tasks:
        waiting = tasks.start(bench.answer.wait_in_line(), name="line")
        await until(lambda: bench.screen.frames)
        bench.answer.place(Queued(Hold.OTHERS, 2))
        await until(lambda: bench.screen.snapshot.queued == Queued(Hold.OTHERS, 2))
        bench.answer.admit()
        await asyncio.wait_for(waiting, 20)
    await bench.answer.run()

    assert bench.screen.frames[0] == ("", "queued")
    assert bench.screen.last == ("Because.", "complete")


async def test_where_slack_does_not_take_its_place_it_waits_all_the_same():
    bench = Bench(screen=Screen(SlackRejected("chat.postMessage", "is_archived")))
    bench.answer.place(Queued())
    async with Tasks("test") as tasks:
        waiting = tasks.start(bench.answer.wait_in_line(), name="line")
        await until(lambda: bench.screen.calls)
        bench.answer.place(Queued(Hold.OTHERS, 1))
        await asyncio.sleep(0.05)
        assert not waiting.done()
        bench.answer.admit()
        await asyncio.wait_for(waiting, 20)

    assert len(bench.screen.calls) == 1


async def test_the_elapsed_time_is_reported_until_there_is_text():
    bench = Bench(0.1, TextDelta("Be"), 0.1, TextDelta("cause."), DONE, tick=0.02)
    await bench.answer.run()
    seconds = bench.screen.seconds

    assert seconds == sorted(seconds)
    assert 3 <= len({*seconds}) <= 8
