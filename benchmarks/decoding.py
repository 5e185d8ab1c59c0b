"""What a streamed token costs in CPU: bare aiohttp, the SDK's typed stream, and ours.

`python -m benchmarks.decoding [--quick]`. 50 streams of 60 tokens a second come from a process of
their own; only this process's CPU is counted. The rows take turns, so that a slow machine is slow
for all of them.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import time
from contextlib import aclosing, contextmanager
from typing import TYPE_CHECKING

import aiohttp
from aiohttp import web

from bot.core.reply import Reply
from bot.core.types import Message, TextDelta
from bot.llm.chat_completions import OpenAIModel
from bot.llm.client import make_client

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from openai import AsyncOpenAI

STREAMS = 50
TOKENS_PER_SECOND = 60
SNAPSHOT_EVERY = 50
PROMPT = [Message("user", "Go on.")]
CHUNK = {
    "id": "chatcmpl-benchmark",
    "object": "chat.completion.chunk",
    "created": 1,
    "model": "benchmark",
    "service_tier": "default",
    "system_fingerprint": "fp_0123456789",
}


async def bare(url: str, _: AsyncOpenAI, tokens: int) -> None:
    async with (
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session,
        asyncio.TaskGroup() as group,
    ):
        for _ in range(STREAMS):
            group.create_task(_read_bare(session, url, tokens))


async def _read_bare(session: aiohttp.ClientSession, url: str, tokens: int) -> None:
    body = {"stream": True, "max_tokens": tokens}
    async with session.post(f"{url}/chat/completions", json=body) as response:
        async for _ in response.content.iter_any():
            pass


async def typed(_: str, client: AsyncOpenAI, tokens: int) -> None:
    async with asyncio.TaskGroup() as group:
        for _ in range(STREAMS):
            group.create_task(_read_typed(client, tokens))


async def _read_typed(client: AsyncOpenAI, tokens: int) -> None:
    stream = await client.chat.completions.create(
        model="benchmark",
        messages=[{"role": "user", "content": ""}],
        stream=True,
        max_tokens=tokens,
    )
    seen = 0
    async for chunk in stream:
        seen += bool(chunk.choices and chunk.choices[0].delta.content)
    assert seen == tokens


async def decode(_: str, client: AsyncOpenAI, tokens: int) -> None:
    model = OpenAIModel(client, model="benchmark", options={"max_tokens": tokens})
    async with asyncio.TaskGroup() as group:
        for _ in range(STREAMS):
            group.create_task(_read_events(model, tokens))


async def _read_events(model: OpenAIModel, tokens: int) -> None:
    seen = 0
    async with aclosing(model.stream(PROMPT)) as events:
        async for event in events:
            seen += isinstance(event, TextDelta)
    assert seen == tokens


async def reply(_: str, client: AsyncOpenAI, tokens: int) -> None:
    model = OpenAIModel(client, model="benchmark", options={"max_tokens": tokens})
    async with asyncio.TaskGroup() as group:
        for _ in range(STREAMS):
            group.create_task(_read_reply(model))


async def _read_reply(model: OpenAIModel) -> None:
    picture, since = Reply(), 0
    async with aclosing(model.stream(PROMPT)) as events:
        async for event in events:
            picture.feed(event)
            since += 1
            if since == SNAPSHOT_EVERY:
                picture.snapshot()
                since = 0
    assert picture.snapshot().ended


ROWS: dict[str, Callable[[str, AsyncOpenAI, int], Awaitable[None]]] = {
    "bare aiohttp": bare,
    "SDK typed stream": typed,
    "ours: decode": decode,
    "ours: decode + Reply": reply,
}


async def measure(url: str, rounds: int, seconds: float) -> dict[str, list[float]]:
    """Microseconds of CPU per token: a row's rounds, alternating with the others'."""
    tokens = int(TOKENS_PER_SECOND * seconds)
    costs: dict[str, list[float]] = {name: [] for name in ROWS}
    client = make_client("made-up", url)
    try:
        for row in ROWS.values():
            await row(url, client, TOKENS_PER_SECOND // 2)
        for _ in range(rounds):
            for name, row in ROWS.items():
                started = time.process_time()
                await row(url, client, tokens)
                used = time.process_time() - started
                costs[name].append(used / (STREAMS * tokens) * 1e6)
    finally:
        await client.close()
    return costs


def show(costs: dict[str, list[float]]) -> None:
    base = statistics.median(costs["bare aiohttp"])
    print(f"{STREAMS} streams of {TOKENS_PER_SECOND} tokens/s, CPU of the client per token\n")
    print(f"{'':22}{'µs/token':>10}{'spread':>16}{'ratio':>8}")
    for name, values in costs.items():
        middle = statistics.median(values)
        spread = f"{min(values):.1f}-{max(values):.1f}"
        print(f"{name:22}{middle:10.1f}{spread:>16}{middle / base:7.2f}x")


def _chunk(delta: dict[str, str], finish_reason: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
    return f"data: {json.dumps(CHUNK | {'choices': [choice], 'usage': None})}\n\n".encode()


async def _serve_stream(request: web.Request) -> web.StreamResponse:
    tokens = (await request.json())["max_tokens"]
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    await response.write(_chunk({"role": "assistant", "content": ""}))
    due = time.monotonic()
    for number in range(tokens):
        due += 1 / TOKENS_PER_SECOND
        await asyncio.sleep(due - time.monotonic())
        await response.write(_chunk({"content": f" word{number}"}))
    await response.write(_chunk({}, "stop") + b"data: [DONE]\n\n")
    return response


async def serve() -> None:
    app = web.Application()
    app.router.add_post("/v1/chat/completions", _serve_stream)
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(runner.addresses[0][1], flush=True)
    # Ends with whoever started it.
    await asyncio.to_thread(sys.stdin.read)
    await runner.cleanup()


@contextmanager
def server() -> Iterator[str]:
    command = [sys.executable, "-m", "benchmarks.decoding", "--serve"]
    pipe = subprocess.PIPE
    # Ctrl-C shall reach this process only: a session of its own has no terminal.
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, start_new_session=True) as process:
        assert process.stdin
        assert process.stdout
        yield f"http://127.0.0.1:{int(process.stdout.readline())}/v1"
        process.stdin.close()


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer and shorter rounds")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.serve:
        asyncio.run(serve())
        return
    rounds, seconds = (2, 1.0) if options.quick else (3, 4.0)
    with server() as url:
        show(asyncio.run(measure(url, rounds, seconds)))


if __name__ == "__main__":
    main()
