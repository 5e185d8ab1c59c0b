"""What people say of answers, on both databases: one vote each, forgotten with the turn."""

import asyncio
from dataclasses import replace

import pytest

from bot.core.feedback import LONGEST_REASON, Fault, Tally, Thumb, VoteOutcome
from bot.core.turns import Again
from bot.store.journal import DEDUPLICATED
from tests.fakes import turn

UP, DOWN = Thumb.UP, Thumb.DOWN
KEY = turn().key
DAY = 86400.0


@pytest.fixture
def feedback(journal):
    return journal.feedback


@pytest.fixture
async def answered(journal):
    """A question that has been answered."""
    await journal.accept(turn())
    claim = await journal.claim(KEY)
    await journal.ended(claim.lease, "complete")
    return turn()


@pytest.mark.usefixtures("answered")
async def test_everybody_has_one_vote_and_may_change_it(feedback):
    assert await feedback.vote(KEY, 0, "U1", UP) is VoteOutcome.COUNTED
    assert await feedback.vote(KEY, 0, "U2", UP) is VoteOutcome.COUNTED
    assert await feedback.vote(KEY, 0, "U2", UP) is VoteOutcome.SAME
    assert await feedback.vote(KEY, 0, "U2", DOWN) is VoteOutcome.COUNTED

    assert await feedback.counts("T1", DAY) == Tally(up=1, down=1)
    assert await feedback.counts("T2", DAY) == Tally()
    assert await feedback.counts(None, DAY) == Tally(up=1, down=1)


@pytest.mark.usefixtures("answered")
async def test_of_many_clicks_at_once_one_counts(feedback):
    votes = await asyncio.gather(*(feedback.vote(KEY, 0, "U1", DOWN) for _ in range(8)))

    assert sorted(votes) == [VoteOutcome.COUNTED, *[VoteOutcome.SAME] * 7]


async def test_what_was_never_answered_has_no_votes(feedback):
    assert await feedback.vote(KEY, 0, "U1", UP) is VoteOutcome.STALE
    assert await feedback.counts(None, DAY) == Tally()


async def test_a_vote_is_for_the_latest_round(journal, feedback, answered):
    await feedback.vote(KEY, 0, "U1", DOWN)
    await journal.reopen(replace(answered, round=1), Again.WHOLE)

    assert await feedback.vote(KEY, 0, "U1", UP) is VoteOutcome.STALE
    assert await feedback.counts(None, DAY) == Tally(down=1)
    assert await feedback.vote(KEY, 1, "U1", DOWN) is VoteOutcome.COUNTED
    assert await feedback.counts(None, DAY) == Tally(down=1)


@pytest.mark.usefixtures("answered")
async def test_a_reason_belongs_to_a_thumb_that_is_down(feedback, sql):
    faults = [Fault.WRONG, Fault.LONG]
    assert not await feedback.explain(KEY, 0, "U1", faults, "no vote yet")
    await feedback.vote(KEY, 0, "U1", DOWN)
    assert await feedback.explain(KEY, 0, "U1", faults, "x" * 2000)
    assert not await feedback.explain(KEY, 1, "U1", faults, "another round")
    assert not await feedback.explain(KEY, 0, "U2", faults, "somebody else")

    assert await sql("SELECT faults, reason FROM feedback") == [
        ("long wrong", "x" * LONGEST_REASON)
    ]
    await feedback.vote(KEY, 0, "U1", UP)
    assert await sql("SELECT faults, reason FROM feedback") == [("", "")]
    assert not await feedback.explain(KEY, 0, "U1", faults, "it is up by now")


@pytest.mark.usefixtures("answered")
@pytest.mark.parametrize("text", ["\0nul", "half \ud800", "'; DROP TABLE feedback; --", "理由🙂"])
async def test_a_reason_may_be_anything(feedback, text):
    await feedback.vote(KEY, 0, "U1", DOWN)

    assert await feedback.explain(KEY, 0, "U1", [], text)


@pytest.mark.usefixtures("answered")
async def test_it_is_forgotten_with_its_turn(journal, feedback, sql):
    await feedback.vote(KEY, 0, "U1", DOWN)
    await feedback.explain(KEY, 0, "U1", [], "because")
    await sql(f"UPDATE turns SET ended_at = ended_at - {DEDUPLICATED + 1}")

    assert await journal.purge(0) == 1
    assert await sql("SELECT * FROM feedback") == []
    assert await feedback.vote(KEY, 0, "U1", UP) is VoteOutcome.STALE


@pytest.mark.usefixtures("answered")
async def test_only_what_is_recent_is_counted(feedback, sql):
    await feedback.vote(KEY, 0, "U1", UP)
    await sql(f"UPDATE feedback SET given_at = given_at - {2 * DAY}")

    assert await feedback.counts("T1", DAY) == Tally()
    assert await feedback.counts("T1", 3 * DAY) == Tally(up=1)


@pytest.mark.usefixtures("answered")
async def test_a_verdict_that_nobody_knows_is_not_counted(feedback, sql):
    await feedback.vote(KEY, 0, "U1", UP)
    await sql("UPDATE feedback SET verdict = 'sideways'")

    assert await feedback.counts("T1", DAY) == Tally()
