"""The longest time for which the event loop does one thing, on every path that can be made large.

`python -m benchmarks.slices [--quick] [PATH ...]`. While each of these inputs is worked on, the CPU
time of each round of the loop is measured. What is shown is the longest round, of the run in which
it was shortest: other processes can only make it longer. It is to stay below 50 ms.

Beside it stands the longest pass of the garbage collector, which is no part of it: how long that
takes depends on all that is alive in the process, not on what is worked on. The time that a known
piece of work takes tells how fast the machine is: 50 ms are meant for one on which it takes 30 ms.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import hashlib
import hmac
import http.client
import json
import socket
import threading
import time
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import TYPE_CHECKING, Any, Self

from aiohttp import WSMessage, WSMsgType
from slack_bolt.adapter.socket_mode.async_internals import run_async_bolt_app

from benchmarks.house import table
from benchmarks.large import ANSWERS, EVENTS, FORMS, MESSAGES, PAGES, STREAMS
from bot.core.prompt import Place, TokenScale, write_prompt
from bot.core.reply import Phase, Snapshot
from bot.core.types import Message, Thread, Turn
from bot.errors import ModelError
from bot.llm.chat_completions import OpenAIModel
from bot.llm.client import make_client
from bot.slack.answers.composer import Composer
from bot.slack.authorize import build_app
from bot.slack.capabilities import Capabilities
from bot.slack.client import open_session, web_client
from bot.slack.events.connection import SocketConnection
from bot.slack.events.inbox import open_inbox
from bot.slack.identity import Identity
from bot.slack.large_json import parse
from bot.slack.reads.history import SlackHistory
from bot.slack.reads.people import SlackPeople
from bot.slices import Slices
from bot.tasks import Tasks
from bot.telemetry import set_up
from bot.web import Signature, WebServer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping

    from slack_bolt.async_app import AsyncApp
    from slack_sdk.socket_mode.request import SocketModeRequest

    Work = Callable[[], Awaitable[object]]
    Row = tuple[str, Work]

LIMIT = 50.0
"""Milliseconds of CPU that a round of the loop may take."""
RUNS = 3
SECRET = "0" * 32
US = Identity("T1", "UBOT", "BBOT", "Bot")
ROOT, ASKED = "1000.000100", "9000.000100"
STEP = 300
"""New characters of an answer for each edit while it streams."""


def known_work() -> float:
    """Milliseconds of CPU of a known piece of work."""
    began, total = time.thread_time(), 0
    for number in range(600_000):
        total += number & 7
    return (time.thread_time() - began) * 1000


class Collector:
    """The CPU time of Python's garbage collector, while its context is entered."""

    def __init__(self) -> None:
        self.total = self.longest = 0.0
        self._began = 0.0

    def __enter__(self) -> Self:
        gc.callbacks.append(self._note)
        return self

    def __exit__(self, *_: object) -> None:
        gc.callbacks.remove(self._note)

    def _note(self, phase: str, _info: object) -> None:
        if phase == "start":
            self._began = time.thread_time()
            return
        took = time.thread_time() - self._began
        self.total, self.longest = self.total + took, max(self.longest, took)


async def worst_round(work: Work) -> tuple[float, float]:
    """Milliseconds of CPU of the longest round of the loop, and of the longest collection."""
    worst = 0.0

    async def measure(collector: Collector) -> None:
        nonlocal worst
        last = time.thread_time() - collector.total
        while True:
            await asyncio.sleep(0)
            now = time.thread_time() - collector.total
            worst, last = max(worst, now - last), now

    with Collector() as collector:
        async with Tasks("benchmark") as tasks:
            tasks.start(measure(collector), name="measure")
            await asyncio.sleep(0)
            await work()
            await asyncio.sleep(0)
    return worst * 1000, collector.longest * 1000


# A thread


