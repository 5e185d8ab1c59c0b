"""The journal's promises, on both databases."""

import asyncio
from itertools import cycle

import pytest

from bot.core.reply import Phase, Snapshot
from bot.core.turns import Again, TurnState
from bot.core.types import LONGEST_LEASE, Failed, Lease, Order, Usage
from bot.errors import LeaseLost
from tests.fakes import turn

ANSWER = Snapshot(Phase.COMPLETE, "Because.\0 \ud800", None, Usage(3, 4))


async def test_a_turn_from_end_to_end(journal, sql):
    asked = turn(text="why? だから\0\ud800", direct=True, has_more=True)

    assert await journal.accept(asked)
    assert (await journal.find(asked.key)).state is TurnState.ACCEPTED
    claim = await journal.claim(asked.key)
    assert claim.turn == turn(text="why? だから?", direct=True, has_more=True)
    assert (claim.begun, claim.attempts, claim.doubtful, claim.posts) == (True, 1, False, ())
    assert 0 <= claim.age < 5
    assert (await journal.find(asked.key)).state is TurnState.POSTING
    await journal.posted(claim.lease, ["5.1", "5.2"])
    assert (await journal.find(asked.key)).state is TurnState.ANSWERING
    await journal.close(claim.lease, ANSWER)
    assert (await journal.find(asked.key)).state is TurnState.CLOSING
    await journal.ended(claim.lease, "complete")

    entry = await journal.find(asked.key)
    assert (entry.user, entry.round, entry.state) == ("U1", 0, TurnState.DELIVERED)
    assert await sql("SELECT text, ending, begun, posts FROM turns") == [
        (None, None, 0, '["5.1", "5.2"]')
    ]
    assert await journal.due() == []
    assert await journal.claim(asked.key) is None


async def test_a_duplicate_is_refused_even_after_the_end(journal):
    assert await journal.accept(turn())
    assert not await journal.accept(turn(text="edited"))
    claim = await journal.claim(turn().key)
    await journal.ended(claim.lease, "complete")

    assert not await journal.accept(turn())


@pytest.mark.parametrize(
    ("first", "second", "known"),
    [
        ({"whole": False}, {"has_more": True}, {"has_more": True}),
        ({"has_more": True}, {"whole": False}, {"has_more": True}),
        ({}, {"has_more": True}, {"has_more": True}),
        ({"text": "", "whole": False}, {}, {}),
        ({}, {"text": "", "whole": False}, {}),
        ({"text": "thin", "whole": False}, {"text": "", "has_more": True}, {"text": "thin"}),
        ({}, {"text": "edited", "has_more": True}, {"has_more": True}),
        ({"whole": False}, {"whole": False}, {"whole": False}),
    ],
)
async def test_further_deliveries_add_what_they_know(opened, first, second, known):
    """In whatever process and order they come; before a claim, and after it."""
    journal, other = await opened("a"), await opened("b")
    assert await journal.accept(turn(**first))
    assert not await other.accept(turn(**second))
    merged = {"has_more": bool(first.get("has_more") or second.get("has_more"))} | known

    claim = await journal.claim(turn().key)
    assert claim.turn == await other.question(turn().key) == turn(**merged)
    await other.amend(turn(text="late", has_more=True))
    assert await journal.question(turn().key) == turn(**merged | {"has_more": True}) or (
        not first.get("whole", True) and not second.get("whole", True)
    )


async def test_what_comes_after_the_end_is_not_kept(journal, sql):
    """An ended turn has no text, and gets none."""
    await journal.accept(turn(whole=False))
    await journal.ended((await journal.claim(turn().key)).lease, "complete")
    await journal.accept(turn(text="again", has_more=True))
    await journal.amend(turn(text="again", has_more=True))

    assert await journal.question(turn().key) is None
    assert await sql("SELECT text, has_more FROM turns") == [(None, 0)]


async def test_what_is_added_to_an_unknown_turn_makes_none(journal, sql):
    await journal.amend(turn(has_more=True))

    assert await sql("SELECT ts FROM turns") == []


