"""The pacer: order of urgency, distance between edits, one bucket per team and method."""

import asyncio

import pytest

from bot.core.pacing import Rate, Rates
from bot.core.types import Call, CallKind, Effect
from bot.engine.pacer import MOST_GATES, Pacer
from bot.tasks import Tasks
from tests.simulated_loop import simulated

SLOW, OTHERS = Rate(per_minute=600, burst=1, kept=0), Rate(per_minute=50, burst=4)


def rates(edits=SLOW, **more):
    """Limits in which edits draw on a bucket of their own."""
    return Rates(OTHERS, {"edits": edits, "posts": Rate(per_minute=6000, burst=100)}, **more)


def edit(kind=CallKind.MORE, team="T1", ts="1.0"):
    return Call(Effect.EDIT, kind, "edits", team, "C1", ts)


async def order(pacer, *calls):
    """The calls in the order in which they were let out."""
    out = []

    async def one(call):
        await pacer.acquire(call)
        out.append(call)

    async with Tasks("test") as tasks:
        running = [tasks.start(one(call), name="call") for call in calls]
        await asyncio.wait_for(asyncio.gather(*running), 20)
    return out


async def test_last_words_overtake_edits():
    pacer = Pacer(rates(), interval=0)
    first, *rest = [edit(ts=str(n)) for n in range(4)]
    last = edit(CallKind.LAST, ts="9")
    await pacer.acquire(first)

    assert await order(pacer, *rest, last) == [last, *rest]


async def test_teams_do_not_share_a_bucket():
    pacer = Pacer(rates(Rate(per_minute=1, burst=1, kept=0)), interval=0)
    await asyncio.wait_for(order(pacer, edit(team="T1"), edit(team="T2")), 20)


def test_edits_of_one_message_keep_their_distance():
    async def three():
        pacer = Pacer(rates(Rate(per_minute=60_000, burst=100)), interval=0.1)
        began = asyncio.get_running_loop().time()
        for _ in range(3):
            await pacer.acquire(edit())
        return asyncio.get_running_loop().time() - began

    assert simulated(three()) == pytest.approx(0.2, abs=0.01)


async def test_a_status_keeps_a_distance_of_its_own_and_keeps_nobody_from_writing():
    pacer = Pacer(rates(Rate(per_minute=60_000, burst=100)), interval=0, status=60.0)
    await asyncio.wait_for(pacer.acquire(edit(CallKind.STATUS)), 20)
    await asyncio.wait_for(pacer.acquire(edit(CallKind.STATUS, ts="2.0")), 20)
    async with Tasks("test") as tasks:
        second = tasks.start(pacer.acquire(edit(CallKind.STATUS)), name="second")
        await asyncio.wait_for(order(pacer, edit(), edit(CallKind.LAST)), 20)

        assert not second.done()


async def test_a_refusal_holds_every_reply_of_the_team():
    pacer = Pacer(rates(Rate(per_minute=60_000, burst=100)), interval=0)
    pacer.refused(edit(ts="1"), 0.2)
    began = asyncio.get_running_loop().time()
    await pacer.acquire(edit(CallKind.LAST, ts="2"))

    assert asyncio.get_running_loop().time() - began >= 0.2


async def test_who_gives_up_waiting_leaves_no_gap():
    pacer = Pacer(rates(Rate(per_minute=600, burst=1, kept=0)), interval=0)
    await pacer.acquire(edit())
    async with Tasks("test") as tasks:
        gone = tasks.start(pacer.acquire(edit(ts="2")), name="gone")
        await asyncio.sleep(0)
        gone.cancel()
        await asyncio.wait_for(pacer.acquire(edit(ts="3")), 20)


async def test_posts_into_one_channel_are_spaced_and_others_are_not():
    pacer = Pacer(rates(per_channel={"posts": Rate(per_minute=1, burst=3, kept=1)}))
    posts = [Call(Effect.POST, CallKind.FIRST, "posts", "T1", "C1") for _ in range(3)]
    other = Call(Effect.POST, CallKind.FIRST, "posts", "T1", "C2")
    await asyncio.wait_for(order(pacer, *posts, other), 20)

    async with Tasks("test") as tasks:
        fourth = tasks.start(pacer.acquire(posts[0]), name="fourth")
        await asyncio.sleep(0.1)
        assert not fourth.done()


