"""Socket Mode: single-use tickets, `hello`, envelopes, acknowledgements and disconnects."""

from __future__ import annotations

import asyncio
import json
import secrets
import uuid
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiohttp import WSMsgType, web

from bot.playground.events.envelopes import Envelope, Outcome, Retry
from bot.playground.switches import Switch

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.playground.events.delivery import Timetable
    from bot.playground.faults import Faults
    from bot.playground.tasks import Tasks

MAX_SOCKETS = 10
_CONNECTION_TIME = 18_060  # seconds, as Slack announces them in `hello`
_CLOSE_TIMEOUT = 0.5  # seconds to wait for the other side of a close
_DEBUG = {"debug_info": {"host": "applink-playground"}}


@dataclass(slots=True, eq=False)
class Socket:
    ws: web.WebSocketResponse
    transport: asyncio.Transport
    frozen: bool = False
    """Open, but it reads nothing, sends nothing and answers no ping."""

    async def send(self, message: dict[str, Any]) -> None:
        """Sends JSON. On a socket that was just closed it is lost, as in a network."""
        if not self.frozen and not self.ws.closed:
            with suppress(ConnectionError):
                await self.ws.send_json(message)


class SocketMode:
    """The app's open sockets. Each envelope goes through one of them.

    `notify` is called when a socket opens or closes.
    """

    def __init__(
        self,
        app_id: str,
        faults: Faults,
        timetable: Timetable,
        tasks: Tasks,
        notify: Callable[[], None],
    ) -> None:
        self.url = ""
        self._app_id = app_id
        self._faults = faults
        self._timetable = timetable
        self._tasks = tasks
        self._notify = notify
        self._tickets: set[str] = set()
        self._sockets: deque[Socket] = deque()
        self._acks: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._open = asyncio.Event()

    def __len__(self) -> int:
        return len(self._sockets)

    def open_url(self) -> str:
        """The URL that apps.connections.open returns; its ticket is good for one connection."""
        ticket = secrets.token_urlsafe(24)
        self._tickets.add(ticket)
        return f"{self.url}?ticket={ticket}&app_id={self._app_id}"

    async def handle(self, request: web.Request) -> web.StreamResponse:
        if self._faults.socket_refused:
            return web.Response(status=503, text="socket refused")
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.Response(status=403, text="bad ticket")
        self._tickets.discard(ticket)
        ws = web.WebSocketResponse(timeout=_CLOSE_TIMEOUT, autoping=False)
        await ws.prepare(request)
        await self._serve(ws, request)
        return ws

    async def deliver(self, envelope: Envelope, retry: Retry | None) -> Outcome:
        # An event raised while no socket is open comes as a retry once there is one.
        if not self._sockets and not (retry and await self._wait_until_open()):
            return Outcome(accepted=False, reason="timeout")
        message = _message(envelope, retry)
        ack = asyncio.get_running_loop().create_future()
        self._acks[message["envelope_id"]] = ack
        socket = None
        try:
            async with asyncio.timeout(self._timetable.ack_timeout):
                socket = self._next()
                await socket.send(message)
                return Outcome(accepted=True, payload=_payload(await ack))
        except (TimeoutError, ConnectionError):
            return Outcome(accepted=False, reason="timeout", ignored=self._is_good(socket))
        finally:
            del self._acks[message["envelope_id"]]

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Sends `disconnect` on every socket and closes it; after a `warning`, some time later."""
        for socket in tuple(self._sockets):
            await socket.send({"type": "disconnect", "reason": reason} | _DEBUG)
            if reason == "warning":
                self._tasks.start(self._close_later(socket), name="close a warned socket")
            else:
                await socket.ws.close()

    def drop(self) -> None:
        """Aborts every connection without a close frame, as a network does."""
        for socket in tuple(self._sockets):
            self._sockets.remove(socket)
            socket.transport.abort()
        self._sockets_changed()

    def freeze(self) -> None:
        """Freezes every open socket; sockets opened from now on work."""
        for socket in self._sockets:
            socket.frozen = True

    async def close(self) -> None:
        for socket in tuple(self._sockets):
            await socket.ws.close()

    def describe(self) -> list[Switch]:
        shown = {"drop_sockets": "Cut the sockets", "freeze_sockets": "Freeze the sockets"}
        shown |= {name: label for name, (label, _) in _DISCONNECTS.items()}
        return [Switch(name, label, "action") for name, label in shown.items()]

    async def switch(self, name: str, _value: Any) -> None:
        if name == "drop_sockets":
            self.drop()
        elif name == "freeze_sockets":
            self.freeze()
        else:
            await self.disconnect(_DISCONNECTS[name][1])

    async def _serve(self, ws: web.WebSocketResponse, request: web.Request) -> None:
        if len(self._sockets) >= MAX_SOCKETS:
            await ws.send_json({"type": "disconnect", "reason": "too_many_websockets"} | _DEBUG)
            await ws.close()
            return
        if not isinstance(request.transport, asyncio.Transport):
            return
        socket = Socket(ws, request.transport)
        self._sockets.append(socket)
        try:
            await socket.send(self._hello())
            self._sockets_changed()
            await self._listen(socket)
        finally:
            if socket in self._sockets:
                self._sockets.remove(socket)
            self._sockets_changed()

    async def _listen(self, socket: Socket) -> None:
        async for message in socket.ws:
            if socket.frozen:
                continue
            if message.type == WSMsgType.PING:
                await socket.ws.pong(message.data)
            elif message.type == WSMsgType.TEXT:
                self._acknowledged(message.data)

    def _acknowledged(self, text: str) -> None:
        """Settles the attempt it belongs to; late and unknown acknowledgements are ignored."""
        try:
            said = json.loads(text)
        except ValueError:
            return
        ack = self._acks.get(said.get("envelope_id", "")) if isinstance(said, dict) else None
        if ack is not None and not ack.done():
            ack.set_result(said)

    def _hello(self) -> dict[str, Any]:
        return {
            "type": "hello",
            "num_connections": len(self._sockets),
            "connection_info": {"app_id": self._app_id},
            "debug_info": {
                "host": "applink-playground",
                "build_number": 1,
                "approximate_connection_time": _CONNECTION_TIME,
            },
        }

    def _is_good(self, socket: Socket | None) -> bool:
        return socket is not None and socket in self._sockets and not socket.frozen

    def _next(self) -> Socket:
        """The sockets take turns. Slack promises no pattern, and the app may rely on none."""
        if not self._sockets:
            raise ConnectionError
        self._sockets.rotate(-1)
        return self._sockets[-1]

    def _sockets_changed(self) -> None:
        if self._sockets:
            self._open.set()
        else:
            self._open.clear()
        self._notify()

    async def _wait_until_open(self) -> bool:
        try:
            async with asyncio.timeout(self._timetable.hold):
                return await self._open.wait()
        except TimeoutError:
            return False

    async def _close_later(self, socket: Socket) -> None:
        await asyncio.sleep(self._timetable.warning)
        await socket.ws.close()


_DISCONNECTS = {
    "refresh_sockets": ("Ask the bot to reconnect", "refresh_requested"),
    "warn_sockets": ("Warn of a disconnect", "warning"),
    "disable_link": ("Turn Socket Mode off", "link_disabled"),
}


def _payload(ack: dict[str, Any]) -> dict[str, Any] | None:
    said = ack.get("payload")
    return said if isinstance(said, dict) else None


def _message(envelope: Envelope, retry: Retry | None) -> dict[str, Any]:
    """Every attempt has an `envelope_id` of its own; the event inside keeps its `event_id`."""
    message = {
        "envelope_id": str(uuid.uuid4()),
        "type": envelope.kind,
        "payload": envelope.payload,
        "accepts_response_payload": envelope.kind != "events_api",
    }
    if envelope.kind == "events_api":
        message["retry_attempt"] = retry.number if retry else 0
        message["retry_reason"] = retry.reason if retry else ""
    return message
