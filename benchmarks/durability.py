"""What it costs that nothing is lost: acknowledgements under load, a drain, a crash.

An acknowledgement goes out after the question is committed. `TEST_DATABASE_URL` adds PostgreSQL.
"""

from __future__ import annotations

import asyncio
import os
import signal
import statistics
import sys
import tempfile
import time
from typing import TYPE_CHECKING

from benchmarks.house import Bot, table
from bot.playground.api.rate_limits import RateLimits
from bot.playground.model.endpoint import ScriptedModel
from bot.playground.model.scripted_reply import FOREVER, Reply
from bot.playground.server import Playground
from bot.playground.workspace.people import Channel
from bot.playground.workspace.visible import visible_text
from bot.playground.workspace.workspace import Workspace
from tests.database import postgres_schema

if TYPE_CHECKING:
    from bot.playground.events.envelopes import Envelope, Outcome, Retry, Transport

RATE = 100
"""Questions per second."""

STREAMS = 50
QUICK = {
    "BOT_EDITS_PER_MINUTE": "100000",
    "BOT_POSTS_PER_MINUTE": "100000",
    "BOT_BURST": "1000",
    "BOT_MAX_RUNNING_PER_PERSON": "100",
}


class Stopwatch:
    """A way to the app that notes how long each acknowledgement took."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self.seconds: list[float] = []

    async def deliver(self, envelope: Envelope, retry: Retry | None) -> Outcome:
        began = time.monotonic()
        outcome = await self._transport.deliver(envelope, retry)
        if outcome.accepted:
            self.seconds.append(time.monotonic() - began)
        return outcome


async def acknowledgements(seconds: int, *, one_in: int, **settings: str) -> tuple[str, ...]:
    """RATE messages a second, `one_in` so many a question, each answered in one word."""
    async with ScriptedModel(speed=0) as model, Playground(limits=RateLimits.off()) as slack:
        watch = slack.delivery.transport = Stopwatch(slack.delivery.transport)
        async with Bot(slack, model, **QUICK, **settings):
            await slack.wait_for(lambda: len(slack.sockets), 30)
            total = RATE * seconds
            model.enqueue(*[Reply(["Yes."])] * total)
            began = time.monotonic()
            for number in range(total):
                await asyncio.sleep(max(0.0, began + number / RATE - time.monotonic()))
                where = "@streambot" if number % one_in == 0 else "general"
                await slack.say("alice", where, f"message {number}")
            await slack.wait_for(lambda: len(watch.seconds) >= total, 60)
    spent = sorted(watch.seconds)
    shown = [statistics.median(spent), spent[len(spent) * 99 // 100], spent[-1]]
    return (str(len(spent)), *(f"{value * 1000:.1f} ms" for value in shown))


def crowd() -> Workspace:
    """A channel for every stream: into one of them Slack takes about one post a second."""
    workspace = Workspace.demo()
    members = list(workspace.users)
    for number in range(STREAMS):
        room = Channel(f"C0ROOM{number}", f"room-{number}", "channel", [*members])
        workspace.channels[room.id] = room
    return workspace


async def live(slack: Playground, model: ScriptedModel) -> None:
    """STREAMS answers that have begun and do not end."""
    model.enqueue(*[Reply(["word ", FOREVER])] * STREAMS)
    for number in range(STREAMS):
        await slack.say("alice", f"room-{number}", f"@streambot question {number}")
    await slack.wait_for(lambda: len(model.requests) >= STREAMS, 60)


async def drain() -> tuple[str, str]:
    """SIGTERM with STREAMS live streams that never end, at Slack's own pace for edits."""
    async with (
        ScriptedModel(speed=0) as model,
        Playground(crowd()) as slack,
        Bot(slack, model) as bot,
    ):
        await slack.wait_for(lambda: len(slack.sockets), 30)
        await live(slack, model)
        began = time.monotonic()
        code = await bot.leave()
        took = time.monotonic() - began
    return f"SIGTERM, {STREAMS} live streams → exit {code}", f"{took:.1f} s (bound 25)"


async def crash(folder: str) -> tuple[str, str]:
    """kill -9 with STREAMS live streams, and a new process on the same store."""
    store = {"DATABASE_URL": f"sqlite:///{folder}/bot.db"}
    free = RateLimits.off()
    async with ScriptedModel(speed=0) as model, Playground(crowd(), limits=free) as slack:
        async with Bot(slack, model, **QUICK, **store) as bot:
            await slack.wait_for(lambda: len(slack.sockets), 30)
            await live(slack, model)
            bot.process.send_signal(signal.SIGKILL)
        model.enqueue(*[Reply(["All of it."])] * STREAMS)
        await slack.wait_for(lambda: not len(slack.sockets), 30)
        async with Bot(slack, model, **QUICK, **store):
            await slack.wait_for(lambda: len(slack.sockets), 30)
            began = time.monotonic()
            await slack.wait_for(lambda: answered(slack) == STREAMS, 60)
            took = time.monotonic() - began
    return f"kill -9, {STREAMS} live streams → all answered", f"{took:.1f} s after ready (bound 15)"


def answered(slack: Playground) -> int:
    """Rooms in which the answer stands, whole."""
    rooms = [room for room in slack.workspace.channels if room.startswith("C0ROOM")]
    last = [slack.workspace.messages(room)[-1] for room in rooms]
    return sum(visible_text(message) == "All of it." for message in last)


async def both(seconds: int, name: str, **store: str) -> list[tuple[str, ...]]:
    return [
        (f"{name}, {what}", *await acknowledgements(seconds, one_in=one_in, **store))
        for one_in, what in ((10, "one in ten a question"), (1, "each one a question"))
    ]


async def measure(*, quick: bool) -> None:
    seconds = 5 if quick else 60
    rows = [*await both(seconds, "SQLite")]
    if "TEST_DATABASE_URL" in os.environ:
        async with postgres_schema() as url:
            rows += await both(seconds, "PostgreSQL", DATABASE_URL=url)
    title = f"Acknowledgements, {RATE} messages/s for {seconds} s (bound: p99 250 ms)"
    print(table(title, ("", "events", "median", "p99", "worst"), rows))
    with tempfile.TemporaryDirectory() as folder:
        rows = [await drain(), await crash(folder)]
    print(table("Coming and going", ("", "measured"), rows))


def main() -> None:
    asyncio.run(measure(quick="--quick" in sys.argv))


if __name__ == "__main__":
    main()