async def test_who_is_first_may_be_overtaken_while_it_sleeps():
    """And is woken when those who came before it by urgency have gone, one of them by giving up."""
    pacer = Pacer(rates(Rate(per_minute=600, burst=1, kept=0)), interval=0)
    await pacer.acquire(edit())
    out = []

    async def one(call):
        await pacer.acquire(call)
        out.append(call.message)

    async with Tasks("test") as tasks:
        tasks.start(one(edit(ts="2")), name="first")
        await asyncio.sleep(0.01)
        gone = tasks.start(one(edit(CallKind.LAST, ts="gone")), name="gone")
        tasks.start(one(edit(CallKind.LAST, ts="last")), name="last")
        await asyncio.sleep(0.01)
        gone.cancel()
        await tasks.drain(5)

    assert out == ["last", "2"]


async def test_a_crowd_passes_in_order():
    calls = [edit(ts=str(number)) for number in range(500)]
    pacer = Pacer(rates(Rate(per_minute=600_000, burst=10, kept=0)), interval=0)

    assert await order(pacer, *calls) == calls


def test_it_says_how_long_slack_held_a_call():
    """Also one that waited behind others, and one that asked while the bucket was closed."""

    async def held():
        pacer = Pacer(rates(Rate(per_minute=60_000, burst=1, kept=0)), interval=0)
        await pacer.acquire(edit())
        pacer.refused(edit(), 0.2)
        three = [pacer.acquire(edit(ts=str(number))) for number in range(3)]
        return [*await asyncio.gather(*three), await pacer.acquire(edit(ts="9"))]

    assert simulated(held()) == pytest.approx([0.2, 0.2, 0.2, 0], abs=0.01)


def test_our_own_caution_is_not_slacks_doing():
    """Neither a burst that is spent, nor the distance between two edits, nor others in line."""

    async def held():
        pacer = Pacer(rates(Rate(per_minute=600, burst=2, kept=0, promised=50)), interval=0.2)
        five = [pacer.acquire(edit()) for _ in range(2)]
        five += [pacer.acquire(edit(ts=str(number))) for number in range(3)]
        return await asyncio.gather(*five)

    assert simulated(held()) == [0] * 5


def test_a_minute_that_is_used_up_is_slacks_limit():
    async def held():
        pacer = Pacer(rates(Rate(per_minute=600, burst=3, kept=0, promised=3)), interval=0)
        return [await pacer.acquire(edit(ts=str(number))) for number in range(4)]

    first, *_, fourth = simulated(held())

    assert first == 0
    assert fourth == pytest.approx(0.1, abs=0.01)


def post(asker, kind=CallKind.FIRST, channel="C1", message=None):
    return Call(Effect.POST, kind, "posts", "T1", channel, message, asker=asker)


ONE_BY_ONE = {"posts": Rate(per_minute=6000, burst=1, kept=0)}


async def test_behind_forty_of_one_person_another_one_is_next():
    """Slack takes one post a second into a channel: by arrival it would be the 41st second."""
    pacer = Pacer(rates(per_channel=ONE_BY_ONE))
    many = [post("U1", message=str(number)) for number in range(40)]
    out = await order(pacer, *many, post("U2"), post("U3"), post("U2"))

    assert [call.asker for call in out[:6]] == ["U1", "U2", "U3", "U1", "U2", "U1"]
    assert [call for call in out if call.asker == "U1"] == many


async def test_last_words_of_one_person_cost_another_no_placeholder():
    """Each kind has an order of its own."""
    pacer = Pacer(rates(per_channel=ONE_BY_ONE))
    many = [post("U1") for _ in range(10)]
    last = [post("U1", CallKind.LAST) for _ in range(5)]
    out = await order(pacer, *many, *last, post("U2"))

    assert out[:6] == [many[0], *last]
    assert [call.asker for call in out[6:9]] == ["U2", "U1", "U1"]


async def test_gates_are_forgotten_when_there_are_many():
    now = 0.0
    pacer = Pacer(rates(per_channel=ONE_BY_ONE), clock=lambda: now)
    for number in range(3 * MOST_GATES):
        now += 0.02
        await pacer.acquire(post("U1", channel=f"C{number}"))

    assert len(pacer._gates) == MOST_GATES
