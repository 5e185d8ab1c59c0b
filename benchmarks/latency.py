"""How long people wait, with a 60 ms round trip to Slack: placeholder, first text; and start-up.

The bot runs as its own process, as a user starts it. Slack and the model are the playground's.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import time

from benchmarks.house import Bot, table
from bot.playground.api.rate_limits import RateLimits
from bot.playground.model.endpoint import ScriptedModel
from bot.playground.model.scripted_reply import Reply
from bot.playground.server import Playground

ROUND_TRIP = 0.060
"""Seconds; the playground waits half before and half after it carries a call out."""

THINKS = 0.4
"""Seconds until the model's first token, so that the placeholder is long out."""


async def one(slack: Playground, model: ScriptedModel) -> tuple[float, float]:
    """Seconds from the event to the placeholder, and from the first token to the first text."""
    model.enqueue(Reply(["", *["word "] * 20], wait=THINKS, speed=50))
    before = len(model.requests)
    said = await slack.say("alice", "general", "@streambot how long?")

    def answer():
        return next((a for a in slack.timings if a.question_ts == said["ts"]), None)

    request = await model.arrival(before + 1)
    await slack.wait_for(lambda: (a := answer()) and a.first_text_after, 10)
    found = answer()
    asked = time.time() - time.monotonic() + request.received_at
    first_token = asked + THINKS + 2 / 50 - found.asked_at
    await slack.wait_for(lambda: request.finished_at, 10)
    return found.placeholder_after, found.first_text_after - first_token


async def measure(times: int) -> None:
    async with ScriptedModel(speed=0) as model, Playground(limits=RateLimits.off()) as slack:
        slack.faults.latency = ROUND_TRIP
        began = time.monotonic()
        # Questions come one after the other here: the budget for edits is not the subject.
        async with Bot(slack, model, BOT_EDITS_PER_MINUTE="100000", BOT_BURST="100") as bot:
            await slack.wait_for(lambda: len(slack.sockets), 30)
            connected = time.monotonic() - began
            waits = []
            for _ in range(times):
                waits.append(await one(slack, model))
                await asyncio.sleep(0.05)
            idle = bot.memory()
    rows = [
        ("start → connected", f"{connected:.2f} s", "2.5 s"),
        *(
            (
                name,
                f"{statistics.median(values) * 1000:.0f} ms (worst {max(values) * 1000:.0f})",
                f"{target * 1000:.0f} ms",
            )
            for name, values, target in (
                ("event → placeholder", [w[0] for w in waits], ROUND_TRIP + 0.05),
                ("first token → first text", [w[1] for w in waits], ROUND_TRIP + 0.1),
            )
        ),
        ("memory after these", f"{idle:.0f} MB", "120 MB"),
    ]
    print(table(f"Latency, {times} questions, 60 ms round trip", ("", "measured", "target"), rows))


def main() -> None:
    asyncio.run(measure(5 if "--quick" in sys.argv else 20))


if __name__ == "__main__":
    main()