class _Thread:
    """What Slack answers: a thread of these messages, and nobody's name."""

    def __init__(self, message: Mapping[str, Any]) -> None:
        said = [
            {"ts": f"{1000 + each}.000100", "user": f"U{each}"} | message for each in range(100)
        ]
        self._messages = [*said, {"ts": ASKED, "user": "U1", "text": "why?"}]

    async def read(self, method: str, *_: object, **__: object) -> dict[str, Any]:
        return {"user": None} if method == "users.info" else {"messages": self._messages}

    async def prompt(self) -> None:
        turn, place = Turn(Thread("T1", "C1", ROOT), ASKED, "U1", "why?"), Place("Bot", False, "")
        slices = Slices()
        async with SlackPeople(self) as people:
            history = SlackHistory(self, people, US, slices=slices)
            found = await history.read(turn, 16_000)
        how = {"system": None, "budget": 16_000, "scale": TokenScale()}
        await slices.run(write_prompt(found.messages, place, **how))


class _Page(_Thread):
    """The same, of which each answer is parsed anew."""

    def __init__(self, message: Mapping[str, Any]) -> None:
        said = [
            {"ts": f"{1000 + each}.000100", "user": f"U{each}"} | message for each in range(199)
        ]
        asked = {"ts": ASKED, "user": "U1", "text": "why?"}
        self._text = json.dumps({"ok": True, "messages": [*said, asked]})

    async def read(self, method: str, *_: object, **__: object) -> dict[str, Any]:
        answer: dict[str, Any] = {"user": None}
        return answer if method == "users.info" else await Slices().run(parse(self._text))


@asynccontextmanager
async def threads() -> AsyncIterator[list[Row]]:
    yield [(name, _Thread(message).prompt) for name, message in MESSAGES.items()]


@asynccontextmanager
async def pages() -> AsyncIterator[list[Row]]:
    """A page of a thread as Slack sends it, parsed and used, up to the end of its use."""
    yield [(name, _Page(message).prompt) for name, message in PAGES.items()]


# An answer


async def _show(*snapshots: Snapshot) -> None:
    composer, slices = Composer(Capabilities(), lambda _: []), Slices()
    for snapshot in snapshots:
        if work := composer.prepare(snapshot):
            await slices.run(work)
        composer.feed(snapshot)
        composer.draw(snapshot)
        await asyncio.sleep(0)


@asynccontextmanager
async def answers() -> AsyncIterator[list[Row]]:
    def work(text: str) -> Work:
        return lambda: _show(Snapshot(Phase.COMPLETE, text))

    yield [(name, work(text)) for name, text in ANSWERS.items()]


@asynccontextmanager
async def streamed() -> AsyncIterator[list[Row]]:
    """The first 15,000 characters, which come bit by bit."""

    def work(text: str) -> Work:
        ends = range(STEP, 15_000, STEP)
        growing = [Snapshot(Phase.ANSWERING, text[:end]) for end in ends]
        return lambda: _show(*growing, Snapshot(Phase.STOPPED, text[: ends[-1]]))

    yield [(name, work(text)) for name, text in ANSWERS.items()]


# Slack's requests


class _Journal:
    async def accept(self, _turn: Turn) -> bool:
        return True

    async def amend(self, _turn: Turn) -> None: ...


async def _ignore(*_: object, **__: object) -> None: ...


@asynccontextmanager
async def _bolt() -> AsyncIterator[AsyncApp]:
    async with open_session() as session:
        app = build_app(US, web_client(session, "xoxb-benchmark"))
        open_inbox(app, _Journal(), US.bot_user, _ignore)
        app.event("app_mention")(_ignore)
        app.action("x")(_ignore)
        yield app


def _signed(body: bytes) -> dict[str, str]:
    now = str(int(time.time()))
    signed = hmac.new(SECRET.encode(), b":".join((b"v0", now.encode(), body)), hashlib.sha256)
    return {
        "X-Slack-Request-Timestamp": now,
        "X-Slack-Signature": f"v0={signed.hexdigest()}",
    }


def _post(port: int, body: bytes, kind: str) -> None:
    """Runs in a thread, so that only the server's work is on the loop."""
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    client.request("POST", "/slack/events", body, {"Content-Type": kind} | _signed(body))
    client.getresponse().read()
    client.close()


