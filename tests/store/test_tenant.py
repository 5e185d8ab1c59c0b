"""Bots that share a database do not see each other's turns."""

from contextlib import AsyncExitStack

import pytest

from bot.core.feedback import Thumb, VoteOutcome
from bot.core.reply import Phase, Snapshot
from bot.core.turns import Again
from bot.core.types import Order
from bot.store import Tenant, open_store
from tests.fakes import turn

KEY = turn().key


@pytest.fixture
async def of(url):
    """Opens the journal of a bot."""
    async with AsyncExitStack() as stack:

        async def open_of(bot, adopts="T1"):
            store = open_store(url, owner=f"process of {bot}", tenant=Tenant(bot, adopts))
            return await stack.enter_async_context(store)

        yield open_of


async def answered(journal):
    lease = (await journal.claim(KEY)).lease
    await journal.posted(lease, ["1.5"])
    await journal.close(lease, Snapshot(Phase.COMPLETE, "Because."))
    await journal.ended(lease, Phase.COMPLETE)


async def test_one_message_is_answered_by_both_at_the_same_time(of):
    one, other = await of("one"), await of("other")

    assert [await each.accept(turn()) for each in (one, other)] == [True, True]
    claims = [await each.claim(KEY) for each in (one, other)]
    assert [claim.begun for claim in claims] == [True, True]
    await one.ended(claims[0].lease, Phase.COMPLETE)
    await other.close(claims[1].lease, Snapshot(Phase.COMPLETE, "Because."))

    assert (await one.find(KEY)).state == "delivered"
    assert (await other.find(KEY)).state == "closing"


async def test_what_another_bot_was_asked_is_never_offered(of, expire):
    one, other = await of("one"), await of("other")
    await one.accept(turn())
    await one.claim(KEY)
    await expire()

    assert await other.due() == []
    assert await other.claim(KEY) is None
    assert await other.find(KEY) is None
    assert await other.question(KEY) is None
    assert not await other.order(KEY, Order.STOP)
    assert await other.answering("T1", "C1", "1.5") is None
    assert await one.due() == [KEY]


async def test_a_look_that_another_bot_owes_is_not_offered(of, sql):
    one, other = await of("one"), await of("other")
    await one.accept(turn())
    lease = (await one.claim(KEY)).lease
    await one.owe_look(lease)
    await one.close(lease, Snapshot(Phase.COMPLETE, "Because."))
    await one.ended(lease, Phase.COMPLETE)
    await sql("UPDATE turns SET look_at = 0")

    assert await other.due() == []
    assert await other.claim(KEY) is None
    assert await one.due() == [KEY]


async def test_leaving_leaves_the_turns_of_another_bot(of):
    one, other = await of("one"), await of("other")
    await one.accept(turn())
    await other.leave()
    await other.offer()

    assert await one.claim(KEY)


async def test_votes_and_rounds_are_of_one_bot(of):
    one, other = await of("one"), await of("other")
    for journal in (one, other):
        await journal.accept(turn())
        await answered(journal)

    assert await one.feedback.vote(KEY, 0, "U1", Thumb.UP) is VoteOutcome.COUNTED
    assert await other.feedback.vote(KEY, 0, "U1", Thumb.DOWN) is VoteOutcome.COUNTED
    assert await one.reopen(turn(round=1), Again.WHOLE)

    assert (await other.find(KEY)).round == 0
    assert (await one.feedback.counts("T1", 60.0)).down == 0


async def test_only_the_own_old_turns_are_deleted(of, sql):
    one, other = await of("one"), await of("other")
    for journal in (one, other):
        await journal.accept(turn())
        await answered(journal)
    await sql("UPDATE turns SET ended_at = 0")

    assert await one.purge(0) == 1
    assert await one.find(KEY) is None
    assert await other.find(KEY)


async def test_what_an_older_version_left_is_adopted_with_its_votes(url, of):
    async with open_store(url, owner="older") as journal:
        await journal.accept(turn())
        await journal.feedback.vote(KEY, 0, "U1", Thumb.UP)
        await journal.leave()

    assert await (await of("elsewhere", adopts="T2")).due() == []
    one = await of("one")
    assert await one.due() == [KEY]
    assert (await one.feedback.counts("T1", 60.0)).up == 1
    assert await (await of("late", adopts="")).due() == []


async def test_a_bot_of_an_organisation_adopts_what_is_of_any_workspace(url, of):
    async with open_store(url, owner="older") as journal:
        await journal.accept(turn())
        await journal.leave()

    assert await (await of("one", adopts="")).due() == [KEY]