@pytest.mark.parametrize("root", ["1.0", None])
async def test_a_thread_is_answered_in_its_order(journal, root):
    first, second, elsewhere = turn("9.0", root=root), turn("10.0", root=root), turn("11.0")
    for asked in (elsewhere, second, first):
        await journal.accept(asked)

    assert await journal.due() == [first.key, elsewhere.key]
    waiting = await journal.claim(second.key)
    assert (waiting.begun, waiting.attempts) == (False, 0)
    assert await journal.begin(waiting.lease) is None
    claim = await journal.claim(first.key)
    assert claim.begun
    assert await journal.begin(waiting.lease) is None
    await journal.ended(claim.lease, "failed")

    assert await journal.due() == [second.key, elsewhere.key]
    assert await journal.begin(waiting.lease) == 1
    assert (await journal.claim(elsewhere.key)).begun


async def test_an_older_turn_that_comes_late_waits_and_stops_nobody(opened, expire):
    journal, other = await opened("a"), await opened("b")
    await journal.accept(turn("2.0"))
    await journal.claim(turn("2.0").key)
    await other.accept(turn("1.0"))

    assert await other.due() == []
    assert not (await other.claim(turn("1.0").key)).begun
    await expire()
    assert await other.due() == [turn("2.0").key]
    recovered = await other.claim(turn("2.0").key)
    assert (recovered.begun, recovered.attempts) == (True, 2)
    await other.ended(recovered.lease, "complete")
    assert await other.due() == [turn("1.0").key]


async def test_nobody_takes_what_somebody_works_on(opened):
    journal, other = await opened("a"), await opened("b")
    await journal.accept(turn())

    assert await other.claim(turn().key) is None
    assert await other.due() == []
    assert await journal.claim(turn().key)
    assert await other.claim(turn().key) is None
    assert await other.claim(turn("3.0").key) is None


async def test_a_lease_runs_out_unless_it_is_renewed(opened):
    journal, other = await opened("a", lease=1.5), await opened("b")
    await journal.accept(turn())
    await journal.accept(turn("2.0", root="2.0"))
    claim = await journal.claim(turn().key)
    for _ in range(4):
        await asyncio.sleep(0.5)
        assert await journal.renew([claim.lease]) == {claim.lease: None}
    assert await other.due() == []

    await asyncio.sleep(1.7)

    assert await other.due() == [turn().key, turn("2.0").key]
    taken = await other.claim(turn().key)
    assert taken.lease.fence > claim.lease.fence
    assert (taken.begun, taken.attempts, taken.doubtful) == (True, 2, True)
    assert await journal.renew([claim.lease]) == {}


async def test_a_poison_turn_is_begun_with_care(opened, expire):
    for attempt, owner in enumerate("abc"):
        journal = await opened(owner)
        await journal.accept(turn())
        claim = await journal.claim(turn().key)
        assert claim.begun == (attempt < 2)
        await expire()

    assert claim.attempts == 2
    assert await journal.begin(claim.lease) == 3


@pytest.mark.parametrize("how", ["taken", "released", "left", "ended", "reopened"])
async def test_a_lost_lease_writes_nothing(opened, expire, how):
    journal, other = await opened("a"), await opened("b")
    await journal.accept(turn())
    lease = (await journal.claim(turn().key)).lease
    if how == "taken":
        await expire()
        assert await other.claim(turn().key)
    elif how == "released":
        await journal.release(lease)
    elif how == "left":
        await journal.leave()
    else:
        await journal.ended(lease, "failed")
    if how == "reopened":
        assert await journal.reopen(turn(round=1), Again.LAST)
    before = await other.find(turn().key)

    for write in (
        journal.begin(lease),
        journal.posting(lease),
        journal.posted(lease, ["1.1"]),
        journal.close(lease, ANSWER),
        journal.ended(lease, "complete"),
        journal.release(lease),
    ):
        with pytest.raises(LeaseLost):
            await write

    assert await other.find(turn().key) == before
    assert await journal.renew([lease]) == {}


