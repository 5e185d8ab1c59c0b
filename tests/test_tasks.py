import asyncio

import pytest
from structlog.testing import capture_logs

from bot.tasks import Tasks


async def forever():
    await asyncio.Event().wait()


async def fail():
    raise ZeroDivisionError


async def test_a_task_has_a_name_and_a_result():
    async def work():
        return 7

    async with Tasks("store") as tasks:
        task = tasks.start(work(), name="purge")

        assert (task.get_name(), await task) == ("store:purge", 7)
        assert len(tasks) == 0


async def test_leaving_ends_every_task():
    async with Tasks("t") as tasks:
        started = [tasks.start(forever(), name=str(n)) for n in range(3)]
        await asyncio.sleep(0)

    assert all(task.cancelled() for task in started)


async def test_leaving_waits_for_what_a_task_still_has_to_do():
    done = []

    async def write_to_the_end():
        try:
            await forever()
        finally:
            await asyncio.sleep(0.02)
            done.append("written")

    async with Tasks("t") as tasks:
        tasks.start(write_to_the_end(), name="x")
        await asyncio.sleep(0)

    assert done == ["written"]


async def test_a_body_that_fails_ends_its_tasks_too():
    tasks, started = Tasks("t"), []

    async def body():
        async with tasks:
            started.append(tasks.start(forever(), name="x"))
            await fail()

    with pytest.raises(ZeroDivisionError):
        await body()

    assert [task.cancelled() for task in started] == [True]


async def test_an_error_that_nobody_awaits_is_logged():
    with capture_logs() as logs:
        async with Tasks("app") as tasks:
            tasks.start(fail(), name="purge")
            assert await tasks.drain(1.0)

    [entry] = logs
    assert (entry["event"], entry["task"]) == ("task failed", "app:purge")
    assert isinstance(entry["exc_info"], ZeroDivisionError)


async def test_being_cancelled_is_no_error():
    with capture_logs() as logs:
        async with Tasks("t") as tasks:
            tasks.start(forever(), name="x")
            await asyncio.sleep(0)

    assert logs == []


@pytest.mark.parametrize(("seconds", "nothing_left"), [(1.0, True), (0.01, False)])
async def test_draining_waits_only_so_long(seconds, nothing_left):
    async with Tasks("t") as tasks:
        tasks.start(asyncio.sleep(0.1), name="x")

        assert await tasks.drain(seconds) is nothing_left
        assert (len(tasks) == 0) is nothing_left


async def test_draining_nothing_takes_no_time():
    async with asyncio.timeout(20):
        assert await Tasks("t").drain(60.0)
