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
from typing import TYPE_CHECKING, Final, Self, cast

import structlog
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.request.async_request import AsyncBoltRequest

from bot.starting.listening import listening
from bot.web.connections import Connection, OpenConnections, connection_of
from bot.web.forms import FORM, JSON, json_of
from bot.web.listener import Listener
from bot.web.refusal_log import RefusalLog

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

PLAUSIBLE: Final = re.compile(r"[0-9a-f]{32}")
"""What Slack's signing secrets look like."""
TIMESTAMP: Final = "X-Slack-Request-Timestamp"
ESCAPED: Final = "surrogateescape"

COPY: Final = "copy the signing secret again from “Basic Information” of the Slack app"
NOT_SIGNED: Final = "request refused: it has no signature, so it is not Slack's"
CLOCK: Final = (
    "request refused: it is Slack's, but its time is not ours; set this machine's clock (NTP)"
)
WRONG_SIGNATURE: Final = (
    f"request refused: its signature does not fit SLACK_SIGNING_SECRET; if it is Slack's, {COPY}"
)
NOT_PLAUSIBLE: Final = f"SLACK_SIGNING_SECRET: is not 32 hexadecimal digits; {COPY}"

SSL_CHECK: Final = b"ssl_check=1"
LARGEST_SSL_CHECK: Final = 4096
"""Bytes; anybody may send what looks like one, and it is taken apart."""
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

    @property
    def is_plausible(self) -> bool:
        """True when the secret has the form of Slack's signing secrets."""
        return bool(PLAUSIBLE.fullmatch(self.secret))

    def approves(self, headers: Mapping[str, str], body: bytes) -> bool:
        """True when Slack signed the body within `WINDOW`. Never raises."""
        skew = self.skew(headers)
        return skew is not None and abs(skew) <= WINDOW and self.fits(headers, body)

    def skew(self, headers: Mapping[str, str]) -> float | None:
        """Seconds by which our clock is ahead of the request's time; None if it names no time."""
        timestamp = headers.get(TIMESTAMP, "")
        return self.clock() - int(timestamp) if DIGITS.fullmatch(timestamp) else None

    def fits(self, headers: Mapping[str, str], body: bytes) -> bool:
        """True when the signature was made with our secret, at any time. Never raises."""
        signed = b":".join((b"v0", headers.get(TIMESTAMP, "").encode(errors=ESCAPED), body))
        expected = "v0=" + hmac.new(self.secret.encode(), signed, hashlib.sha256).hexdigest()
        # As bytes: compare_digest raises for strings that are not ASCII.
        given = headers.get("X-Slack-Signature", "").encode(errors=ESCAPED)
        return hmac.compare_digest(expected.encode(), given)

    def problem(self, headers: Mapping[str, str], body: bytes) -> str:
        """Why a request was not approved, as a line for the operator."""
        skew = self.skew(headers)
        if skew is None or "X-Slack-Signature" not in headers:
            return NOT_SIGNED
        if abs(skew) > WINDOW and self.fits(headers, body):
            return CLOCK
        return WRONG_SIGNATURE


class WebServer:
    """Listens for Slack's requests while its context is entered.

    Entering raises `SettingsError` when the port or the address cannot be listened on.
    """

    def __init__(
        self,
        dispatch: Dispatch,
        signature: Signature,
        *,
        host: str,
        port: int,
        read_timeout: float = 10.0,
    ) -> None:
        """`dispatch` is Bolt's. Port 0 takes any free port.

        The head of a request may take `read_timeout` seconds, and its body as many again.
        """
        self.host, self.port = host, port
        self._dispatch = dispatch
        self._signature = signature
        self._read_timeout = read_timeout
        self._refusals = RefusalLog()
        self._connections = OpenConnections(self._refusals, read_timeout)
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        if not self._signature.is_plausible:
            log.warning(NOT_PLAUSIBLE)
        app = web.Application(client_max_size=LARGEST_BODY, middlewares=[self._connections.watch])
        app.add_routes([web.post("/slack/events", self._events), web.get("/healthz", _healthz)])
        # Without decompression: the signature is of the bytes as they arrive.
        runner = web.AppRunner(
            app, access_log=None, logger=SERVER_LOG, shutdown_timeout=5.0, auto_decompress=False
        )
        async with AsyncExitStack() as stack:
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            listener = self._listener(runner)
            with listening(self.port, port_setting="PORT", host_setting="BOT_HOST"):
                opened = listener.listen(self.host, self.port)
                self.port = await stack.enter_async_context(opened)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    def _listener(self, runner: web.AppRunner) -> Listener:
        aiohttp_protocol = cast("Callable[[], asyncio.Protocol]", runner.server)

        def protocol() -> asyncio.Protocol:
            return Connection(self._connections, aiohttp_protocol())

        return Listener(self._connections, protocol, self._refusals)

    async def _events(self, request: web.Request) -> web.StreamResponse:
        try:
            async with asyncio.timeout(self._read_timeout):
                body = await _read(request)
        except TimeoutError:
            return self._refused(request, 408)
        except BROKEN:
            return self._refused(request, 400)
        if body is None:
            return self._refused(request, 413)
        if not self._signature.approves(request.headers, body):
            # Slack's check of our certificate may be unsigned. It contains nothing.
            if len(body) < LARGEST_SSL_CHECK and SSL_CHECK in body.split(b"&"):
                return web.Response()
            return self._refused(request, 401, self._signature.problem(request.headers, body))
        if connection := connection_of(request):
            connection.verify()
        return await self._answer(request, body)

    def _refused(
        self, request: web.Request, status: int, problem: str = "request refused"
    ) -> web.Response:
        """Refuses the request and closes the connection, so the rest of the body is not read."""
        kind = f"{status} {problem}"
        self._refusals.add(kind, problem, status=status, bytes=request.content_length)
        response = web.Response(status=status)
        response.force_close()
        return response

    async def _answer(self, request: web.Request, body: bytes) -> web.StreamResponse:
        headers = {name: request.headers[name] for name in PASSED_ON if name in request.headers}
        try:
            if request.content_type == FORM and not body.startswith(b"{"):
                said, headers["content-type"] = json_of(body), JSON
            else:
                said = body.decode()
            asked = AsyncBoltRequest(body=said, headers=dict(headers))
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


async def _healthz(_request: web.Request) -> web.Response:
    return web.Response(text="ok")
