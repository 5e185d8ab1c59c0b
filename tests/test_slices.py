"""Long work, beside which the loop goes on."""

import asyncio
import time

import pytest

from bot.slices import SLICE, Breaks, Slices
from bot.tasks import Tasks


@pytest.fixture
async def tasks():
    async with Tasks("test") as tasks:
        yield tasks


def work(steps, log, name, *, seconds=SLICE):
    """Each step is noted in the log and takes a whole slice."""
    for _ in range(steps):
        log.append(name)
        until = time.perf_counter() + seconds
        while time.perf_counter() < until:
            pass
        yield
    return name


async def tick(log):
    while True:
        log.append("tick")
        await asyncio.sleep(0)


async def test_others_run_after_each_slice_and_the_result_comes(tasks):
    log = []
    tasks.start(tick(log), name="tick")
    result = await Slices().run(work(5, log, "work"))

    assert result == "work"
    assert longest_run(log, "work") == 1


async def test_many_pieces_of_work_keep_the_loop_no_longer_than_one(tasks):
    log, slices = [], Slices()
    tasks.start(tick(log), name="tick")
    names = [str(n) for n in range(4)]
    results = await asyncio.gather(*(slices.run(work(3, log, name)) for name in names))

    assert results == names
    assert longest_run(["work" if each in names else each for each in log], "work") == 1
    first = [each for each in log if each in names][:4]
    assert first == names, "each has its turn"


async def test_short_steps_share_a_slice(tasks):
    log = []
    tasks.start(tick(log), name="tick")
    await Slices().run(work(20, log, "work", seconds=0))

    assert longest_run(log, "work") > 1


async def test_an_error_comes_to_whoever_asked_and_others_go_on():
    def broken():
        yield
        raise ValueError("broken")

    slices = Slices()
    with pytest.raises(ValueError, match="broken"):
        await slices.run(broken())

    assert await slices.run(work(1, [], "next")) == "next"


async def test_work_that_is_no_generator_breaks_after_each_slice(tasks):
    log, breaks = [], Breaks()
    tasks.start(tick(log), name="tick")
    for _ in range(4):
        log.append("work")
        await breaks.after(time.perf_counter() - SLICE)

    assert longest_run(log, "work") == 1
    log.clear()
    for _ in range(20):
        log.append("work")
        await breaks.after(time.perf_counter())
    assert "tick" not in log[:-1], "short steps share a slice"


def longest_run(log, name):
    """How often `name` stands in the log one after the other, at most."""
    longest = run = 0
    for each in log:
        run = run + 1 if each == name else 0
        longest = max(longest, run)
    return longest
