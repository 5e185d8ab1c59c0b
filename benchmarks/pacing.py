"""How fresh text is that many answers stream into Slack at once, beside what other bots do.

Slack lets through so many calls a minute and a burst above them, which no bot is told. The age of
a token is the time from the model's sending it to its being visible; tokens that nobody saw have
none, and their answers are counted as not whole.

`python -m benchmarks.pacing [--quick | --all]`: without a flag with one burst; with `--all` with
four, and also with questions that come one after the other, which takes hours.
"""

from __future__ import annotations

import asyncio
import json
import re
import statistics
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from openai import AsyncOpenAI
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from benchmarks.house import Bot, table
from bot.playground.api.rate_limits import RateLimits
from bot.playground.model.endpoint import ScriptedModel
from bot.playground.model.scripted_reply import Reply
from bot.playground.server import Playground
from bot.playground.workspace.people import Channel
from bot.playground.workspace.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

ROUND_TRIP = 0.060
"""Seconds; the playground waits half before and half after it carries a call out."""

SPEED = 30.0
"""Tokens a second of an answer."""

PATIENCE = 180.0
"""Seconds after the last answer's end until what is missing counts as missing."""

SPREAD = 60.0
"""Seconds over which questions are spread that do not come together."""

TOKEN = re.compile(r"w(\d{4})")
NUMBER = re.compile(r"question (\d+)")
UPDATE, POST = "chat.update", "chat.postMessage"


@dataclass(frozen=True, slots=True)
class Crowd:
    """So many answers in as many channels, against a Slack with that burst."""

    size: int
    burst: int
    tokens: int = 600
    """Of each answer."""
    spread: float = 0.0
    """Seconds over which the questions come."""


@dataclass(slots=True)
class Outcome:
    """What readers got."""

    ages: list[float] = field(default_factory=list)
    """Of each token, in seconds."""
    first: list[float] = field(default_factory=list)
    """Of the first token of each answer."""
    late: list[float] = field(default_factory=list)
    """From the model's last token to the last write, of each answer."""
    missing: int = 0
    """Answers that are not whole."""
    refused: int = 0
    edits: int = 0


class Contestant(Protocol):
    """Answers the questions of a crowd, until all are answered."""

    async def __call__(self, slack: Playground, model: ScriptedModel, crowd: Crowd) -> None: ...


def rooms(size: int) -> Workspace:
    """A channel for each answer: into one of them Slack takes about one post a second."""
    workspace = Workspace.demo()
    for number in range(size):
        room = Channel(f"C0ROOM{number}", f"room-{number}", "channel", [*workspace.users])
        workspace.channels[room.id] = room
    return workspace


async def run(contestant: Contestant, crowd: Crowd) -> Outcome:
    """Lets a contestant answer a crowd, and looks at what stood in Slack, and when."""
    limits = RateLimits(burst=crowd.burst)
    answer = Reply([f"w{number:04} " for number in range(crowd.tokens)], speed=SPEED)
    async with (
        ScriptedModel(speed=0) as model,
        Playground(rooms(crowd.size), limits=limits) as slack,
    ):
        slack.faults.latency = ROUND_TRIP
        model.answer = lambda _: answer
        await contestant(slack, model, crowd)
        return judged(slack, model, crowd)


def judged(slack: Playground, model: ScriptedModel, crowd: Crowd) -> Outcome:
    """Reads the log of calls."""
    began = {}
    for request in model.requests:
        if asked := NUMBER.findall(json.dumps(request.body["messages"])):
            began[f"C0ROOM{asked[-1]}"] = request.received_at
    visible: dict[str, dict[int, float]] = {room: {} for room in began}
    written: dict[str, float] = {}
    outcome = Outcome(refused=slack.calls.refusals().total(), missing=crowd.size - len(began))
    for call in slack.calls:
        room = str(call.arguments.get("channel"))
        if call.method not in {UPDATE, POST} or not call.ok or room not in began:
            continue
        outcome.edits += call.method == UPDATE
        written[room] = call.at
        for token in TOKEN.findall(json.dumps(call.arguments)):
            visible[room].setdefault(int(token), call.at)
    for room, start in began.items():
        sent = {number: start + (number + 1) / SPEED for number in range(crowd.tokens)}
        shown = visible[room]
        outcome.missing += len(shown) < crowd.tokens
        outcome.ages += [shown[number] - sent[number] for number in shown]
        outcome.late.append(written.get(room, start) - sent[crowd.tokens - 1])
        if 0 in shown:
            outcome.first.append(shown[0] - sent[0])
    return outcome


async def in_turn(crowd: Crowd, ask: Callable[[int], Awaitable[None]]) -> None:
    """Asks all questions, at once or spread."""
    began = time.monotonic()
    for number in range(crowd.size):
        due = began + crowd.spread * number / crowd.size
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        await ask(number)


# This bot


async def ours(slack: Playground, model: ScriptedModel, crowd: Crowd) -> None:
    """The real process, with its defaults; only how many answers may run is raised."""
    limits = {"BOT_MAX_RUNNING_PER_PERSON": "100", "BOT_MAX_RUNNING_PER_WORKSPACE": "100"}
    async with Bot(slack, model, **limits):
        await slack.wait_for(lambda: len(slack.sockets), 30)

        async def ask(number: int) -> None:
            await slack.say("alice", f"room-{number}", f"@streambot question {number}")

        await in_turn(crowd, ask)
        most = crowd.spread + crowd.tokens / SPEED + PATIENCE
        await slack.wait_for(lambda: is_over(slack, crowd), most)


