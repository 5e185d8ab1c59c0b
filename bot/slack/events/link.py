"""One socket of Socket Mode: what Slack says on it, and the acknowledgements."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any, Final

import structlog
from aiohttp import ClientError, ClientWSTimeout, WSMsgType
from slack_sdk.socket_mode.request import SocketModeRequest

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiohttp import ClientSession, ClientWebSocketResponse
    from slack_bolt.response import BoltResponse

log = structlog.get_logger(__name__)

CLOSED: Final = "closed"
"""The reason of a socket that ended without a word."""

LARGEST_FRAME: Final = 4 * 1024 * 1024
GOODBYE: Final = 2.0
"""Seconds for the other side of a close."""


class Link:
    """An open socket. `ending` gets a reason as soon as it needs a successor."""

    def __init__(self, ws: ClientWebSocketResponse[bool]) -> None:
        loop = asyncio.get_running_loop()
        self._ws = ws
        self._born = loop.time()
        self.ready: asyncio.Future[None] = loop.create_future()
        self.ending: asyncio.Future[str] = loop.create_future()

    @property
    def age(self) -> float:
        """Seconds since it was opened."""
        return asyncio.get_running_loop().time() - self._born

    async def read(self, take: Callable[[SocketModeRequest, Link], None]) -> None:
        """Hands envelopes to `take` until the socket is closed. Garbage is dropped."""
        try:
            async for frame in self._ws:
                if frame.type is WSMsgType.TEXT:
                    self._hear(_parsed(frame.data), take)
        finally:
            self._end(CLOSED)

    async def greeted(self, within: float) -> bool:
        """True when Slack has said hello in time."""
        awaited: tuple[asyncio.Future[Any], ...] = (self.ready, self.ending)
        await asyncio.wait(awaited, timeout=within, return_when=asyncio.FIRST_COMPLETED)
        return self.ready.done()

    async def acknowledge(self, request: SocketModeRequest, response: BoltResponse) -> bool:
        """Tells Slack that it is done; False where the socket is gone."""
        answer = {"envelope_id": request.envelope_id} | _payload(response)
        try:
            await self._ws.send_str(json.dumps(answer))
        except (ClientError, OSError):
            return False
        return True

    async def close(self) -> None:
        """Says goodbye, and waits a little for Slack to do the same."""
        await self._ws.close()

    def _hear(
        self, message: dict[str, Any], take: Callable[[SocketModeRequest, Link], None]
    ) -> None:
        match message:
            case {"type": "hello"}:
                self._begin()
            case {"type": "disconnect"}:
                self._end(str(message.get("reason") or CLOSED))
            case {"type": str(), "envelope_id": str(), "payload": dict()}:
                self._begin()
                if request := SocketModeRequest.from_dict(message):
                    take(request, self)
            case _:
                log.warning("frame not understood")

    def _begin(self) -> None:
        if not self.ready.done():
            self.ready.set_result(None)

    def _end(self, reason: str) -> None:
        if not self.ending.done():
            self.ending.set_result(reason)


async def open_link(session: ClientSession, url: str, heartbeat: float) -> Link:
    """Connects. Where no pong comes within half a heartbeat the socket counts as closed."""
    ws = await session.ws_connect(
        url,
        heartbeat=heartbeat,
        max_msg_size=LARGEST_FRAME,
        timeout=ClientWSTimeout(ws_close=GOODBYE),
    )
    return Link(ws)


def _parsed(text: str | bytes) -> dict[str, Any]:
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return message if isinstance(message, dict) else {}


def _payload(response: BoltResponse) -> dict[str, Any]:
    """What a listener gave to `ack`, as Socket Mode carries it."""
    if not response.body:
        return {}
    content_type = response.headers.get("content-type", [""])[0]
    if content_type.startswith("application/json"):
        return {"payload": json.loads(response.body)}
    return {"payload": {"text": response.body}}
