"""What is told of a loop that is late. Each wait is far longer than what it is to exceed."""

import asyncio
import json
import threading
import time

import pytest
from structlog.testing import capture_logs

from bot.tasks import Tasks
from bot.watchdog import Watchdog

SECRET = "what somebody wrote"


def blocks(_text, seconds=1.0):
    time.sleep(seconds)


@pytest.fixture
async def watched():
    """A watchdog that has measured before, for which a loop is late after 0.2 s."""
    watchdog = Watchdog(interval=0.01, late=0.2)
    async with Tasks("test") as tasks:
        tasks.start(watchdog.run(), name="watchdog")
        await measured(watchdog)
        yield watchdog


async def measured(watchdog):
    """Returns after two further measurements."""
    for _ in range(2):
        watchdog.lag = None
        while watchdog.lag is None:
            await asyncio.sleep(0.005)


async def test_what_kept_the_loop_is_named_but_not_what_it_read(watched):
    before = watched.times_late
    with capture_logs() as logs:
        blocks(SECRET)
        await measured(watched)

    [entry] = [each for each in logs if "tests.test_watchdog.blocks" in each["ran"]]
    assert (entry["event"], entry["log_level"]) == ("loop late", "warning")
    assert entry["ran"].startswith("tests.test_watchdog.blocks:")
    assert entry["seconds"] > 0.5
    assert entry["cpu"] < 0.5, "it was asleep, not at work"
    assert watched.times_late > before
    assert watched.worst > 0.5
    assert SECRET not in str(logs)


async def test_the_work_of_a_library_is_named_with_who_called_it(watched):
    text = json.dumps(["x" * 10] * 2_000)

    def reads(until):
        while time.perf_counter() < until:
            json.loads(text)

    with capture_logs() as logs:
        reads(time.perf_counter() + 1.0)
        await measured(watched)

    ran = [each["ran"] for each in logs if "reads" in each["ran"]]
    assert len(ran) == 1


async def test_a_loop_that_is_in_time_is_not_told_of():
    watchdog = Watchdog(interval=0.01, late=10.0)
    with capture_logs() as logs:
        async with Tasks("test") as tasks:
            tasks.start(watchdog.run(), name="watchdog")
            await measured(watchdog)

    assert (logs, watchdog.times_late) == ([], 0)


async def test_its_thread_ends_with_it():
    before = {*threading.enumerate()}
    async with Tasks("test") as tasks:
        tasks.start(Watchdog(interval=0.01).run(), name="watchdog")
        await asyncio.sleep(0.05)
        [thread] = {*threading.enumerate()} - before

    thread.join(30)
    assert not thread.is_alive()