async def test_doubt_lasts_from_the_announcement_to_the_confirmation(opened, expire):
    journals = cycle([await opened("a"), await opened("b")])

    async def next_claim():
        await expire()
        journal = next(journals)
        return journal, await journal.claim(turn("2.0").key)

    journal = next(journals)
    await journal.accept(turn("1.0"))
    await journal.accept(turn("2.0"))
    journal, claim = await next_claim()
    assert (claim.begun, claim.doubtful) == (False, False)
    await journal.posting(claim.lease)
    journal, claim = await next_claim()
    assert (claim.doubtful, claim.posts) == (True, ())
    await journal.posted(claim.lease, ["3.1"])
    journal, claim = await next_claim()
    assert (claim.doubtful, claim.posts) == (False, ("3.1",))
    await journal.close(claim.lease, ANSWER)
    await journal.posting(claim.lease)
    journal, claim = await next_claim()
    assert (claim.doubtful, claim.posts, claim.ending) == (True, ("3.1",), ANSWER)
    await journal.posted(claim.lease, ["3.1", "3.2"])
    assert (await journal.find(turn("2.0").key)).state is TurnState.CLOSING
    journal, claim = await next_claim()
    assert (claim.doubtful, claim.posts) == (False, ("3.1", "3.2"))


@pytest.mark.parametrize("failure", [Failed("stalled", "ab12"), Failed("quota", "cd34", 2.5)])
async def test_the_whole_answer_outlives_its_worker(opened, expire, failure):
    journal, other = await opened("a"), await opened("b")
    ending = Snapshot(Phase.FAILED, "Half of", failure)
    await journal.accept(turn())
    claim = await journal.claim(turn().key)
    await journal.close(claim.lease, ending)
    await expire()

    assert (await other.claim(turn().key)).ending == ending


async def test_a_turn_that_is_put_off_is_as_if_it_had_not_begun(opened, expire):
    journal, other = await opened("a"), await opened("b")
    await journal.accept(turn())
    claim = await journal.claim(turn().key)
    await journal.put_off(claim)
    assert (await journal.find(turn().key)).state is TurnState.ACCEPTED
    assert await journal.renew([claim.lease]) == {claim.lease: None}
    assert await journal.begin(claim.lease) == 1
    await journal.posted(claim.lease, ["3.1"])

    await expire()
    claim = await other.claim(turn().key)
    assert (claim.begun, claim.attempts) == (True, 2)
    await other.put_off(claim)
    assert (await other.find(turn().key)).state is TurnState.ANSWERING
    assert await other.begin(claim.lease) == 2
    with pytest.raises(LeaseLost):
        await journal.put_off(claim)


async def test_of_a_turn_that_is_put_off_it_is_known_whether_a_post_may_stand(opened, expire):
    journal, other, third = [await opened(name) for name in "abc"]
    await journal.accept(turn())
    await journal.claim(turn().key)
    await expire()
    claim = await other.claim(turn().key)
    await other.put_off(claim)
    await expire()

    assert (await third.claim(turn().key)).doubtful
    assert (await third.find(turn().key)).state is TurnState.POSTING


@pytest.mark.parametrize("how", ["release", "leave"])
async def test_what_is_handed_over_can_be_taken_up_at_once(opened, how):
    journal, other = await opened("a"), await opened("b")
    await journal.accept(turn("1.0"))
    await journal.accept(turn("2.0"))
    claim = await journal.claim(turn("1.0").key)
    waiting = await journal.claim(turn("2.0").key)
    await journal.posted(claim.lease, ["1.1"])

    if how == "leave":
        await journal.leave()
    else:
        await journal.release(waiting.lease)
        await journal.release(claim.lease)

    assert await other.due() == [turn("1.0").key]
    assert not (await other.claim(turn("2.0").key)).begun
    taken = await other.claim(turn("1.0").key)
    assert (taken.begun, taken.attempts, taken.posts) == (True, 1, ("1.1",))
    assert taken.lease.fence == claim.lease.fence + 1


@pytest.mark.parametrize("how", ["release", "leave"])
async def test_after_it_was_handed_over_an_older_turn_goes_first(opened, how):
    journal, other = await opened("a"), await opened("b")
    await journal.accept(turn("2.0"))
    claim = await journal.claim(turn("2.0").key)
    await other.accept(turn("1.0"))
    await (journal.leave() if how == "leave" else journal.release(claim.lease))

    assert await other.due() == [turn("1.0").key]
    assert not (await other.claim(turn("2.0").key)).begun
    assert (await other.claim(turn("1.0").key)).begun


