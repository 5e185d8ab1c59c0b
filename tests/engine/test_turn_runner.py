"""TurnRunner: one claimed turn from the line to its recorded end."""

import asyncio
from datetime import UTC, datetime

import pytest

from bot.core.types import Finish, FinishReason, Order, TextDelta
from bot.engine.answer import Answer, AnswerServices
from bot.engine.clocks import uptime
from bot.engine.held_lease import HeldLease
from bot.engine.journaled_sink import JournaledSink
from bot.engine.quarantine import Quarantine
from bot.engine.turn_policy import TurnPolicy
from bot.engine.turn_runner import RunningTurn, TurnRunner
from bot.errors import LeaseLost, SlackError, SlackRejected, StoreError
from bot.tasks import Tasks
from tests.fakes import Free, Pages, Screen, ScriptModel, turn

DONE = Finish(FinishReason.STOP)
POLICY = TurnPolicy()


class Workshop:
    """A runner, and turns that are claimed for it. While `is_open` is false it shuts down."""

    def __init__(self, journal, tasks, *scripts, policy=POLICY):
        self.journal = journal
        self.model = ScriptModel(*scripts)
        self.pages = Pages()
        self.is_open = True
        self.runner = TurnRunner(
            journal,
            policy,
            Quarantine(journal, tasks, policy.quarantine_seconds),
            lambda: self.is_open,
        )

    async def claimed(self, asked):
        """The turn, accepted and claimed, and the screen that it is shown on."""
        await self.journal.accept(asked)
        claim = await self.journal.claim(asked.key)
        screen, lease = Screen(), HeldLease(self.journal, claim.lease, 10, uptime())
        sink = JournaledSink(screen, self.journal, claim, lease)
        names = (lambda: "Bot", lambda: datetime(2026, 1, 31, tzinfo=UTC), lambda _: "Ask me.")
        services = AnswerServices(self.model, self.pages, self.pages, Free(), *names)
        answer = Answer(asked, sink, services, claim.ending)
        attempt = claim.attempts if claim.begun else None
        task = asyncio.current_task()
        return RunningTurn(claim, answer, sink, lease, task, attempt), screen

    async def state(self, asked):
        return (await self.journal.find(asked.key)).state


@pytest.fixture
async def workshop(another):
    journal = await another("first")
    async with Tasks("test") as tasks:
        yield lambda *scripts, **how: Workshop(how.pop("journal", journal), tasks, *scripts, **how)


async def test_it_is_answered_and_the_end_is_recorded(workshop):
    shop = workshop([TextDelta("Because."), DONE])
    running, screen = await shop.claimed(turn())
    await shop.runner.run(running)

    assert screen.last == ("Because.", "complete")
    assert running.finished
    assert await shop.state(turn()) == "delivered"


async def test_it_waits_in_line_until_the_older_question_has_ended(workshop):
    shop = workshop([TextDelta("1"), DONE], [TextDelta("2"), DONE])
    first, _ = await shop.claimed(turn("1.0"))
    second, screen = await shop.claimed(turn("2.0"))
    assert (first.attempt, second.attempt) == (1, None)
    async with Tasks("line") as tasks:
        waiting = tasks.start(shop.runner.run(second), name="second")
        async with asyncio.timeout(20):
            while not screen.frames:
                await asyncio.sleep(0.01)
        assert screen.frames == [("", "queued")]
        await shop.runner.run(first)
        shop.runner.recheck()
        await waiting

    assert second.attempt == 1
    assert screen.last == ("2", "complete")


async def test_an_order_ends_it_while_it_waits_in_line(workshop):
    shop = workshop()
    await shop.claimed(turn("1.0"))
    second, screen = await shop.claimed(turn("2.0"))
    async with Tasks("line") as tasks:
        waiting = tasks.start(shop.runner.run(second), name="second")
        await asyncio.sleep(0.05)
        second.follow(Order.STOP)
        shop.runner.recheck()
        await waiting

    assert screen.last == ("", "stopped")
    assert await shop.state(turn("2.0")) == "stopped"


async def test_what_the_policy_refuses_fails_without_a_model(workshop):
    shop = workshop(policy=TurnPolicy(max_age=-1))
    running, screen = await shop.claimed(turn())
    await shop.runner.run(running)

    assert screen.last == ("", "failed")
    assert shop.model.prompts == []


async def test_a_removal_for_good_of_which_slack_knows_nothing_is_not_repeated(workshop):
    """The order of another process is followed, as far as it can be."""
    shop = workshop()
    running, screen = await shop.claimed(turn(text="", root=None))
    await shop.journal.withdraw(turn().key)
    running.follow(Order.WITHDRAWN)
    screen.errors = [SlackError("no such thing")]
    await shop.runner.run(running)

    assert await shop.state(turn()) == "stopped"
    assert await shop.journal.due() == []
    assert shop.pages.learned == ["U1"]


async def test_while_the_process_shuts_down_a_turn_is_released_for_others(workshop):
    shop = workshop()
    shop.is_open = False
    running, screen = await shop.claimed(turn())
    await shop.runner.run(running)
    again = await shop.journal.claim(turn().key)

    assert screen.last == ("", "interrupted")
    assert (again.begun, again.attempts) == (True, 1)


class Failing:
    """A journal of which one method fails once."""

    def __init__(self, journal, method, error):
        self._journal = journal
        self._method = method
        self._errors = [error]

    def __getattr__(self, name):
        if name == self._method and self._errors:
            return self._fail
        return getattr(self._journal, name)

    async def _fail(self, *_):
        raise self._errors.pop()


async def test_an_end_that_the_journal_did_not_take_is_recorded_later(workshop, another):
    journal = Failing(await another("second"), "ended", StoreError("down"))
    shop = workshop([TextDelta("Because."), DONE], journal=journal)
    running, screen = await shop.claimed(turn())
    await shop.runner.run(running)

    assert screen.last == ("Because.", "complete")
    assert await shop.state(turn()) == "delivered"
    assert len(shop.model.prompts) == 1


@pytest.mark.parametrize("error", [LeaseLost("taken"), StoreError("down")])
async def test_what_the_journal_says_before_it_is_begun_is_raised(workshop, another, error):
    journal = Failing(await another("second"), "begin", error)
    shop = workshop(journal=journal)
    await shop.claimed(turn("1.0"))
    second, screen = await shop.claimed(turn("2.0"))
    with pytest.raises(type(error)):
        await shop.runner.run(second)

    assert screen.frames == []


async def test_a_look_that_slack_rejects_leaves_the_ending_as_it_was(workshop, another):
    """A whole answer would not survive the deletion of its question if it counted as failed."""
    shop = workshop([TextDelta("Because."), DONE], journal=await another("hasty", lease=0.2))
    running, _ = await shop.claimed(turn())
    await shop.journal.owe_look(running.claim.lease)
    await shop.runner.run(running)
    async with asyncio.timeout(20):
        while not await shop.journal.due():
            await asyncio.sleep(0.05)
    look, screen = await shop.claimed(turn())
    screen.errors = [SlackRejected("chat.update", "cant_update_message")] * 3
    await shop.runner.run(look)

    assert look.claim.looks
    assert screen.frames == []
    assert await shop.state(turn()) == "delivered"
