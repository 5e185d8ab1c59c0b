"""Socket Mode: single-use tickets, hello, envelopes and acknowledgements, and every way to end."""

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

from bot.playground.events.envelopes import Outcome, Parcel, Retry
from bot.playground.switches import Switch

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.playground.events.delivery import Timetable
    from bot.playground.faults import Faults
    from bot.playground.tasks import Tasks

MAX_SOCKETS = 10
_CONNECTION_TIME = 18_060  # seconds, as Slack announces them in `hello`
_GOODBYE = 0.5  # seconds to wait for the other side of a close
_DEBUG = {"debug_info": {"host": "applink-playground"}}


@dataclass(slots=True, eq=False)
class Socket:
    """A frozen one is open and dead: it hears nothing, says nothing and answers no ping."""

    ws: web.WebSocketResponse
    transport: asyncio.Transport
    frozen: bool = False

    async def send(self, message: dict[str, Any]) -> None:
        """What is said to a socket that just went away is lost, as it would be."""
        if not self.frozen and not self.ws.closed:
            with suppress(ConnectionError):
                await self.ws.send_json(message)


class SocketMode:
    """The open sockets of the app. Each parcel goes through one of them."""

    def __init__(
        self,
        app_id: str,
        faults: Faults,
        timetable: Timetable,
        tasks: Tasks,
        tick: Callable[[], None],
    ) -> None:
        self.url = ""
        self._app_id = app_id
        self._faults = faults
        self._timetable = timetable
        self._tasks = tasks
        self._tick = tick
        self._tickets: set[str] = set()
        self._sockets: deque[Socket] = deque()
        self._acks: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._open = asyncio.Event()

    def __len__(self) -> int:
        return len(self._sockets)

    def open_url(self) -> str:
        """What apps.connections.open hands out; the ticket is good for one connection."""
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
        ws = web.WebSocketResponse(timeout=_GOODBYE, autoping=False)
        await ws.prepare(request)
        await self._serve(ws, request)
        return ws

    async def carry(self, parcel: Parcel, retry: Retry | None) -> Outcome:
        # What happens while no socket is open comes as a retry once there is one.
        if not self._sockets and not (retry and await self._opened()):
            return Outcome(accepted=False, reason="timeout")
        envelope = _envelope(parcel, retry)
        ack = asyncio.get_running_loop().create_future()
        self._acks[envelope["envelope_id"]] = ack
        try:
            async with asyncio.timeout(self._timetable.ack_timeout):
                await self._next().send(envelope)
                return Outcome(accepted=True, payload=(await ack).get("payload"))
        except (TimeoutError, ConnectionError):
            return Outcome(accepted=False, reason="timeout")
        finally:
            del self._acks[envelope["envelope_id"]]

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Says goodbye on every socket; a `warning` leaves them open a while longer."""
        for socket in tuple(self._sockets):
            await socket.send({"type": "disconnect", "reason": reason} | _DEBUG)
            if reason == "warning":
                self._tasks.start(self._close_later(socket), name="close a warned socket")
            else:
                await socket.ws.close()

    def drop(self) -> None:
        """Cuts every socket, as a network does: without a word."""
        for socket in tuple(self._sockets):
            self._sockets.remove(socket)
            socket.transport.abort()
        self._noticed()

    def freeze(self) -> None:
        """What a broken network leaves behind; sockets opened from now on work."""
        for socket in self._sockets:
            socket.frozen = True

    async def close(self) -> None:
        for socket in tuple(self._sockets):
            await socket.ws.close()

    def describe(self) -> list[Switch]:
        shown = {"drop_sockets": "Cut the sockets", "freeze_sockets": "Freeze the sockets"}
        shown |= {name: label for name, (label, _) in _GOODBYES.items()}
        return [Switch(name, label, "action") for name, label in shown.items()]

    async def switch(self, name: str, _value: Any) -> None:
        if name == "drop_sockets":
            self.drop()
        elif name == "freeze_sockets":
            self.freeze()
        else:
            await self.disconnect(_GOODBYES[name][1])

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
            self._noticed()
            await self._listen(socket)
        finally:
            if socket in self._sockets:
                self._sockets.remove(socket)
            self._noticed()

    async def _listen(self, socket: Socket) -> None:
        async for message in socket.ws:
            if socket.frozen:
                continue
            if message.type == WSMsgType.PING:
                await socket.ws.pong(message.data)
            elif message.type == WSMsgType.TEXT:
                self._acknowledged(message.data)

    def _acknowledged(self, text: str) -> None:
        """An acknowledgement that comes late, or for nothing we sent, changes nothing."""
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

    def _next(self) -> Socket:
        """Slack promises no pattern; taking turns shows who relies on one socket."""
        if not self._sockets:
            raise ConnectionError
        self._sockets.rotate(-1)
        return self._sockets[-1]

    def _noticed(self) -> None:
        if self._sockets:
            self._open.set()
        else:
            self._open.clear()
        self._tick()

    async def _opened(self) -> bool:
        try:
            async with asyncio.timeout(self._timetable.hold):
                return await self._open.wait()
        except TimeoutError:
            return False

    async def _close_later(self, socket: Socket) -> None:
        await asyncio.sleep(self._timetable.warning)
        await socket.ws.close()


_GOODBYES = {
    "refresh_sockets": ("Ask the bot to reconnect", "refresh_requested"),
    "warn_sockets": ("Warn of a disconnect", "warning"),
    "disable_link": ("Turn Socket Mode off", "link_disabled"),
}


def _envelope(parcel: Parcel, retry: Retry | None) -> dict[str, Any]:
    """Every attempt has an envelope of its own; the event inside keeps its event_id."""
    envelope = {
        "envelope_id": str(uuid.uuid4()),
        "type": parcel.kind,
        "payload": parcel.payload,
        "accepts_response_payload": parcel.kind != "events_api",
    }
    if parcel.kind == "events_api":
        envelope["retry_attempt"] = retry.number if retry else 0
        envelope["retry_reason"] = retry.reason if retry else ""
    return envelope
