"""HTTP mode: Slack's requests, verified before anything in them is looked at, handed to Bolt."""

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
    from types import TracebackType

    from slack_bolt.response import BoltResponse

    Dispatch = Callable[[AsyncBoltRequest], Awaitable[BoltResponse]]

log = structlog.get_logger(__name__)

LARGEST_BODY: Final = 1024 * 1024
WINDOW: Final = 300
"""Seconds, both ways: Slack asks to refuse what is older, lest it be replayed."""

DIGITS: Final = re.compile(r"[0-9]{1,12}")
PASSED_ON: Final = ("content-type", "x-slack-retry-num", "x-slack-retry-reason")
"""Headers that Bolt gets. Others are not signed, and some of them are orders to Bolt."""

SSL_CHECK: Final = b"ssl_check=1"
MALFORMED: Final = (AttributeError, IndexError, KeyError, RecursionError, TypeError, ValueError)
"""What parsing raises, in Bolt too, for a body that is not of Slack's making."""


BROKEN: Final = (ConnectionError, HttpProcessingError, web.RequestPayloadError)
"""How reading a body ends that breaks off, or lies about its length."""


class OwnFaults(logging.Filter):
    """Lets through what is wrong with us; that others send bad requests is none of our errors."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        return not isinstance(error, HttpProcessingError)


SERVER_LOG: Final = logging.getLogger("bot.web.server")
SERVER_LOG.addFilter(OwnFaults())


@dataclass(frozen=True, slots=True)
class Signature:
    """Slack's signing secret, and the clock that its timestamps are held against."""

    secret: str
    clock: Callable[[], float] = time.time

    def __repr__(self) -> str:
        return "Signature(…)"

    def approves(self, headers: Mapping[str, str], body: bytes) -> bool:
        """True for what Slack signed just now. Never raises, whatever the headers are."""
        timestamp = headers.get("X-Slack-Request-Timestamp", "")
        if not DIGITS.fullmatch(timestamp) or abs(self.clock() - int(timestamp)) > WINDOW:
            return False
        signed = b":".join((b"v0", timestamp.encode(), body))
        expected = "v0=" + hmac.new(self.secret.encode(), signed, hashlib.sha256).hexdigest()
        # On bytes: for strings compare_digest raises where one is not ASCII.
        given = headers.get("X-Slack-Signature", "").encode(errors="surrogateescape")
        return hmac.compare_digest(expected.encode(), given)


class WebServer:
    """Listens while it is entered. `dispatch` is Bolt's; port 0 takes any free one."""

    def __init__(
        self,
        dispatch: Dispatch,
        signature: Signature,
        *,
        host: str,
        port: int,
        read_timeout: float = 10.0,
    ) -> None:
        self.host, self.port = host, port
        self._dispatch = dispatch
        self._signature = signature
        self._read_timeout = read_timeout
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=LARGEST_BODY)
        app.add_routes([web.post("/slack/events", self._events), web.get("/healthz", _healthz)])
        # Not decompressed: the signature is of the bytes as they came.
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

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
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
            # The check of a certificate says nothing and asks for nothing; it may come unsigned.
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
    """The body; None when it is too large, known as soon as it is."""
    if (request.content_length or 0) > LARGEST_BODY:
        return None
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > LARGEST_BODY:
            return None
    return bytes(body)


def _refused(request: web.Request, status: int) -> web.Response:
    """A refusal that hangs up: what is still being sent is not read."""
    log.warning("request refused", status=status, bytes=request.content_length)
    response = web.Response(status=status)
    response.force_close()
    return response


async def _healthz(_request: web.Request) -> web.Response:
    return web.Response(text="ok")