async def test_orders_reach_whoever_works_on_it(opened):
    journal, other = await opened("a"), await opened("b")
    await journal.accept(turn())
    assert await other.order(turn().key, Order.STOP)
    claim = await journal.claim(turn().key)
    assert claim.order is Order.STOP

    assert await other.order(turn().key, Order.GONE)
    assert await other.order(turn().key, Order.STOP)
    assert await journal.renew([claim.lease]) == {claim.lease: Order.GONE}
    await journal.ended(claim.lease, "stopped")

    assert not await other.order(turn().key, Order.STOP)
    assert not await other.order(turn("7.0").key, Order.STOP)


@pytest.mark.parametrize(
    ("first", "second", "left"),
    [
        (Order.STOP, Order.WITHDRAWN, Order.WITHDRAWN),
        (Order.GONE, Order.WITHDRAWN, Order.WITHDRAWN),
        (Order.WITHDRAWN, Order.GONE, Order.WITHDRAWN),
        (Order.WITHDRAWN, Order.STOP, Order.WITHDRAWN),
    ],
)
async def test_what_wants_less_does_not_replace_what_wants_all_gone(journal, first, second, left):
    await journal.accept(turn())
    claim = await journal.claim(turn().key)
    for order in (first, second):
        assert await journal.order(turn().key, order)

    assert await journal.renew([claim.lease]) == {claim.lease: left}


async def test_an_open_turn_whose_question_is_deleted_is_told_so(opened):
    journal, other = await opened("a"), await opened("b")
    await journal.accept(turn())
    claim = await journal.claim(turn().key)

    assert not await other.withdraw(turn().key)
    assert await journal.renew([claim.lease]) == {claim.lease: Order.WITHDRAWN}


async def test_an_ended_turn_whose_question_is_deleted_is_opened_again_once(opened):
    """All of its messages are kept; whoever dies with it leaves it to others."""
    journal, other = await opened("a"), await opened("b")
    await journal.accept(turn())
    claim = await journal.claim(turn().key)
    await journal.posted(claim.lease, ["1.1", "1.2"])
    await journal.ended(claim.lease, "complete")

    assert await other.withdraw(turn().key)
    assert not await journal.withdraw(turn().key)
    again = await other.claim(turn().key)
    assert (again.order, again.posts, again.kept) == (Order.ORPHANED, ("1.1", "1.2"), 2)
    assert (again.turn.round, again.doubtful, again.turn.text) == (0, False, "")
    with pytest.raises(LeaseLost):
        await journal.posted(claim.lease, [])
    await other.leave()
    assert (await journal.claim(turn().key)).order is Order.ORPHANED
    await journal.ended((await journal.claim(turn().key)).lease, "gone")
    assert not await journal.withdraw(turn().key)
    assert await journal.due() == []


@pytest.mark.parametrize("how", ["cut", "filtered", "empty", "stopped", "gone", "failed"])
async def test_half_an_answer_is_taken_back_once(opened, how):
    """Of its messages none is kept, and more may be found; whoever dies leaves it to others."""
    journal, other = await opened("a"), await opened("b")
    await journal.accept(turn())
    await answered(journal, turn(), ["1.1"], "cut")
    await journal.reopen(turn(round=1), Again.MORE)
    claim = await answered(journal, turn(), ["1.1", "1.2"], how)

    assert await other.withdraw(turn().key)
    assert not await journal.withdraw(turn().key)
    again = await other.claim(turn().key)
    assert (again.order, again.posts, again.kept) == (Order.WITHDRAWN, ("1.1", "1.2"), 1)
    assert (again.turn.round, again.doubtful, again.turn.text) == (1, True, "")
    with pytest.raises(LeaseLost):
        await journal.posted(claim.lease, [])
    await other.leave()
    await journal.ended((await journal.claim(turn().key)).lease, "withdrawn")
    assert not await journal.withdraw(turn().key)
    assert (await journal.find(turn().key)).gone
    assert await journal.due() == []


@pytest.mark.parametrize(
    ("how", "order"), [("stopped", Order.WITHDRAWN), ("complete", Order.ORPHANED)]
)
async def test_a_deletion_that_comes_too_late_for_the_writer(opened, how, order):
    """Another process was told just before this one recorded the end: it is not forgotten."""
    journal, other = await opened("a"), await opened("b")
    await journal.accept(turn())
    claim = await journal.claim(turn().key)
    await journal.posted(claim.lease, ["1.1"])
    assert not await other.withdraw(turn().key)
    await journal.ended(claim.lease, how)

    assert await journal.due() == [turn().key]
    again = await journal.claim(turn().key)
    assert (again.order, again.posts) == (order, ("1.1",))
    with pytest.raises(LeaseLost):
        await journal.ended(claim.lease, how)
    await journal.ended(again.lease, "withdrawn")
    assert await journal.due() == []