@asynccontextmanager
async def requests() -> AsyncIterator[list[Row]]:
    def work(port: int, body: bytes, kind: str) -> Work:
        return lambda: asyncio.to_thread(_post, port, body, kind)

    async with _bolt() as app:
        web = WebServer(app.async_dispatch, Signature(SECRET), host="127.0.0.1", port=0)
        async with web:
            events = {f"an event: {name}": json.dumps(each) for name, each in EVENTS.items()}
            yield [
                *((n, work(web.port, e.encode(), "application/json")) for n, e in events.items()),
                *(
                    (f"a form: {name}", work(web.port, form, "application/x-www-form-urlencoded"))
                    for name, form in FORMS.items()
                ),
            ]


class _Frames:
    """A WebSocket on which one frame comes."""

    def __init__(self, text: str) -> None:
        self._text = text

    async def __aiter__(self) -> AsyncIterator[WSMessage]:
        yield WSMessage(WSMsgType.TEXT, self._text, None)


@asynccontextmanager
async def frames() -> AsyncIterator[list[Row]]:
    def work(app: AsyncApp, event: object) -> Work:
        frame = {"type": "events_api", "envelope_id": "e", "payload": event}
        text = json.dumps(frame)

        async def read() -> None:
            received: list[SocketModeRequest] = []
            connection = SocketConnection(_Frames(text))
            await connection.read(lambda request, _: received.append(request))
            await asyncio.sleep(0)
            await run_async_bolt_app(app, received[0])

        return read

    async with _bolt() as app:
        yield [(name, work(app, event)) for name, event in EVENTS.items()]


# An endpoint


@contextmanager
def _endpoint(body: bytes) -> Iterator[str]:
    """Its address. It runs in threads, so that only the client's work is on the loop."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
    listener = socket.create_server(("127.0.0.1", 0))

    def answer(client: socket.socket) -> None:
        with suppress(OSError), client:
            asked = b""
            while b"\r\n\r\n" not in asked:
                asked += client.recv(65_536)
            client.sendall(head + body)

    def serve() -> None:
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                threading.Thread(target=answer, args=(client,), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    with listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/v1"


async def _read(body: bytes) -> None:
    with _endpoint(body) as url:
        client = make_client("made-up", url)
        with suppress(ModelError):
            async for _ in OpenAIModel(client, model="m").stream([Message("user", "why?")]):
                pass
        await client.close()


@asynccontextmanager
async def streams() -> AsyncIterator[list[Row]]:
    def work(body: bytes) -> Work:
        return lambda: _read(body)

    yield [(name, work(body)) for name, body in STREAMS.items()]


PATHS = {
    "thread": threads,
    "page": pages,
    "answer": answers,
    "streamed": streamed,
    "http": requests,
    "socket": frames,
    "endpoint": streams,
}


async def measured(path: str, runs: int) -> list[tuple[str, float, float]]:
    async with PATHS[path]() as rows:
        # As the bot does when it has started: what is there stays.
        gc.collect()
        gc.freeze()
        return [(name, *min([await worst_round(work) for _ in range(runs)])) for name, work in rows]


def show(path: str, runs: int) -> None:
    measures = asyncio.run(measured(path, runs))
    rows = [
        (
            name,
            f"{worst:.1f} ms",
            "" if worst < LIMIT else f"over {LIMIT:.0f} ms",
            f"{collected:.1f} ms",
        )
        for name, worst, collected in sorted(measures, key=lambda each: -each[1])
    ]
    print(table(f"The longest round of the loop: {path}", ("", "CPU", "", "collector"), rows))


def main(arguments: Iterable[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", nargs="*", choices=[*PATHS, []], help="all, unless some are named")
    parser.add_argument("--quick", action="store_true", help="one run")
    options = parser.parse_args(arguments)
    set_up(level="critical")
    known = min(known_work() for _ in range(20))
    print(f"The known piece of work takes {known:.1f} ms here.\n")
    for path in options.path or PATHS:
        show(path, 1 if options.quick else RUNS)


if __name__ == "__main__":
    main()
