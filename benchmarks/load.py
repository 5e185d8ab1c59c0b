"""Memory under more load than the limits allow: at ten times the capacity it must be flat.

The capacity is what runs and waits at the same time (`BOT_MAX_RUNNING`, `BOT_MAX_WAITING`). The
questions come faster than they can be answered, of a hundred people in as many channels, as Slack
takes one post a second in each. Those that find no room are refused.
"""

from __future__ import annotations

import asyncio
import sys
import time
from typing import TYPE_CHECKING

from benchmarks.house import Bot, ModelProcess, table
from benchmarks.streaming import one_warm
from bot.playground.api.rate_limits import RateLimits
from bot.playground.server import Playground
from bot.playground.workspace.people import Channel, User
from bot.playground.workspace.workspace import Workspace
from bot.strings import ENGLISH

if TYPE_CHECKING:
    from collections.abc import Sequence

SPEED, SECONDS = 60, 10
"""Tokens a second of an answer, and how long it takes."""

PEOPLE = 100
PACE = 20
"""Questions a second."""

CROWDED, STOP = ENGLISH.failures["crowded"], "'action_id': 'stop'"
"""What a refused answer says, and what an answer has that has not ended."""

LIMITLESS = {
    "BOT_LANGUAGE": "en",
    "BOT_EDITS_PER_MINUTE": "600000",
    "BOT_POSTS_PER_MINUTE": "600000",
    "BOT_BURST": "1000",
}
"""What is measured is the bot, not Slack's pace."""


def town() -> Workspace:
    """A workspace of a hundred people, with a channel for each."""
    workspace = Workspace.demo()
    for n in range(PEOPLE):
        person = User(f"U1{n:03}", f"person{n}", f"Person {n}", "4bbe2e")
        members = [person.id, workspace.bot.user_id]
        workspace.users[person.id] = person
        workspace.channels[f"C1{n:03}"] = Channel(f"C1{n:03}", f"room{n}", "channel", members)
    return workspace


def limits(running: int, waiting: int) -> dict[str, str]:
    """The settings under which all answers may be of one workspace."""
    names = ("BOT_MAX_RUNNING", "BOT_MAX_RUNNING_PER_WORKSPACE")
    return dict.fromkeys(names, str(running)) | {"BOT_MAX_WAITING": str(waiting)}


async def flood(running: int, waiting: int, questions: int) -> Sequence[str]:
    """A row of the table: so many questions at once, with these limits."""
    settings = LIMITLESS | limits(running, waiting)
    async with (
        ModelProcess(SPEED * SECONDS, SPEED) as model,
        Playground(town(), limits=RateLimits.off()) as slack,
        Bot(slack, model, **settings) as bot,
    ):
        await slack.wait_for(lambda: len(slack.sockets), 30)
        await one_warm(slack)
        idle, began = bot.memory(), time.monotonic()
        peak, endings, asked = idle, Endings(slack), 0
        while endings.look() < questions:
            for _ in range(min(PACE // 2, questions - asked)):
                await ask(slack, asked)
                asked += 1
            await asyncio.sleep(0.5)
            peak = max(peak, bot.memory())
        took, after = time.monotonic() - began, bot.memory()
    return (
        f"{questions / (running + waiting):.0f}x: {questions}",
        str(questions - endings.refused),
        str(endings.refused),
        *(f"{megabytes:.0f} MB" for megabytes in (idle, peak, after)),
        f"{took:.0f} s",
    )


async def ask(slack: Playground, number: int) -> None:
    where = number % PEOPLE
    await slack.say(f"person{where}", f"room{where}", f"@streambot question {number}")


class Endings:
    """How the answers have ended; each is read once more only as long as it has not."""

    def __init__(self, slack: Playground) -> None:
        self._slack = slack
        self.ended = self.refused = 0
        self._seen: set[str] = set()

    def look(self) -> int:
        """Counts those that have ended since; how many that are in all."""
        rooms = (self._slack.workspace.messages(f"C1{n:03}") for n in range(PEOPLE))
        answers = (each for room in rooms for each in room if each.get("bot_id"))
        for answer in answers:
            if answer["ts"] in self._seen or STOP in (blocks := str(answer["blocks"])):
                continue
            self._seen.add(answer["ts"])
            self.ended += 1
            self.refused += CROWDED in blocks
        return self.ended


async def measure(running: int, waiting: int) -> None:
    rows = [await flood(running, waiting, times * (running + waiting)) for times in (1, 3, 10)]
    head = ("questions", "answered", "refused", "idle", "peak", "after", "took")
    print(table(f"Load: {running} run, {waiting} wait at the same time", head, rows))


def main() -> None:
    asyncio.run(measure(10, 20) if "--quick" in sys.argv else measure(100, 200))


if __name__ == "__main__":
    main()
