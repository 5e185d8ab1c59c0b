"""The whole bot under load: CPU per token and memory per live stream, Slack writes included.

50 threads ask at once; each answer comes at 60 tokens a second. The bot is its own process, and
so is the model, so that only the bot is counted.
"""

from __future__ import annotations

import asyncio
import sys
import time
from typing import TYPE_CHECKING, Any

from benchmarks.house import Bot, ModelProcess, table
from bot.playground.api.rate_limits import RateLimits
from bot.playground.server import Playground

if TYPE_CHECKING:
    from collections.abc import Iterator

STREAMS, SPEED = 50, 60


async def measure(seconds: int) -> None:
    tokens = seconds * SPEED
    async with ModelProcess(tokens, SPEED) as model, Playground(limits=RateLimits()) as slack:
        # One post a second into one channel is Slack's pace; the streams are to start together.
        slack.limits.posts_per_second = 1000
        slack.limits.workspace_posts_per_minute = 60_000
        all_at_once = {"BOT_POSTS_PER_MINUTE": "60000", "BOT_MAX_RUNNING_PER_PERSON": str(STREAMS)}
        async with Bot(slack, model, BOT_BURST="5", **all_at_once) as bot:
            await slack.wait_for(lambda: len(slack.sockets), 30)
            await one_warm(slack)
            idle, cpu, began = bot.memory(), bot.cpu(), time.monotonic()
            for n in range(STREAMS):
                await slack.say("alice", "general", f"@streambot question {n}")
            peak = await watch(bot, began + seconds / 2)
            await slack.wait_for(lambda: finished(slack) > STREAMS, seconds * 3 + 240)
            used, took = bot.cpu() - cpu, time.monotonic() - began
    writes = slack.calls.counts(0)
    total = STREAMS * tokens
    rows = [
        ("CPU per token, with Slack writes", f"{used / total * 1e6:.0f} µs"),
        ("CPU of one core", f"{used / took * 100:.0f} %"),
        ("memory idle", f"{idle:.0f} MB"),
        ("memory per live stream", f"{(peak - idle) / STREAMS * 1024:.0f} kB"),
        ("edits", str(writes["chat.update"])),
        ("refused by Slack (429)", str(dict(slack.calls.refusals()) or 0)),
    ]
    title = f"Streaming, {STREAMS} streams of {SPEED} tokens/s, {total} tokens, {took:.0f} s"
    print(table(title, ("", "measured"), rows))


async def one_warm(slack: Playground) -> None:
    await slack.say("bob", "random", "@streambot warm up")
    await slack.wait_for(lambda: finished(slack), 120)


async def watch(bot: Bot, until: float) -> float:
    peak = bot.memory()
    while time.monotonic() < until:
        await asyncio.sleep(0.2)
        peak = max(peak, bot.memory())
    return peak


def finished(slack: Playground) -> int:
    """Answers that stand without a Stop button."""
    return sum(
        message.get("bot_id") is not None
        and bool(message.get("blocks"))
        and "stop" not in set(actions(message))
        for channel in ("general", "random")
        for message in slack.workspace.messages(slack.workspace.channel(channel).id)
    )


def actions(message: dict[str, Any]) -> Iterator[str | None]:
    for block in message["blocks"]:
        yield from (each.get("action_id") for each in block.get("elements", ()))


def main() -> None:
    asyncio.run(measure(5 if "--quick" in sys.argv else 20))


if __name__ == "__main__":
    main()