async def test_a_message_that_nobody_asked_is_withdrawn_without_a_trace(journal):
    assert not await journal.withdraw(turn("7.0").key)
    assert await journal.find(turn("7.0").key) is None


async def test_a_question_that_was_deleted_first_is_never_accepted(opened):
    """Whoever takes it up finds the order: there is no moment at which it is only a question."""
    journal, other = await opened("a"), await opened("b")
    assert not await journal.withdraw(turn().key, turn())
    assert not await other.accept(turn())
    assert not await journal.withdraw(turn().key, turn())
    claim = await journal.claim(turn().key)

    assert (claim.order, claim.turn) == (Order.WITHDRAWN, turn())


async def test_an_answer_is_found_by_any_of_its_messages(journal):
    await journal.accept(turn())
    claim = await journal.claim(turn().key)
    await journal.posted(claim.lease, ["1700.000100", "1700.000200"])

    assert await journal.answering("T1", "C1", "1700.000200") == turn().key
    assert await journal.answering("T1", "C1", "1700.00020") is None
    assert await journal.answering("T1", "C1", "%") is None
    assert await journal.answering("T1", "C2", "1700.000200") is None
    await journal.ended(claim.lease, "complete")
    assert await journal.answering("T1", "C1", "1700.000200") is None


async def answered(journal, asked, posts, how="complete"):
    claim = await journal.claim(asked.key)
    await journal.posted(claim.lease, posts)
    await journal.ended(claim.lease, how)
    return claim


async def test_rounds_keep_what_went_before(journal):
    await journal.accept(turn())
    assert not await journal.reopen(turn(round=1), Again.LAST)
    await answered(journal, turn(), ["1.1", "1.2"])

    assert not await journal.reopen(turn(round=2), Again.LAST)
    assert not await journal.reopen(turn(round=0), Again.LAST)
    assert await journal.reopen(turn(round=1, text="Go on."), Again.MORE)
    assert not await journal.reopen(turn(round=1), Again.LAST)
    assert (await journal.find(turn().key)).state is TurnState.ACCEPTED
    claim = await answered(journal, turn(), ["1.1", "1.2", "1.3"], "failed")
    assert claim.turn == turn(round=1, goes_on=True, text="Go on.")
    assert (claim.posts, claim.kept, claim.attempts) == (("1.1", "1.2"), 2, 1)
    assert (claim.doubtful, claim.order) == (False, None)

    assert await journal.reopen(turn(round=2), Again.LAST)
    claim = await answered(journal, turn(), ["1.1", "1.2", "1.3"])
    assert (claim.posts, claim.kept) == (("1.1", "1.2", "1.3"), 2)
    assert claim.turn.goes_on

    assert await journal.reopen(turn(round=3), Again.MORE)
    claim = await answered(journal, turn(), ["1.1", "1.2", "1.3", "1.4"])
    assert (claim.kept, claim.turn.goes_on) == (3, True)
    assert await journal.reopen(turn(round=4), Again.WHOLE)
    claim = await journal.claim(turn().key)
    assert (claim.posts, claim.kept) == (("1.1", "1.2", "1.3", "1.4"), 0)
    assert not claim.turn.goes_on
    assert not await journal.reopen(turn("8.0", round=1), Again.LAST)


async def test_a_reopened_turn_waits_for_its_thread(journal):
    for ts in ("1.0", "2.0"):
        await journal.accept(turn(ts))
    await answered(journal, turn("1.0"), ["1.1"])
    busy = await journal.claim(turn("2.0").key)
    await journal.reopen(turn("1.0", round=1), Again.LAST)

    waiting = await journal.claim(turn("1.0").key)
    assert not waiting.begun
    await journal.ended(busy.lease, "complete")
    assert await journal.begin(waiting.lease) == 1


