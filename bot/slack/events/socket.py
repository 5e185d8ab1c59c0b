"""Socket Mode: one connection to Slack at any time, and the next one open before one is closed.

Bolt dispatches the envelopes. The SDK's own client is not used: it reconnects with a URL that is
good only once, closes the old connection before it opens the new one, and ignores `link_disabled`.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import structlog
from aiohttp import ClientConnectorError, ClientError, WSServerHandshakeError
from slack_bolt.adapter.socket_mode.async_internals import run_async_bolt_app
from slack_bolt.response import BoltResponse

from bot.backoff import Backoff, doubling
from bot.errors import SettingsError, SlackError, SlackRefused, SlackRejected, SlackUnreachable
from bot.known_words import known
from bot.network.way import NO_PROXY, PROXY_ERRORS
from bot.slack.events.connection import CLOSED, open_connection
from bot.slack.refused_tokens import APP, app_token_refused
from bot.starting.unreachable import unreachable
from bot.tasks import Tasks

if TYPE_CHECKING:
    from aiohttp import ClientSession
    from slack_bolt.async_app import AsyncApp
    from slack_sdk.socket_mode.request import SocketModeRequest

    from bot.slack.events.connection import SocketConnection
    from bot.slack.web_api import SlackApi

log = structlog.get_logger(__name__)

NO_SOCKET: Final = "Slack opens no socket"
ALLOW: Final = "allow WebSockets (wss://) in proxy and firewall, or run with --http"

CONNECT_ERRORS: Final = (SlackError, ClientError, TimeoutError, OSError, ValueError)
"""What opening a connection raises when it fails."""

MALFORMED: Final = (AttributeError, IndexError, KeyError, TypeError, ValueError)
"""What Bolt raises for an envelope that lacks what Slack's envelopes have."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Times of Socket Mode, in seconds."""

    heartbeat: float = 8.0
    """Between pings."""

    hello: float = 10.0
    """For Slack to say hello on a new connection."""

    linger: float = 10.0
    """For which an old connection is still read after its successor is open."""

    drain: float = 3.0
    """For envelopes to be acknowledged while we close."""

    steady: float = 30.0
    """After which a connection counts as good, and pauses start again from none."""

    first_pause: float = 0.5
    """After the first failed attempt to connect; it doubles with each further one."""

    longest_pause: float = 30.0
    """The most between two attempts to connect."""


def backoff_of(timing: Timing) -> Backoff:
    """Pauses between attempts to connect: none at first, then doubling, each with jitter."""
    pauses = doubling(timing.first_pause, timing.longest_pause)
    return Backoff((0.0, *pauses), jitter=(0.5, 1.0))


