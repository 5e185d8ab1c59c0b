"""One WebSocket of Socket Mode: envelopes in, acknowledgements out."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any, Final

import structlog
from aiohttp import ClientError, ClientWSTimeout, WSMsgType
from slack_sdk.socket_mode.request import SocketModeRequest

from bot.known_words import known

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiohttp import ClientSession, ClientWebSocketResponse
    from slack_bolt.response import BoltResponse

log = structlog.get_logger(__name__)

CLOSED: Final = "closed"
"""The reason of a connection that was closed without a `disconnect` message."""

MAX_FRAME_BYTES: Final = 4 * 1024 * 1024
CLOSE_TIMEOUT: Final = 2.0
"""Seconds to wait for Slack to close its side."""


class SocketConnection:
    """An open WebSocket to Slack."""

    ready: asyncio.Future[None]
    """Done when Slack has said hello."""

    ending: asyncio.Future[str]
    """Done when the connection needs a successor; the result is Slack's reason, or `CLOSED`."""

    def __init__(self, ws: ClientWebSocketResponse[bool]) -> None:
        loop = asyncio.get_running_loop()
        self._ws = ws
        self._opened_at = loop.time()
        self.ready = loop.create_future()
        self.ending = loop.create_future()

    @property
    def age(self) -> float:
        """Seconds since it was opened."""
        return asyncio.get_running_loop().time() - self._opened_at

    async def read(self, receive: Callable[[SocketModeRequest, SocketConnection], None]) -> None:
        """Hands envelopes to `receive` until the connection is closed.

        Frames that are no message of Socket Mode are logged and dropped.
        """
        try:
            async for frame in self._ws:
                if frame.type is WSMsgType.TEXT:
                    self._receive(_parsed(frame.data), receive)
        finally:
            self._set_ending(CLOSED)

    async def greeted(self, within: float) -> bool:
        """True when Slack says hello within so many seconds."""
        awaited: tuple[asyncio.Future[Any], ...] = (self.ready, self.ending)
        await asyncio.wait(awaited, timeout=within, return_when=asyncio.FIRST_COMPLETED)
        return self.ready.done()

    async def acknowledge(self, request: SocketModeRequest, response: BoltResponse) -> bool:
        """Sends the acknowledgement; False when the connection is closed."""
        answer = {"envelope_id": request.envelope_id} | _payload(response)
        try:
            await self._ws.send_str(json.dumps(answer))
        except (ClientError, OSError):
            return False
        return True

    async def close(self) -> None:
        """Closes the connection, and waits up to `CLOSE_TIMEOUT` for Slack to do the same."""
        await self._ws.close()

    def _receive(
        self,
        message: dict[str, Any],
        receive: Callable[[SocketModeRequest, SocketConnection], None],
    ) -> None:
        match message:
            case {"type": "hello"}:
                self._set_ready()
            case {"type": "disconnect"}:
                self._set_ending(known(message.get("reason") or CLOSED))
            case {"type": str(), "envelope_id": str(), "payload": dict()}:
                self._set_ready()
                if request := SocketModeRequest.from_dict(message):
                    receive(request, self)
            case _:
                log.warning("frame not understood")

    def _set_ready(self) -> None:
        if not self.ready.done():
            self.ready.set_result(None)

    def _set_ending(self, reason: str) -> None:
        if not self.ending.done():
            self.ending.set_result(reason)


async def open_connection(session: ClientSession, url: str, heartbeat: float) -> SocketConnection:
    """Connects. Raises aiohttp's `ClientError`, `TimeoutError` or `OSError`.

    A ping goes out every `heartbeat` seconds; without a pong within half of that the connection
    counts as closed.
    """
    ws = await session.ws_connect(
        url,
        heartbeat=heartbeat,
        max_msg_size=MAX_FRAME_BYTES,
        timeout=ClientWSTimeout(ws_close=CLOSE_TIMEOUT),
    )
    return SocketConnection(ws)


def _parsed(text: str | bytes) -> dict[str, Any]:
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return message if isinstance(message, dict) else {}


def _payload(response: BoltResponse) -> dict[str, Any]:
    """What a listener passed to `ack`, in the form of Socket Mode (docs: "Acknowledge events")."""
    if not response.body:
        return {}
    content_type = response.headers.get("content-type", [""])[0]
    if content_type.startswith("application/json"):
        return {"payload": json.loads(response.body)}
    return {"payload": {"text": response.body}}
