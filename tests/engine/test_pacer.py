"""The pacer: order of urgency, distance between edits, one bucket per team and method."""

import asyncio

from bot.core.pacing import Rate, Rates
from bot.core.types import Call, CallKind, Effect
from bot.engine.pacer import Pacer
from bot.tasks import Tasks

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
        await asyncio.wait_for(asyncio.gather(*running), 5)
    return out


async def test_last_words_overtake_edits():
    pacer = Pacer(rates(), interval=0)
    first, *rest = [edit(ts=str(n)) for n in range(4)]
    last = edit(CallKind.LAST, ts="9")
    await pacer.acquire(first)

    assert await order(pacer, *rest, last) == [last, *rest]


async def test_teams_do_not_share_a_bucket():
    pacer = Pacer(rates(Rate(per_minute=1, burst=1, kept=0)), interval=0)
    await asyncio.wait_for(order(pacer, edit(team="T1"), edit(team="T2")), 1)


async def test_edits_of_one_message_keep_their_distance():
    pacer = Pacer(rates(Rate(per_minute=60_000, burst=100)), interval=0.1)
    began = asyncio.get_running_loop().time()
    for _ in range(3):
        await pacer.acquire(edit())
    took = asyncio.get_running_loop().time() - began

    assert 0.2 <= took < 1


async def test_a_status_keeps_a_distance_of_its_own_and_keeps_nobody_from_writing():
    pacer = Pacer(rates(Rate(per_minute=60_000, burst=100)), interval=0, status=60.0)
    await asyncio.wait_for(pacer.acquire(edit(CallKind.STATUS)), 1)
    await asyncio.wait_for(pacer.acquire(edit(CallKind.STATUS, ts="2.0")), 1)
    async with Tasks("test") as tasks:
        second = tasks.start(pacer.acquire(edit(CallKind.STATUS)), name="second")
        await asyncio.wait_for(order(pacer, edit(), edit(CallKind.LAST)), 1)

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
        await asyncio.wait_for(pacer.acquire(edit(ts="3")), 1)


async def test_posts_into_one_channel_are_spaced_and_others_are_not():
    pacer = Pacer(rates(per_channel={"posts": Rate(per_minute=60, burst=3, kept=1)}))
    posts = [Call(Effect.POST, CallKind.FIRST, "posts", "T1", "C1") for _ in range(3)]
    other = Call(Effect.POST, CallKind.FIRST, "posts", "T1", "C2")
    await asyncio.wait_for(order(pacer, *posts, other), 0.5)

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
