"""The tasks of the playground."""

import asyncio

import pytest

from bot.playground.tasks import Tasks


async def test_an_error_in_a_task_is_told_when_it_stops():
    async def fails():
        raise LookupError("a bug")

    tasks = Tasks()
    await asyncio.wait([tasks.start(fails(), name="fails")])

    with pytest.raises(LookupError, match="a bug"):
        await tasks.stop()


async def test_stopping_cancels_what_runs_and_waits_for_its_end():
    ended = []

    async def works():
        try:
            await asyncio.sleep(60)
        finally:
            ended.append("works")

    tasks = Tasks()
    task = tasks.start(works(), name="works")
    await asyncio.sleep(0)
    await tasks.stop()

    assert (ended, len(tasks), task.get_name()) == (["works"], 0, "playground:works")
