"""HTTP mode: Slack's requests, whose signature is verified before Bolt parses them."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
import re
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

import structlog
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.request.async_request import AsyncBoltRequest

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from slack_bolt.response import BoltResponse

    Dispatch = Callable[[AsyncBoltRequest], Awaitable[BoltResponse]]

log = structlog.get_logger(__name__)

LARGEST_BODY: Final = 1024 * 1024
"""Bytes."""

WINDOW: Final = 300
"""Seconds by which a request's time may differ from ours, against replays (docs: Verifying
requests from Slack)."""

DIGITS: Final = re.compile(r"[0-9]{1,12}")
PASSED_ON: Final = ("content-type", "x-slack-retry-num", "x-slack-retry-reason")
"""Headers that Bolt receives. Headers are not signed, and some others would change what it does."""

SSL_CHECK: Final = b"ssl_check=1"
MALFORMED: Final = (AttributeError, IndexError, KeyError, RecursionError, TypeError, ValueError)
"""Raised by parsing, in Bolt too, for a body that Slack has not made."""

BROKEN: Final = (ConnectionError, HttpProcessingError, web.RequestPayloadError)
"""Raised by reading a body that is cut off or has a wrong length."""


class OwnFaults(logging.Filter):
    """Drops log records about bad requests: they are not our errors."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        return not isinstance(error, HttpProcessingError)


SERVER_LOG: Final = logging.getLogger("bot.web.server")
SERVER_LOG.addFilter(OwnFaults())


@dataclass(frozen=True, slots=True)
class Signature:
    """Verifies signatures (docs: Verifying requests from Slack)."""

    secret: str
    """Slack's signing secret."""

    clock: Callable[[], float] = time.time
    """Returns seconds since 1970."""

    def __repr__(self) -> str:
        return "Signature(…)"

    def approves(self, headers: Mapping[str, str], body: bytes) -> bool:
        """True when Slack signed the body within `WINDOW`. Never raises."""
        timestamp = headers.get("X-Slack-Request-Timestamp", "")
        if not DIGITS.fullmatch(timestamp) or abs(self.clock() - int(timestamp)) > WINDOW:
            return False
        signed = b":".join((b"v0", timestamp.encode(), body))
        expected = "v0=" + hmac.new(self.secret.encode(), signed, hashlib.sha256).hexdigest()
        # As bytes: compare_digest raises for strings that are not ASCII.
        given = headers.get("X-Slack-Signature", "").encode(errors="surrogateescape")
        return hmac.compare_digest(expected.encode(), given)


class WebServer:
    """Listens for Slack's requests while its context is entered."""

    def __init__(
        self,
        dispatch: Dispatch,
        signature: Signature,
        *,
        host: str,
        port: int,
        read_timeout: float = 10.0,
    ) -> None:
        """`dispatch` is Bolt's. Port 0 takes any free port. A body may take `read_timeout` s."""
        self.host, self.port = host, port
        self._dispatch = dispatch
        self._signature = signature
        self._read_timeout = read_timeout
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=LARGEST_BODY)
        app.add_routes([web.post("/slack/events", self._events), web.get("/healthz", _healthz)])
        # Without decompression: the signature is of the bytes as they arrive.
        runner = web.AppRunner(
            app, access_log=None, logger=SERVER_LOG, shutdown_timeout=5.0, auto_decompress=False
        )
        async with AsyncExitStack() as stack:
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            await web.TCPSite(runner, self.host, self.port).start()
            self.port = runner.addresses[0][1]
            self._stack = stack.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    async def _events(self, request: web.Request) -> web.StreamResponse:
        try:
            async with asyncio.timeout(self._read_timeout):
                body = await _read(request)
        except TimeoutError:
            return _refused(request, 408)
        except BROKEN:
            return _refused(request, 400)
        if body is None:
            return _refused(request, 413)
        if not self._signature.approves(request.headers, body):
            # Slack's check of our certificate may be unsigned. It contains nothing.
            return web.Response() if SSL_CHECK in body.split(b"&") else _refused(request, 401)
        return await self._answer(request, body)

    async def _answer(self, request: web.Request, body: bytes) -> web.StreamResponse:
        headers = {name: request.headers[name] for name in PASSED_ON if name in request.headers}
        try:
            asked = AsyncBoltRequest(body=body.decode(), headers=dict(headers))
            return await to_aiohttp_response(await self._dispatch(asked))
        except MALFORMED as error:
            log.warning("request malformed", error=type(error).__name__, bytes=len(body))
            return web.Response(status=400)


async def _read(request: web.Request) -> bytes | None:
    """The body; None as soon as it is known to be too large."""
    if (request.content_length or 0) > LARGEST_BODY:
        return None
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > LARGEST_BODY:
            return None
    return bytes(body)


def _refused(request: web.Request, status: int) -> web.Response:
    """Refuses the request and closes the connection, so the rest of the body is not read."""
    log.warning("request refused", status=status, bytes=request.content_length)
    response = web.Response(status=status)
    response.force_close()
    return response


async def _healthz(_request: web.Request) -> web.Response:
    return web.Response(text="ok")
