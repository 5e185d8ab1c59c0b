"""One open page: what it is told, newest state first and nothing twice, and what it asks for."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from aiohttp import WSMsgType

from bot.playground.page import view
from bot.playground.page.requests import Asks
from bot.playground.tasks import Tasks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiohttp import web

    from bot.playground.page.panels import Panels
    from bot.playground.server import Playground
    from bot.playground.workspace.changes import Change

Told = dict[str, Any]

_FRAME = 0.03
_LOOK_EVERY = 1.0


class PageSession:
    """Keeps keys of what changed, never the changes: a slow page skips states, it never lags."""

    def __init__(
        self, socket: web.WebSocketResponse, playground: Playground, panels: Panels, model: str
    ) -> None:
        self._socket = socket
        self._playground = playground
        self._panels = panels
        self._model = model
        self._changed: dict[tuple[str, str], None] = {}
        self._statuses: dict[tuple[str, str], str] = {}
        self._whispers: set[tuple[str, str]] = set()
        self._news = asyncio.Event()
        self._tasks = Tasks()
        self._asks = Asks(playground, panels)
        self._last: dict[str, Told] = {}

    async def run(self) -> None:
        """Until the page is closed."""
        leave = self._playground.workspace.subscribe(self._heard)
        self._tasks.start(self._tell(), name="tell")
        try:
            await self._listen()
        finally:
            leave()
            await self._tasks.stop()

    # What the page is told

    def _heard(self, change: Change) -> None:
        message, channel = change.message, change.channel_id
        if change.kind == "status":
            self._statuses[channel, message["thread_ts"]] = message["status"]
        else:
            self._changed[channel, message["ts"]] = None
        if change.kind in {"posted", "deleted"} and message.get("thread_ts"):
            # The counters of a thread stand in its root, whose change is not told by itself.
            self._changed[channel, message["thread_ts"]] = None
        self._news.set()

    async def _tell(self) -> None:
        try:
            await self._socket.send_json(view.opening(self._playground.workspace, self._model))
            while not self._socket.closed:
                for told in (*self._take(), *self._looked()):
                    await self._socket.send_json(told)
                await self._pause()
        except ConnectionError:
            return

    async def _pause(self) -> None:
        await asyncio.sleep(_FRAME)
        try:
            async with asyncio.timeout(_LOOK_EVERY):
                await self._news.wait()
        except TimeoutError:
            return
        self._news.clear()

    def _take(self) -> Iterator[Told]:
        """Everything that gathered, as it stands now."""
        changed, self._changed = self._changed, {}
        statuses, self._statuses = self._statuses, {}
        yield from (self._message(channel, ts) for channel, ts in changed)
        for (channel, thread), status in statuses.items():
            yield {"type": "status", "channel": channel, "thread_ts": thread, "status": status}

    def _message(self, channel: str, ts: str) -> Told:
        message = self._playground.workspace.message(channel, ts) or self._whisper(channel, ts)
        if message is None:
            return {"type": "deleted", "channel": channel, "ts": ts}
        shown = view.message_view(self._playground.workspace, channel, message)
        return {"type": "message", "message": shown}

    def _whisper(self, channel: str, ts: str) -> dict[str, Any] | None:
        found = next((m for m in self._playground.workspace.ephemerals if m["ts"] == ts), None)
        if found is not None:
            self._whispers.add((channel, ts))
        return found

    def _looked(self) -> Iterator[Told]:
        """What no change tells of: figures, switches, whispers that were dismissed."""
        left = {message["ts"] for message in self._playground.workspace.ephemerals}
        for channel, ts in [each for each in self._whispers if each[1] not in left]:
            self._whispers.discard((channel, ts))
            yield {"type": "deleted", "channel": channel, "ts": ts}
        yield from self._if_new(
            {"type": "modals", "modals": view.modals(self._playground.workspace)}
        )
        yield from self._if_new({"type": "stats"} | view.figures(self._playground.stats()))
        yield from self._if_new({"type": "switches", "switches": self._panels.describe()})

    def _if_new(self, told: Told) -> Iterator[Told]:
        if self._last.get(told["type"]) != told:
            self._last[told["type"]] = told
            yield told

    # What the page asks for

    async def _listen(self) -> None:
        async for frame in self._socket:
            if frame.type is WSMsgType.TEXT:
                # A click waits for the app, and nobody shall wait for the click.
                self._tasks.start(self._answer(frame.data), name="ask")

    async def _answer(self, frame: str) -> None:
        told = await self._asks.do(frame)
        self._news.set()
        if told:
            with suppress(ConnectionError):
                await self._socket.send_json(told)
