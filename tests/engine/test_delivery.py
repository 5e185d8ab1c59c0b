"""Delivery: newest snapshot wins, the last word gets through, nothing is written twice."""

import asyncio

import pytest

from bot.core.reply import Reply
from bot.core.types import (
    Call,
    CallKind,
    Effect,
    Elapsed,
    Finish,
    FinishReason,
    Queued,
    ReasoningDelta,
    Stopped,
    TextDelta,
)
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
        return 0.0


async def delivered(screen, *events, budget=None, pause=0.0, **how):
    budget = budget or Free()
    delivery = Delivery(Reply(), screen, budget, **how)
    async with Tasks("test") as tasks:
        writing = tasks.start(delivery.run(), name="write")
        for event in events:
            await asyncio.sleep(pause)
            delivery.feed(event)
        await asyncio.wait_for(writing, 20)
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


@pytest.mark.parametrize("kept", [0, 100])
async def test_thoughts_that_nobody_sees_do_not_wake_the_writer(kept):
    screen = Screen()
    plans = 0

    def planned(snapshot, plan=screen.plan):
        nonlocal plans
        plans += 1
        return plan(snapshot)

    screen.plan = planned
    delivery = Delivery(Reply(thoughts=kept), screen, Free())
    async with Tasks("test") as tasks:
        writing = tasks.start(delivery.run(), name="write")
        await asyncio.sleep(0)
        before = plans
        for _ in range(10):
            delivery.feed(ReasoningDelta("hm "))
            await asyncio.sleep(0)
        assert (plans - before > 5) is (kept > 0)
        delivery.feed(DONE)
        await asyncio.wait_for(writing, 20)


async def test_a_lost_answer_is_not_the_end():
    screen = Screen()
    screen.errors = []
    delivery = Delivery(Reply(), screen, Free())
    await delivery.settle()
    screen.errors = [SlackUnknown("chat.update")]
    delivery.feed(TextDelta("Hi"))
    delivery.feed(DONE)
    await asyncio.wait_for(delivery.run(), 20)

    assert screen.last == ("Hi", "complete")
    assert len(screen.calls) == 3


class Clock(Screen):
    """A screen that also shows how long it takes, and whether Slack slows it."""

    def plan(self, snapshot):
        frame = (snapshot.text, int(snapshot.seconds), snapshot.slowed)
        if self.frames and self.last == frame:
            return []
        news = self.frames and snapshot.text != self.last[0]
        kind = CallKind.MORE if news else CallKind.STATUS
        kind = kind if self.frames else CallKind.FIRST
        kind = CallKind.LAST if snapshot.ended else kind
        effect = Effect.EDIT if self.frames else Effect.POST
        return [Call(effect, kind, effect.value, "T1", "C1", "2.0", draft=frame)]


class NoneToSpare(Free):
    """A budget that others use up; a status waits for ever."""

    async def acquire(self, call):
        if call.kind is CallKind.STATUS:
            await asyncio.Event().wait()
        return 0.0


async def test_the_time_is_told_while_there_is_nothing_else_to_tell():
    screen = Clock()
    await delivered(screen, Elapsed(10.2), Elapsed(20.1), TextDelta("Hi"), DONE, pause=0.01)

    assert [frame[:2] for frame in screen.frames] == [("", 0), ("", 10), ("", 20), ("Hi", 20)]


@pytest.mark.parametrize("end", [DONE, Stopped()])
async def test_a_status_never_keeps_words_waiting(end):
    screen = Clock()
    await delivered(screen, Elapsed(10), TextDelta("Hi"), end, budget=NoneToSpare(), pause=0.01)

    assert [frame[0] for frame in screen.frames] == ["", "Hi"]
    assert [call.kind for call in screen.calls][:2] == [CallKind.FIRST, CallKind.MORE]


async def test_the_model_is_not_kept_waiting_by_a_status():
    screen = Clock()
    delivery = Delivery(Reply(), screen, NoneToSpare())
    await delivery.settle()
    delivery.feed(Queued())
    delivery.feed(Elapsed(10))

    await asyncio.wait_for(delivery.settle(), 20)


