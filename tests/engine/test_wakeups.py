"""Wakeups: every waiter is woken, and no change is missed."""

import asyncio

from bot.engine.wakeups import Wakeups
from bot.tasks import Tasks


async def test_all_who_wait_are_woken_once():
    wakeups, woken = Wakeups(), []

    async def wait(name):
        while True:
            await wakeups.next().wait()
            woken.append(name)

    async with Tasks("test") as tasks:
        for name in ("a", "b"):
            tasks.start(wait(name), name=name)
        await asyncio.sleep(0)
        assert woken == []
        wakeups.wake_all()
        await asyncio.sleep(0.01)
        assert sorted(woken) == ["a", "b"]
        wakeups.wake_all()
        await asyncio.sleep(0.01)

    assert sorted(woken) == ["a", "a", "b", "b"]


async def test_a_change_between_the_check_and_the_wait_is_not_missed():
    wakeups = Wakeups()
    changed = wakeups.next()
    wakeups.wake_all()

    await asyncio.wait_for(changed.wait(), 20)
    assert not wakeups.next().is_set()
