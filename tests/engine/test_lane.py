"""The lane: one at a time, each until it lets go or its time is up."""

import asyncio

from bot.engine.lane import Lane


async def test_one_at_a_time_in_order():
    lane, entered = Lane(60), []

    async def one(number):
        leave = await lane.enter()
        entered.append(number)
        await asyncio.sleep(0)
        assert entered[-1] == number
        leave()

    await asyncio.gather(*(one(number) for number in range(5)))

    assert entered == [0, 1, 2, 3, 4]


async def test_letting_go_twice_lets_only_one_in():
    lane = Lane(60)
    leave = await lane.enter()
    leave()
    leave()
    second = await lane.enter()
    leave()
    waiting = asyncio.ensure_future(lane.enter())  # noqa: TID251 - a bare task is looked at here
    await asyncio.sleep(0.01)

    assert not waiting.done()
    second()
    (await waiting)()


async def test_nobody_has_it_for_ever():
    lane = Lane(0.01)
    await lane.enter()

    (await asyncio.wait_for(lane.enter(), 5))()


async def test_who_gives_up_waiting_leaves_no_gap():
    lane = Lane(60)
    leave = await lane.enter()
    try:
        await asyncio.wait_for(lane.enter(), 0.01)
    except TimeoutError:
        leave()

    (await asyncio.wait_for(lane.enter(), 5))()
