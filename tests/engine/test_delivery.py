"""Delivery: newest snapshot wins, the last word gets through, nothing is written twice."""

import asyncio

from bot.core.reply import Reply
from bot.core.types import CallKind, Finish, FinishReason, TextDelta
from bot.engine.delivery import Delivery
from bot.errors import SlackRefused, SlackUnknown
from bot.tasks import Tasks
from tests.fakes import Free, Screen

DONE = Finish(FinishReason.STOP)


class Closed(Free):
    """Grants placeholders and last words; makes every other write wait for ever."""

    async def acquire(self, call):
        if call.kind is CallKind.MORE:
            await asyncio.Event().wait()


async def delivered(screen, *events, budget=None, pause=0.0):
    budget = budget or Free()
    delivery = Delivery(Reply(), screen, budget)
    async with Tasks("test") as tasks:
        writing = tasks.start(delivery.run(), name="write")
        for event in events:
            await asyncio.sleep(pause)
            delivery.feed(event)
        await asyncio.wait_for(writing, 5)
    return budget


async def test_the_placeholder_comes_first_and_the_last_word_last():
    screen = Screen()
    await delivered(screen, TextDelta("Hi"), DONE, pause=0.01)

    assert screen.frames == [("", "waiting"), ("Hi", "answering"), ("Hi", "complete")]


async def test_while_a_write_is_on_its_way_snapshots_pile_up_into_one():
    """F042: with one write at a time none can overtake another."""
    screen = Screen(delay=0.05)
    await delivered(screen, *(TextDelta(str(n)) for n in range(10)), DONE)

    assert len(screen.calls) == 2
    assert screen.last == ("0123456789", "complete")


async def test_a_last_word_does_not_wait_behind_an_edit():
    """The edit waits for budget that never comes; the ending has a share of its own."""
    screen = Screen()
    await delivered(screen, TextDelta("Hi"), DONE, budget=Closed(), pause=0.02)

    assert screen.frames == [("", "waiting"), ("Hi", "complete")]


async def test_a_refused_write_is_made_again_with_what_is_newest():
    screen = Screen(SlackRefused("chat.postMessage", 7), SlackRefused("chat.update", 3))
    budget = await delivered(screen, TextDelta("Hi"), DONE)

    assert budget.refusals == [7, 3]
    assert screen.last == ("Hi", "complete")


async def test_a_lost_answer_is_not_the_end():
    screen = Screen()
    screen.errors = []
    delivery = Delivery(Reply(), screen, Free())
    await delivery.settle()
    screen.errors = [SlackUnknown("chat.update")]
    delivery.feed(TextDelta("Hi"))
    delivery.feed(DONE)
    await asyncio.wait_for(delivery.run(), 5)

    assert screen.last == ("Hi", "complete")
    assert len(screen.calls) == 3
