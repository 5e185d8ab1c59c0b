"""Quarantine: suspects are begun one at a time, until they are cleared."""

import asyncio
from dataclasses import replace

import pytest

from bot.engine.quarantine import Quarantine
from bot.tasks import Tasks
from tests.fakes import turn


class Watched:
    """A quarantine that is looked at: `begun` are the claims whose body has begun, in order."""

    def __init__(self, journal, seconds=60.0):
        self.tasks = Tasks("test")
        self.quarantine = Quarantine(journal, self.tasks, seconds)
        self.begun = []
        self.given_up = set()

    def enter(self, suspect, spoken=None):
        self.over = asyncio.Event()
        work = self._body(suspect, spoken or asyncio.Event(), self.over)
        return self.tasks.start(work, name="body")

    async def _body(self, suspect, spoken, over):
        async with self.quarantine.enter(suspect, spoken, lambda: suspect.turn.ts in self.given_up):
            self.begun.append(suspect.turn.ts)
            await over.wait()


@pytest.fixture
async def suspects(another):
    """Claims of two questions that have been under way twice."""
    journal = await another("first")
    found = []
    for ts in ("1.0", "2.0"):
        await journal.accept(turn(ts, root=ts))
        found.append(await journal.claim(turn(ts, root=ts).key))
    return journal, *found


@pytest.mark.parametrize("seconds", [0.01, 60.0])
async def test_a_suspect_has_the_others_out_until_it_speaks_or_for_a_while(suspects, seconds):
    journal, first, second = suspects
    spoken, watched = asyncio.Event(), Watched(journal, seconds)
    async with watched.tasks:
        watched.enter(first, spoken)
        await asyncio.sleep(0)
        watched.enter(second)
        if seconds > 1:
            await asyncio.sleep(0.05)
            assert watched.begun == ["1.0"]
            spoken.set()
        while watched.begun != ["1.0", "2.0"]:
            await asyncio.sleep(0.005)
    await journal.release(first.lease)

    assert (await journal.claim(first.turn.key)).cleared


async def test_once_cleared_it_has_the_others_out_to_its_end(suspects):
    journal, first, second = suspects
    spoken, watched = asyncio.Event(), Watched(journal, 0.01)
    async with watched.tasks:
        watched.enter(replace(first, cleared=True), spoken)
        over = watched.over
        await asyncio.sleep(0)
        watched.enter(second)
        spoken.set()
        await asyncio.sleep(0.05)
        assert watched.begun == ["1.0"]
        over.set()
        while watched.begun != ["1.0", "2.0"]:
            await asyncio.sleep(0.005)


async def test_who_has_nothing_to_wait_for_any_more_does_not(suspects):
    """F085: Stop is heard at once, whoever is in the way."""
    journal, first, second = suspects
    watched = Watched(journal)
    async with watched.tasks:
        watched.enter(first)
        await asyncio.sleep(0)
        watched.enter(second)
        await asyncio.sleep(0.01)
        watched.given_up.add("2.0")
        watched.quarantine.recheck()
        while watched.begun != ["1.0", "2.0"]:
            await asyncio.sleep(0.005)