def is_over(slack: Playground, crowd: Crowd) -> bool:
    """Whether every answer stands, without a Stop button."""
    for number in range(crowd.size):
        said = slack.workspace.messages(f"C0ROOM{number}")[1:]
        text = json.dumps(said)
        if f"w{crowd.tokens - 1:04}" not in text or '"stop"' in text:
            return False
    return True


# What others do: a task for each answer, which knows of no other


@dataclass(frozen=True, slots=True)
class Peer:
    """A bot that edits its message by a rule of its own."""

    wants: Callable[[float, int], bool]
    """Whether to edit, so many seconds and tokens after the last edit."""

    retries: int
    """How often the client repeats a call that Slack refuses; 0: the edit is left out."""

    waits: bool
    """Whether nothing is read from the model while an edit is under way."""

    async def __call__(self, slack: Playground, model: ScriptedModel, crowd: Crowd) -> None:
        """Answers all questions at the same time."""
        handlers = [AsyncRateLimitErrorRetryHandler(max_retry_count=self.retries)]
        web = AsyncWebClient(slack.bot_token, slack.api_url, retry_handlers=handlers)
        client = AsyncOpenAI(base_url=model.base_url, api_key="sk-benchmark")
        answers: list[asyncio.Task[None]] = []

        async def ask(number: int) -> None:
            loop = asyncio.get_running_loop()
            answers.append(loop.create_task(self._answer(web, client, number)))

        await in_turn(crowd, ask)
        await asyncio.gather(*answers)
        await client.close()

    async def _answer(self, web: AsyncWebClient, client: AsyncOpenAI, number: int) -> None:
        room = f"C0ROOM{number}"
        ts = str((await web.chat_postMessage(channel=room, text="…"))["ts"])
        text, unseen, at = "", 0, time.monotonic()
        editing: asyncio.Task[None] | None = None
        async for piece in _pieces(client, f"question {number}"):
            text, unseen = text + piece, unseen + 1
            busy = editing is not None and not editing.done()
            if busy or not self.wants(time.monotonic() - at, unseen):
                continue
            unseen, at = 0, time.monotonic()
            editing = asyncio.get_running_loop().create_task(_edit(web, room, ts, text))
            if self.waits:
                await editing
        if editing:
            await editing
        await _edit(web, room, ts, text)


async def _pieces(client: AsyncOpenAI, question: str) -> AsyncIterator[str]:
    messages: Any = [{"role": "user", "content": question}]
    stream = await client.chat.completions.create(model="any", messages=messages, stream=True)
    async for chunk in stream:
        if chunk.choices and (piece := chunk.choices[0].delta.content):
            yield piece


async def _edit(web: AsyncWebClient, room: str, ts: str, text: str) -> None:
    try:
        await web.chat_update(channel=room, ts=ts, text=text)
    except SlackApiError:
        return


CONTESTANTS: dict[str, Contestant] = {
    "ours": ours,
    "each second": Peer(lambda seconds, _: seconds >= 1, retries=0, waits=False),
    "20 tokens, SDK's retries": Peer(lambda _, tokens: tokens >= 20, retries=5, waits=True),
    "500 ms after the last": Peer(lambda seconds, _: seconds >= 0.5, retries=1, waits=True),
}


# The tables


def row(name: str, crowd: Crowd, outcome: Outcome) -> Sequence[str]:
    """A line of the table."""
    ages, mean = sorted(outcome.ages), statistics.mean(outcome.ages)
    bound = crowd.size / (2 * 50 / 60)
    return (
        f"{crowd.size}",
        name,
        f"{mean:.2f} s",
        f"{mean / bound:.2f}",
        f"{_p95(ages):.1f} s",
        f"{_p95(sorted(outcome.first)):.1f} s",
        f"{_p95(sorted(outcome.late)):.1f} s",
        str(outcome.refused),
        str(outcome.edits),
        str(outcome.missing),
    )


def _p95(values: Sequence[float]) -> float:
    return values[min(len(values) - 1, len(values) * 95 // 100)] if values else float("nan")


HEAD = (
    "answers",
    "",
    "mean age",
    "N/(2R)",
    "p95",
    "first text p95",
    "end late p95",
    "refused",
    "edits",
    "not whole",
)
SIZES, BURSTS = (1, 3, 5, 10, 20, 50), (20, 1, 5, 50)


async def measure(crowds: Sequence[Crowd]) -> None:
    """Prints a table of crowds that differ in size only."""
    rows = [
        row(name, crowd, await run(contestant, crowd))
        for crowd in crowds
        for name, contestant in CONTESTANTS.items()
    ]
    burst, spread = crowds[0].burst, crowds[0].spread
    how = f"over {spread:.0f} s" if spread else "together"
    title = f"Pacing: 50 edits a minute and {burst} at once; questions come {how}"
    print(table(title, HEAD, rows), flush=True)


async def measure_all() -> None:
    """Every burst, with questions that come together and one after the other."""
    for burst in BURSTS:
        for spread in (0.0, SPREAD):
            await measure([Crowd(size, burst, spread=spread) for size in SIZES])


def main() -> None:
    if "--all" in sys.argv:
        asyncio.run(measure_all())
    elif "--quick" in sys.argv:
        asyncio.run(measure([Crowd(size, 20, tokens=150) for size in (1, 5)]))
    else:
        asyncio.run(measure([Crowd(size, BURSTS[0]) for size in SIZES]))


if __name__ == "__main__":
    main()