async def test_old_turns_are_forgotten_but_not_within_48_hours(journal, sql):
    for ts, hours in (("1.0", 47), ("2.0", 49), ("3.0", 100)):
        await journal.accept(turn(ts))
        await answered(journal, turn(ts), [])
        await sql(f"UPDATE turns SET ended_at = ended_at - {hours * 3600} WHERE ts = '{ts}'")
    await journal.accept(turn("4.0"))
    await sql("UPDATE turns SET accepted_at = 0 WHERE ts = '4.0'")

    assert await journal.purge(99 * 3600) == 1
    assert await journal.purge(0) == 1

    assert not await journal.accept(turn("1.0"))
    assert await journal.accept(turn("2.0"))
    assert await journal.find(turn("3.0").key) is None
    assert await journal.find(turn("4.0").key)


async def test_many_are_forgotten_in_batches(journal, sql):
    await journal.accept(turn("1.0"))
    await answered(journal, turn("1.0"), [])
    await sql("UPDATE turns SET ended_at = 0, begun = (1 = 0)")
    names = "channel, thread, moment, asker, direct, has_more, round, goes_on, state"
    names += ", owner, lease_until, accepted_at, ended_at"
    await sql(
        "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 1200) "
        f"INSERT INTO turns (team, ts, {names}) "
        f"SELECT team, CAST(i AS TEXT), {names} FROM turns, n"
    )

    assert await journal.purge(0) == 1200


@pytest.mark.parametrize("state", ["begun = (1 = 1)", "posts = '[\"3.1\"]'"])
async def test_own_work_does_not_crowd_out_what_is_due(journal, sql, state):
    for n in range(510):
        await journal.accept(turn(f"{n}.0", root=f"{n}"))
    await sql(f"UPDATE turns SET {state} WHERE moment < 505000000")

    due = await journal.due()

    assert len(due) == 500
    assert [ts for _, _, ts in due][-5:] == ["505.0", "506.0", "507.0", "508.0", "509.0"]
    assert [float(ts) for _, _, ts in due] == sorted(float(ts) for _, _, ts in due)


@pytest.mark.parametrize("column", ["posts", "ending", "state", "asked_for"])
async def test_a_row_edited_by_hand_stops_nobody(opened, sql, expire, column):
    """F096."""
    journal, other = await opened("a"), await opened("b")
    for ts in ("1.0", "2.0"):
        await journal.accept(turn(ts, root=ts))
    await journal.posted((await journal.claim(turn("1.0").key)).lease, ["1.1"])
    await sql(f"UPDATE turns SET {column} = 'garbage{{' WHERE ts = '1.0'")
    await expire()

    assert await other.due() == [turn("1.0").key, turn("2.0").key]
    claim = await other.claim(turn("1.0").key)
    assert (claim.ending, claim.order) == (None, None)
    assert (claim.posts, claim.doubtful) == (((), True) if column == "posts" else (("1.1",), False))
    assert await other.answering("T1", "C1", "garbage") is None
    assert await other.find(turn("1.0").key)
    await other.renew([claim.lease])
    await other.ended(claim.lease, "complete")
    assert await other.reopen(turn("1.0", round=1), Again.MORE)


async def test_a_clock_that_was_set_back_leaves_no_lease_for_ever(opened, sql):
    """The database's clock was an hour ahead when it was given."""
    await (await opened("dead")).accept(turn())
    await sql(f"UPDATE turns SET lease_until = lease_until + {LONGEST_LEASE - 20}")
    other = await opened("other")
    assert await other.claim(turn().key) is None

    await sql("UPDATE turns SET lease_until = lease_until + 3600")

    assert await other.due() == [turn().key]
    assert (await other.claim(turn().key)).begun


async def test_renewing_nothing_that_is_ours(journal):
    assert await journal.renew([]) == {}
    assert await journal.renew([Lease(turn().key, 1)]) == {}


async def ended_with_a_call_of_unknown_outcome(journal):
    """Its claim."""
    await journal.accept(turn())
    claim = await journal.claim(turn().key)
    await journal.posted(claim.lease, ["5.1"])
    await journal.owe_look(claim.lease)
    await journal.close(claim.lease, ANSWER)
    await journal.ended(claim.lease, "complete")
    return claim