class Slow(NoneToSpare):
    """A budget in which Slack holds the calls for so long, in turn, or our `caution` does.

    A status waits for ever, or not at all.
    """

    def __init__(self, *seconds, spare=False, caution=False):
        super().__init__()
        self.seconds = list(seconds)
        self.spare = spare
        self.caution = caution

    async def acquire(self, call):
        if call.kind is CallKind.STATUS:
            return 0.0 if self.spare else await super().acquire(call)
        seconds = self.seconds.pop(0) if self.seconds else 0.0
        await asyncio.sleep(seconds)
        return 0.0 if self.caution else seconds


async def test_the_reader_is_told_of_limits_as_long_as_they_last():
    screen = Clock()
    words = [TextDelta(word) for word in ("a", "b", "c")]
    await delivered(screen, *words, DONE, budget=Slow(0, 0, 0.2, 0), pause=0.25, slow=0.15)

    assert [(text, slowed) for text, _, slowed in screen.frames] == [
        ("", False),
        ("a", False),
        ("ab", True),
        ("abc", False),
    ]


async def test_our_own_caution_is_not_blamed_on_slack():
    """However long the call waited."""
    screen = Clock()
    words = [TextDelta(word) for word in ("a", "b")]
    budget = Slow(0, 0.2, 0.2, caution=True)
    await delivered(screen, *words, DONE, budget=budget, pause=0.25, slow=0.15)

    assert not any(slowed for _, _, slowed in screen.frames)


async def test_limits_that_hold_nothing_up_any_more_are_not_told_of():
    """The model pauses: that is none of Slack's doing."""
    screen, words = Clock(), [TextDelta("a"), TextDelta("b")]
    budget = Slow(0, 0.2, spare=True)
    await delivered(screen, *words, DONE, budget=budget, pause=0.4, slow=0.15)

    assert [(text, slowed) for text, _, slowed in screen.frames] == [
        ("", False),
        ("a", True),
        ("a", False),
        ("ab", False),
    ]


async def test_a_refusal_is_told_with_the_words_that_it_held_up():
    screen = Clock()
    delivery = Delivery(Reply(), screen, NoneToSpare())
    await delivery.settle()
    screen.errors = [SlackRefused("chat.update", 1)]
    async with Tasks("test") as tasks:
        writing = tasks.start(delivery.run(), name="write")
        for word in ("a", "b"):
            delivery.feed(TextDelta(word))
            await asyncio.sleep(0.01)
        delivery.feed(DONE)
        await asyncio.wait_for(writing, 20)

    assert screen.frames == [("", 0, False), ("a", 0, True), ("ab", 0, False)]


class Long(Screen):
    """A screen that has something to do before it plans."""

    def __init__(self):
        super().__init__()
        self.log = []

    def prepare(self, snapshot):
        return self._lay_out() if snapshot.text else None

    def _lay_out(self):
        for _ in range(3):
            self.log.append("step")
            yield

    def plan(self, snapshot):
        self.log.append("plan")
        return super().plan(snapshot)


async def test_what_is_long_about_a_plan_is_done_before_it():
    screen = Long()
    await delivered(screen, TextDelta("Hi"), DONE)

    assert screen.last == ("Hi", "complete")
    plan = screen.log.index("step")
    assert screen.log[plan : plan + 4] == ["step", "step", "step", "plan"]


class Kept(Screen):
    """A screen with a log of what it kept and what it wrote. `ends` comes up during each plan."""

    def __init__(self, ends):
        super().__init__()
        self.ends = ends
        self.log = []

    def prepare(self, snapshot):
        return self._lay_out() if snapshot.text and not snapshot.ended else None

    def _lay_out(self):
        yield
        self.ends()

    async def keep(self, ending):
        self.log.append(f"keep {ending.phase.value}")

    async def do(self, call):
        self.log.append(call.draft[1])
        await super().do(call)


async def test_the_end_is_kept_before_it_is_shown():
    """F098: also where the reply ends while a write of more text is being planned."""
    screen = Kept(lambda: delivery.feed(DONE))
    delivery = Delivery(Reply(), screen, Free())
    await delivery.settle()
    delivery.feed(TextDelta("Hi"))
    await asyncio.wait_for(delivery.run(), 20)

    assert screen.last == ("Hi", "complete")
    assert screen.log.index("keep complete") < screen.log.index("complete")
