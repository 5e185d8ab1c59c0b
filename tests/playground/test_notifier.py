"""Waiting for a condition."""

import asyncio

import pytest

from bot.playground.notifier import Notifier


async def test_a_condition_is_checked_at_each_change():
    notifier, values = Notifier(), []
    async with asyncio.TaskGroup() as tasks:
        waiting = tasks.create_task(notifier.wait_for(lambda: len(values) == 2 and values, 5))
        for value in "ab":
            await asyncio.sleep(0)
            assert not waiting.done()
            values.append(value)
            notifier.notify()

    assert waiting.result() == ["a", "b"]


async def test_what_is_true_already_is_not_waited_for():
    assert await Notifier().wait_for(lambda: "yes", timeout=0.01) == "yes"


async def test_waiting_ends_when_nothing_comes():
    with pytest.raises(TimeoutError):
        await Notifier().wait_for(lambda: False, timeout=0.01)
