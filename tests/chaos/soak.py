"""Half an hour with faults on 5 % of everything: `make soak`, or `make soak MINUTES=120`.

One real process, of which each minute memory, tasks, descriptors and threads are measured. Ends
with 1 when anything was violated that the judge knows of. Whether the figures are flat, the reader
sees.

Two things are nobody's fault but the trial's, and are told as excused. Slack gives up telling of a
question after its last attempt, none of which came to a socket that worked. And the endpoint fails
more often in a row than it is asked for one answer; then the answer must say so, with Retry.
"""

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import psutil

from benchmarks.house import table
from bot.engine.model_call import Deadlines
from bot.playground.events.delivery import Timetable
from bot.playground.faults import Fault, Loss
from bot.playground.model.scripted_reply import Reply
from bot.tasks import Tasks
from tests.chaos.fork_server import ForkServer
from tests.chaos.house import Site, free_port, open_house
from tests.chaos.oracle import Asked, Fate, Violation, judge
from tests.chaos.questions import questions
from tests.metrics.reading import samples

SHARE = 0.05
"""Of Slack's calls, the model's requests, and the time of the sockets and the database."""

EVERY = 1.0
"""Seconds between two questions."""

SLACK_FAULTS = (
    Fault(status=500),
    Fault(status=503),
    Fault(status=429, retry_after=1),
    Fault(held=2.0),
    Fault(lost=Loss.CLOSE),
    Fault(lost=Loss.RESET),
    Fault(lost=Loss.PAGE),
)
NOTICED = 12.0
"""Seconds until a frozen socket is noticed, at most."""

TIMETABLE = Timetable(retry_scale=0.2, hold=20.0)
"""Slack's last attempt comes after a minute."""

HEAD = ["minute", "asked", "memory MB", "tasks", "descriptors", "threads"]


def slack_faults(chance):
    def rule(_method, _arguments):
        return chance.choice(SLACK_FAULTS) if chance.random() < SHARE else None

    return rule


class Unreliable:
    """The question's reply; now and then the endpoint fails before the first word."""

    def __init__(self, question, chance):
        self._question = question
        self._chance = chance
        self._in_a_row = 0

    def __call__(self):
        if self._chance.random() >= SHARE:
            self._in_a_row = 0
            return self._question.reply()
        self._in_a_row += 1
        return Reply.error(503, "busy")

    @property
    def failures(self):
        """How the answer may end by now: as often as this in a row nobody asks."""
        return ["unavailable"] if self._in_a_row > Deadlines().retries else []


async def break_sockets(house, chance):
    """Drops them once in 20 s; freezes them so often that they are frozen for 5 % of the time."""
    while True:
        await asyncio.sleep(1.0)
        if chance.random() < SHARE:
            house.slack.sockets.drop()
        if chance.random() < SHARE / NOTICED:
            house.slack.sockets.freeze()


async def lock_database(house, chance):
    while True:
        await asyncio.sleep(chance.uniform(0, 2 / SHARE * 0.5))
        async with house.store.down():
            await asyncio.sleep(0.5)


class Meter:
    """What the process holds, minute by minute."""

    def __init__(self, process, admin):
        self.rows = []
        self._process = psutil.Process(process.pid)
        self._admin = admin
        self._began = time.monotonic()

    async def run(self, asked):
        while True:
            await self.measure(len(asked))
            await asyncio.sleep(60)

    async def measure(self, asked):
        memory = self._process.memory_info().rss / 2**20
        held = (self._process.num_fds(), self._process.num_threads())
        minute = (time.monotonic() - self._began) / 60
        row = [f"{minute:.0f}", asked, f"{memory:.1f}", f"{await self._tasks():.0f}", *held]
        self.rows.append([str(each) for each in row])
        sys.stdout.write("  ".join(self.rows[-1]) + "\n")
        sys.stdout.flush()

    async def _tasks(self):
        url = f"http://{self._admin}/metrics"
        async with aiohttp.ClientSession() as session, session.get(url) as answer:
            found = {name: value for name, _, value in samples(await answer.read())}
        return found["bot_tasks"]


@dataclass(frozen=True, slots=True)
class Soaked:
    """What a soak has found."""

    rows: Sequence[Sequence[str]]
    excused: Sequence[Asked]
    violations: Sequence[Violation]


def soaked(rows, history):
    excused = [each for each in history.asked if each.fate is Fate.UNHEARD or each.failures]
    return Soaked(rows, excused, judge(history))


async def soak(minutes, seed, fork_server, folder):
    chance = random.Random(seed)
    admin = f"127.0.0.1:{free_port()}"
    async with open_house(
        Site(fork_server, folder, "socket", "sqlite"),
        seed,
        timetable=TIMETABLE,
        slack_gives_up=True,
    ) as house:
        house.failures = lambda name: house.replies[name].failures
        bot = await house.start(BOT_ADMIN_ADDRESS=admin, BOT_LEASE_SECONDS="10")
        meter = Meter(bot.process, admin)
        house.slack.faults.rule = slack_faults(chance)
        async with Tasks("soak") as tasks:
            tasks.start(meter.run(house.asked), name="meter")
            tasks.start(break_sockets(house, chance), name="sockets")
            tasks.start(lock_database(house, chance), name="database")
            for question in questions(seed, int(minutes * 60 / EVERY)):
                house.replies[question.name] = Unreliable(question, chance)
                await house.put(question)
                await asyncio.sleep(EVERY)
        house.slack.faults.rule = None
        await house.settled(120)
        await house.quiet(5)
        await meter.measure(len(house.asked))
    return soaked(meter.rows, house.history())


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with ForkServer() as fork_server, tempfile.TemporaryDirectory(prefix="soak-") as folder:
        work = soak(options.minutes, options.seed, fork_server, Path(folder))
        try:
            found = asyncio.run(work)
        except KeyboardInterrupt:
            return 130
    sys.stdout.write("\n".join(report(found)) + "\n")
    return 1 if found.violations else 0


def report(found):
    yield ""
    yield table("Soak: faults on 5 % of everything", HEAD, found.rows)
    for each in found.excused:
        yield f"excused {each.name}: {', '.join(each.failures) or 'Slack gave up telling of it'}"
    yield from map(str, found.violations)
    yield f"{len(found.violations)} violations"


if __name__ == "__main__":
    sys.exit(main())
