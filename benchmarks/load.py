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
        peak, ends, asked = idle, [], 0
        while len(ends) < questions or not all(ends):
            for _ in range(min(PACE // 2, questions - asked)):
                await ask(slack, asked)
                asked += 1
            await asyncio.sleep(0.5)
            peak, ends = max(peak, bot.memory()), endings(slack)
        took, after = time.monotonic() - began, bot.memory()
        refused = ends.count(ENGLISH.failures["crowded"])
    return (
        f"{questions / (running + waiting):.0f}x: {questions}",
        str(questions - refused),
        str(refused),
        *(f"{megabytes:.0f} MB" for megabytes in (idle, peak, after)),
        f"{took:.0f} s",
    )


async def ask(slack: Playground, number: int) -> None:
    where = number % PEOPLE
    await slack.say(f"person{where}", f"room{where}", f"@streambot question {number}")


def endings(slack: Playground) -> list[str | bool]:
    """Of each answer: False while it can be stopped, then why it was refused, or True."""
    rooms = [slack.workspace.messages(f"C1{n:03}") for n in range(PEOPLE)]
    said = [str(each["blocks"]) for room in rooms for each in room if each.get("bot_id")]
    crowded = ENGLISH.failures["crowded"]
    return [
        crowded if crowded in blocks else "'action_id': 'stop'" not in blocks for blocks in said
    ]


async def measure(running: int, waiting: int) -> None:
    rows = [await flood(running, waiting, times * (running + waiting)) for times in (1, 3, 10)]
    head = ("questions", "answered", "refused", "idle", "peak", "after", "took")
    print(table(f"Load: {running} run, {waiting} wait at the same time", head, rows))


def main() -> None:
    asyncio.run(measure(10, 20) if "--quick" in sys.argv else measure(100, 200))


if __name__ == "__main__":
    main()