class SocketMode:
    """Keeps `app` connected. `api` carries the app-level token."""

    def __init__(
        self,
        app: AsyncApp,
        api: SlackApi,
        session: ClientSession,
        timing: Timing | None = None,
    ) -> None:
        self.connected = asyncio.Event()
        """Set while a connection is open."""
        self.problem = f"SLACK_APP_TOKEN: {NO_SOCKET}; {ALLOW}"
        """Why the last attempt to connect failed, and what to do about it."""
        self._app = app
        self._api = api
        self._session = session
        self._timing = timing or Timing()
        self._backoff = backoff_of(self._timing)
        self._closing = asyncio.Event()
        self._connections: list[SocketConnection] = []
        self._current: SocketConnection | None = None
        self._sockets = Tasks("sockets")
        self._envelopes = Tasks("envelopes")

    @property
    def age(self) -> float:
        """Seconds for which the present connection has been open; 0.0 while there is none."""
        return self._current.age if self._current and self.connected.is_set() else 0.0

    async def run(self) -> None:
        """Returns after `close`. Raises `SettingsError` when Slack rejects our token for good."""
        try:
            while not self._closing.is_set():
                connection = await self._connect()
                if connection and not self._closing.is_set():
                    await self._use(connection)
        finally:
            await self.close()

    async def close(self) -> None:
        """Reads nothing more, lets what was read be acknowledged, closes all connections."""
        self._closing.set()
        await self._sockets.cancel()
        await self._envelopes.drain(self._timing.drain)
        await self._envelopes.cancel()
        while self._connections:
            await self._connections.pop().close()
        self.connected.clear()

    async def _connect(self) -> SocketConnection | None:
        """A connection on which Slack has said hello; None, after a pause, when that failed."""
        try:
            return await self._open()
        except CONNECT_ERRORS as error:
            _raise_if_fatal(error.code if isinstance(error, SlackRejected) else "")
            wait = error.retry_after if isinstance(error, SlackRefused) else 0.0
            pause = self._backoff.next(wait)
            self.problem = _problem(error)
            log.warning("socket not opened", problem=self.problem, pause=round(pause, 1))
            await self._sleep(pause)
        return None

    async def _open(self) -> SocketConnection:
        # The URL is good for one connection, so each attempt asks for a new one.
        answer = await self._api.call("apps.connections.open", {})
        url = str(answer.get("url"))
        connection = await open_connection(self._session, url, self._timing.heartbeat)
        self._connections.append(connection)
        self._sockets.start(self._read(connection), name="read")
        if await connection.greeted(self._timing.hello):
            return connection
        await connection.close()
        _raise_if_fatal(connection.ending.result() if connection.ending.done() else "")
        raise ConnectionResetError("no hello")

    async def _use(self, connection: SocketConnection) -> None:
        """Returns when `connection` needs a successor; until that one is open it is still read."""
        before, self._current = self._current, connection
        if before and before in self._connections:
            self._sockets.start(self._retire(before), name="retire")
        self.connected.set()
        log.info("socket open")
        reason = await connection.ending
        _raise_if_fatal(reason)
        if reason == CLOSED:
            self.connected.clear()
        log.info("socket ending", reason=reason, age=round(connection.age))
        if connection.age >= self._timing.steady:
            self._backoff.reset()
        await self._sleep(self._backoff.next())

    async def _retire(self, old: SocketConnection) -> None:
        """Closes it after a while: Slack may still send on it, and mostly closes it first."""
        await self._sleep(self._timing.linger)
        await old.close()

    async def _read(self, connection: SocketConnection) -> None:
        try:
            await connection.read(self._receive)
        finally:
            if not self._closing.is_set():
                self._connections.remove(connection)

    async def _sleep(self, seconds: float) -> None:
        """Returns after so many seconds, or when we close."""
        try:
            async with asyncio.timeout(seconds):
                await self._closing.wait()
        except TimeoutError:
            return

    def _receive(self, request: SocketModeRequest, connection: SocketConnection) -> None:
        self._envelopes.start(self._handle(request, connection), name=known(request.type))

    async def _handle(self, request: SocketModeRequest, connection: SocketConnection) -> None:
        try:
            response = await run_async_bolt_app(self._app, request)
        except MALFORMED as error:
            # Acknowledged, so that Slack does not send it three times more: we could never read it.
            log.warning("envelope malformed", type=known(request.type), error=type(error).__name__)
            response = BoltResponse(status=200)
        if response.status == 200:
            await self._acknowledge(request, response, connection)

    async def _acknowledge(
        self, request: SocketModeRequest, response: BoltResponse, connection: SocketConnection
    ) -> None:
        """On the connection it came from, or on another one if that is closed."""
        for candidate in [connection, *reversed(self._connections)]:
            if await candidate.acknowledge(request, response):
                return
        log.info("acknowledgement lost: Slack will send it again", type=known(request.type))


def _raise_if_fatal(code: str) -> None:
    if code in APP:
        raise SettingsError([app_token_refused(code)])


def _problem(error: Exception) -> str:
    """Why no connection was opened, without a URL: that of a socket is a secret."""
    if isinstance(error, SlackUnreachable):
        return f"SLACK_API_URL: {NO_SOCKET}: {error.reason}"
    if isinstance(error, SlackRejected) and not error.code.startswith("http_"):
        return app_token_refused(error.code)
    if isinstance(error, SlackError):
        return f"SLACK_APP_TOKEN: {NO_SOCKET} ({error}); see https://status.slack.com"
    return f"SLACK_APP_TOKEN: {NO_SOCKET} ({_reason(error)}); {ALLOW}"


def _reason(error: Exception) -> str:
    if isinstance(error, WSServerHandshakeError):
        return f"HTTP {error.status}"
    if isinstance(error, PROXY_ERRORS):
        return NO_PROXY
    if isinstance(error, ClientConnectorError):
        return unreachable(error).reason.partition(";")[0]
    return type(error).__name__