async def test_a_turn_that_owes_a_look_is_due_again_when_nothing_can_land_any_more(journal, sql):
    await ended_with_a_call_of_unknown_outcome(journal)
    assert (await journal.due(), await journal.claim(turn().key)) == ([], None)
    assert (await journal.find(turn().key)).state is TurnState.DELIVERED
    assert 25 < (await sql("SELECT look_at - ended_at FROM turns"))[0][0] < 31

    await sql("UPDATE turns SET look_at = 1")
    assert await journal.due() == [turn().key]
    look = await journal.claim(turn().key)
    assert (look.looks, look.doubtful, look.begun, look.posts) == (True, True, False, ("5.1",))
    assert look.ending == ANSWER
    await journal.posted(look.lease, ["5.1"])
    assert (await journal.find(turn().key)).state is TurnState.LOOKING
    await journal.ended(look.lease, "complete")
    assert await sql("SELECT ending, look_at FROM turns") == [(None, None)]
    assert await journal.due() == []


async def test_a_look_is_given_to_one_process(opened, sql):
    journal, other = await opened("a"), await opened("b")
    await ended_with_a_call_of_unknown_outcome(journal)
    await sql("UPDATE turns SET look_at = 1")
    claims = await asyncio.gather(journal.claim(turn().key), other.claim(turn().key))

    assert [claim is None for claim in claims].count(True) == 1


async def test_a_look_that_was_cut_off_is_taken_up(opened, expire, sql):
    journal, other = await opened("a"), await opened("b")
    await ended_with_a_call_of_unknown_outcome(journal)
    await sql("UPDATE turns SET look_at = 1")
    await journal.claim(turn().key)
    await expire()

    assert await other.due() == [turn().key]
    assert (await other.claim(turn().key)).looks


async def test_a_look_waits_for_no_turn_of_its_thread_and_none_for_it(journal, sql):
    await ended_with_a_call_of_unknown_outcome(journal)
    later = turn("2.0", root=turn().thread.root)
    await journal.accept(later)
    running = await journal.claim(later.key)
    await sql("UPDATE turns SET look_at = 1 WHERE look_at IS NOT NULL")

    assert turn().key in await journal.due()
    assert (await journal.claim(turn().key)).looks
    await journal.ended(running.lease, "complete")
    last = turn("3.0", root=turn().thread.root)
    await journal.accept(last)
    assert (await journal.claim(last.key)).begun


async def test_who_takes_a_turn_over_owes_a_look(opened, expire, sql):
    """A call of the other process may be on its way."""
    journal, other = await opened("a"), await opened("b")
    await journal.accept(turn())
    await journal.claim(turn().key)
    assert await sql("SELECT look_at FROM turns") == [(None,)]
    await expire()
    await other.claim(turn().key)

    assert (await sql("SELECT look_at IS NOT NULL FROM turns"))[0][0]


async def test_who_gets_a_turn_that_was_given_back_owes_none(opened, sql):
    journal, other = await opened("a"), await opened("b")
    await journal.accept(turn())
    await journal.release((await journal.claim(turn().key)).lease)
    await other.claim(turn().key)

    assert await sql("SELECT look_at FROM turns") == [(None,)]


async def test_a_turn_that_is_left_in_the_midst_owes_a_look(journal, sql):
    await journal.accept(turn())
    await journal.claim(turn().key)
    await journal.leave()

    assert (await sql("SELECT look_at IS NOT NULL FROM turns"))[0][0]


async def ended_long_ago(journal, *posts):
    await journal.accept(turn())
    claim = await journal.claim(turn().key)
    await journal.posted(claim.lease, list(posts))
    await journal.close(claim.lease, ANSWER)
    await journal.ended(claim.lease, "complete")


async def test_an_ended_turn_is_repaired_by_one_at_a_time(opened, expire):
    journal, other = await opened("a"), await opened("b")
    await ended_long_ago(journal, "5.1", "5.2")
    before = await journal.find(turn().key)

    first = await other.repair(turn().key)
    assert (first.turn, first.posts, first.gone) == (turn(text=""), ("5.1", "5.2"), False)
    assert first.lease == Lease(turn().key, before.fence + 1)
    assert [await each.repair(turn().key) for each in (journal, other)] == [None, None]
    assert (await journal.find(turn().key)).state is TurnState.DELIVERED
    assert await other.due() == []
    await other.repaired(first)

    second = await journal.repair(turn().key)
    await other.repaired(first)
    assert await other.repair(turn().key) is None
    await expire()
    third = await other.repair(turn().key)
    assert first.lease.fence < second.lease.fence < third.lease.fence


