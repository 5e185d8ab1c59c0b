"""Conversations: one answer per thread at a time, Stop for the asker, a drain that ends."""

import asyncio

import pytest

from bot.core.types import Finish, FinishReason, TextDelta
from bot.engine.answer import Desk
from bot.engine.conversations import Conversations, StopOutcome
from bot.errors import ModelUnauthorized, SlackRejected
from bot.store.memory import MemoryJournal
from tests.fakes import Free, Pages, Screen, ScriptModel, turn

DONE = Finish(FinishReason.STOP)


class House:
    """Conversations with a screen per question."""

    def __init__(self, *scripts, errors=()):
        self.model = ScriptModel(*scripts)
        self.journal = MemoryJournal()
        self.screens = {}
        self.errors = errors
        pages = Pages()
        desk = Desk(self.model, pages, pages, Free(), lambda: "Bot", lambda: "today")
        self.conversations = Conversations(
            self.journal, desk, self.screen, lambda turn: "Ask me anything."
        )

    def screen(self, asked):
        return self.screens.setdefault(asked.ts, Screen(*self.errors))

    async def ask(self, *turns):
        for asked in turns:
            if await self.journal.accept(asked):
                self.conversations.submit(asked)

    async def ended(self, seconds=5.0):
        await asyncio.wait_for(self.conversations.drain(seconds), seconds + 10)

    def shown(self, ts="1.000100"):
        return self.screens[ts].last


async def test_a_question_is_answered():
    house = House([TextDelta("Because."), DONE])
    await house.ask(turn())
    await house.ended()

    assert house.screens["1.000100"].frames[0] == ("", "waiting")
    assert house.shown() == ("Because.", "complete")


async def test_the_same_question_twice_is_one_turn():
    house = House([TextDelta("Because."), DONE])
    await house.ask(turn(), turn())
    await house.ended()

    assert len(house.model.prompts) == 1


async def test_one_answer_per_thread_at_a_time_in_order():
    house = House([0.05, TextDelta("1"), DONE], [TextDelta("2"), DONE], [TextDelta("3"), DONE])
    await house.ask(turn("1.0001"), turn("1.0002"), turn("1.0003"))
    await asyncio.sleep(0.02)

    assert [screen.last for screen in house.screens.values()] == [
        ("", "waiting"),
        ("", "queued"),
        ("", "queued"),
    ]
    await asyncio.sleep(0.2)

    assert [screen.last[0] for screen in house.screens.values()] == ["1", "2", "3"]
    assert len(house.model.prompts) == 3
    await house.ended()


async def test_threads_do_not_wait_for_each_other():
    house = House([9.0], [TextDelta("2"), DONE])
    await house.ask(turn("1.0001", root="1.0001"), turn("1.0002", root="1.0002"))
    await asyncio.sleep(0.05)

    assert house.shown("1.0002") == ("2", "complete")
    await house.ended(0.01)


async def test_an_empty_mention_gets_help_without_a_model():
    house = House()
    await house.ask(turn(text=" \n"))
    await house.ended()

    assert house.screens["1.000100"].frames == [("Ask me anything.", "complete")]
    assert house.model.prompts == []


async def test_a_file_without_words_is_no_empty_mention():
    house = House([TextDelta("A cat."), DONE])
    await house.ask(turn(text="", has_more=True))
    await house.ended()

    assert house.shown() == ("A cat.", "complete")


async def test_stop_is_for_the_asker_and_keeps_the_text():
    house = House([TextDelta("Be"), 9.0])
    asked = turn()
    await house.ask(asked)
    await asyncio.sleep(0.05)

    assert house.conversations.stop(asked.key, "U2") is StopOutcome.NOT_YOURS
    assert house.model.closed == 0
    assert house.conversations.stop(asked.key, "U1") is StopOutcome.STOPPED
    await asyncio.sleep(0.05)

    assert house.shown() == ("Be", "stopped")
    assert house.model.closed == 1
    assert house.conversations.stop(asked.key, "U1") is StopOutcome.OVER
    await house.ended()


async def test_a_failure_is_shown_with_what_came_before():
    house = House([ModelUnauthorized()])
    await house.ask(turn())
    await house.ended()

    assert house.shown() == ("", "failed")


async def test_a_bug_ends_the_answer_too():
    house = House([TextDelta("Be"), ZeroDivisionError()])
    await house.ask(turn())
    await house.ended()

    assert house.shown() == ("Be", "failed")


async def test_when_slack_says_no_the_request_is_aborted_and_the_thread_goes_on():
    archived = SlackRejected("chat.postMessage", "is_archived")
    house = House([TextDelta("2"), DONE], errors=[archived] * 2)
    await house.ask(turn("1.0001"))
    await asyncio.sleep(0.02)
    house.errors = ()
    await house.ask(turn("1.0002"))
    await house.ended()

    assert house.screens["1.0001"].frames == []
    assert house.shown("1.0002") == ("2", "complete")


async def test_drain_lets_an_answer_finish():
    house = House([0.1, TextDelta("Done."), DONE])
    await house.ask(turn())
    await house.ended()

    assert house.shown() == ("Done.", "complete")


async def test_drain_interrupts_what_does_not_finish_and_what_waits_in_line():
    house = House([TextDelta("Be"), 60.0])
    await house.ask(turn("1.0"), turn("2.0"))
    await asyncio.sleep(0.02)
    await house.ended(0.1)

    assert house.shown("1.0") == ("Be", "interrupted")
    assert house.shown("2.0") == ("", "interrupted")
    assert house.model.closed == 1


async def test_stop_works_while_waiting_in_line():
    house = House([0.1, TextDelta("1"), DONE])
    first, second = turn("1.0"), turn("2.0")
    await house.ask(first, second)
    await asyncio.sleep(0.02)

    assert house.conversations.stop(second.key, "U1") is StopOutcome.STOPPED
    await asyncio.sleep(0.02)
    assert house.shown("2.0") == ("", "stopped")

    await house.ended()
    assert house.shown("1.0") == ("1", "complete")
    assert len(house.model.prompts) == 1


async def test_what_slack_does_not_take_gets_an_ending_and_the_request_is_aborted():
    house = House([TextDelta("Be"), 9.0])
    await house.ask(turn())
    await asyncio.sleep(0.02)
    house.screens["1.000100"].errors = [SlackRejected("chat.update", "restricted_action")]
    house.model.scripts = []
    answer = house.conversations._running[turn().key]
    answer._delivery.feed(TextDelta(" more"))
    await house.ended()

    assert house.shown() == ("Be more", "failed")
    assert house.model.closed == 1


@pytest.mark.parametrize("questions", [50])
async def test_many_threads_at_once(questions):
    house = House(*([TextDelta("x"), 0.01, DONE] for _ in range(questions)))
    await house.ask(*(turn(f"{n}.0", root=f"{n}.0") for n in range(questions)))
    await house.ended()

    assert {screen.last for screen in house.screens.values()} == {("x", "complete")}
    assert len(house.screens) == questions