@pytest.mark.parametrize("how", ["again", "withdrawn"])
async def test_whoever_opens_a_turn_works_on_it_when_its_repair_has_ended(opened, how):
    """Also the process that has the lease of the turn already."""
    journal, other = await opened("a"), await opened("b")
    await ended_long_ago(journal, "5.1")
    repair = await other.repair(turn().key)
    if how == "again":
        assert await journal.reopen(turn(round=1), Again.WHOLE)
    else:
        assert await journal.withdraw(turn().key)

    assert await journal.claim(turn().key) is None
    assert await journal.due() == []
    await other.repaired(repair)
    assert await journal.due() == [turn().key]
    assert await journal.claim(turn().key)


async def test_a_repair_that_its_process_did_not_survive_ends_with_its_lease(journal, sql, expire):
    await ended_long_ago(journal, "5.1")
    await journal.repair(turn().key)
    await journal.reopen(turn(round=1), Again.WHOLE)
    assert 0 < (await sql("SELECT lease_until - accepted_at FROM turns"))[0][0] <= 10
    await expire()

    assert await journal.claim(turn().key)


async def test_what_is_open_or_still_has_its_words_is_not_repaired(journal):
    await journal.accept(turn())
    assert await journal.repair(turn().key) is None
    assert await journal.repair(turn("9.9").key) is None
    await journal.release((await journal.claim(turn().key)).lease)
    await ended_with_a_call_of_unknown_outcome(journal)

    assert await journal.repair(turn().key) is None


async def test_a_round_after_a_repair_owes_a_look(journal, sql, expire):
    """An edit of the repair may land late, and an older version does not wait for its end."""
    await ended_long_ago(journal, "5.1")
    await journal.repair(turn().key)
    await expire()
    await journal.reopen(turn(round=1), Again.WHOLE)
    claim = await journal.claim(turn().key)
    await journal.close(claim.lease, ANSWER)
    await journal.ended(claim.lease, "complete")
    assert await journal.due() == []
    await sql("UPDATE turns SET look_at = 1")

    assert (await journal.claim(turn().key)).ending == ANSWER


async def test_a_look_before_its_time_leaves_the_one_that_is_owed(opened, sql):
    journal, other = await opened("a"), await opened("b")
    await ended_with_a_call_of_unknown_outcome(journal)

    assert await other.look_now(turn().key)
    assert not await journal.look_now(turn().key)
    assert await other.due() == [turn().key]
    look = await other.claim(turn().key)
    assert (look.looks, look.ending, look.posts) == (True, ANSWER, ("5.1",))
    await other.ended(look.lease, "complete")
    assert await journal.due() == []

    await sql("UPDATE turns SET look_at = 1")
    assert await journal.due() == [turn().key]
    await journal.ended((await journal.claim(turn().key)).lease, "complete")
    assert await sql("SELECT ending, look_at FROM turns") == [(None, None)]
    assert not await journal.look_now(turn().key)


async def test_a_turn_that_owes_no_look_is_not_looked_at_before_its_time(journal):
    await ended_long_ago(journal, "5.1")

    assert not await journal.look_now(turn().key)


@pytest.mark.parametrize("when", ["open", "closed", "looked"])
async def test_who_has_lost_the_lease_owes_a_look_for_who_has_it(opened, expire, sql, when):
    """Its call may land after the look that is owed since the other one took the turn over."""
    journal, other = await opened("a"), await opened("b")
    await journal.accept(turn())
    lease = (await journal.claim(turn().key)).lease
    await expire()
    taken = (await other.claim(turn().key)).lease
    await sql("UPDATE turns SET look_at = 1")
    if when != "open":
        await other.close(taken, ANSWER)
        await other.ended(taken, "complete")
    if when == "looked":
        await other.ended((await other.claim(turn().key)).lease, "complete")
    with pytest.raises(LeaseLost):
        await journal.owe_look(lease)

    assert (await sql("SELECT look_at > 1 FROM turns"))[0][0] == (None if when == "looked" else 1)
