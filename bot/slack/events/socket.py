"""Socket Mode: always one socket to Slack, and the next one open before the last one is closed.

Bolt does the dispatch. The SDK's client is not used, because it dials one ticket for ever, closes
the old socket before it opens the new one, and does not hear `link_disabled`.
"""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import structlog
from aiohttp import ClientError
from slack_bolt.adapter.socket_mode.async_internals import run_async_bolt_app
from slack_bolt.response import BoltResponse

from bot.errors import SettingsError, SlackError, SlackRefused, SlackRejected
from bot.slack.events.link import CLOSED, open_link
from bot.slack.web_api import call
from bot.tasks import Tasks

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp import ClientSession
    from slack_bolt.async_app import AsyncApp
    from slack_sdk.socket_mode.request import SocketModeRequest
    from slack_sdk.web.async_client import AsyncWebClient

    from bot.slack.events.link import Link

log = structlog.get_logger(__name__)

NOT_ACCEPTED: Final = "SLACK_APP_TOKEN: Slack does not accept it"
NO_SCOPE: Final = "SLACK_APP_TOKEN: must have the scope connections:write"
TURNED_OFF: Final = "Socket Mode is off for this app: turn it on in its settings, “Socket Mode”"

FATAL: Final[Mapping[str, str]] = {
    "account_inactive": NOT_ACCEPTED,
    "invalid_auth": NOT_ACCEPTED,
    "link_disabled": TURNED_OFF,
    "missing_scope": NO_SCOPE,
    "no_permission": NO_SCOPE,
    "not_allowed_token_type": "SLACK_APP_TOKEN: must be an app-level token, xapp-…",
    "not_authed": NOT_ACCEPTED,
    "token_expired": NOT_ACCEPTED,
    "token_revoked": NOT_ACCEPTED,
}
"""What no waiting mends, in the words of `apps.connections.open` and of `disconnect`."""

BROKEN: Final = (SlackError, ClientError, TimeoutError, OSError, ValueError)
"""How dialling fails."""

MALFORMED: Final = (AttributeError, IndexError, KeyError, TypeError, ValueError)
"""What Bolt raises for an envelope that is not of Slack's making."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds. `steady` is how long a socket must live for the back-off to begin anew."""

    heartbeat: float = 8.0
    hello: float = 10.0
    linger: float = 10.0
    drain: float = 3.0
    steady: float = 30.0
    first_pause: float = 0.5
    longest_pause: float = 30.0


class BackOff:
    """Pauses between dials: none at first, then doubling, each with jitter."""

    def __init__(self, timing: Timing) -> None:
        self._timing = timing
        self._failures = 0

    def pause(self, at_least: float = 0.0) -> float:
        """How long to wait now."""
        pause = self._timing.first_pause * 2 ** (self._failures - 1) if self._failures else 0.0
        self._failures = min(self._failures + 1, 16)
        jitter = random.uniform(0.5, 1.0)
        return max(min(pause, self._timing.longest_pause) * jitter, at_least)

    def reset(self) -> None:
        """Things go well again."""
        self._failures = 0


class SocketMode:
    """Keeps `app` connected. `client` carries the app-level token."""

    def __init__(
        self,
        app: AsyncApp,
        client: AsyncWebClient,
        session: ClientSession,
        timing: Timing | None = None,
    ) -> None:
        self.connected = asyncio.Event()
        self._app = app
        self._client = client
        self._session = session
        self._timing = timing or Timing()
        self._back_off = BackOff(self._timing)
        self._closing = asyncio.Event()
        self._links: list[Link] = []
        self._current: Link | None = None
        self._sockets = Tasks("sockets")
        self._envelopes = Tasks("envelopes")

    async def run(self) -> None:
        """Returns after `close`. Raises `SettingsError` when Slack will not have us."""
        try:
            while not self._closing.is_set():
                link = await self._dial()
                if link and not self._closing.is_set():
                    await self._use(link)
        finally:
            await self.close()

    async def close(self) -> None:
        """Takes nothing more in, lets what was taken in be acknowledged, hangs up."""
        self._closing.set()
        await self._sockets.cancel()
        await self._envelopes.drain(self._timing.drain)
        await self._envelopes.cancel()
        while self._links:
            await self._links.pop().close()
        self.connected.clear()

    async def _dial(self) -> Link | None:
        """A link that Slack has greeted; None when it failed, after the pause that follows."""
        try:
            return await self._open()
        except BROKEN as error:
            _raise_if_fatal(error.code if isinstance(error, SlackRejected) else "")
            wait = error.retry_after if isinstance(error, SlackRefused) else 0.0
            pause = self._back_off.pause(wait)
            log.warning("socket not opened", error=type(error).__name__, pause=round(pause, 1))
            await self._rest(pause)
        return None

    async def _open(self) -> Link:
        # A ticket is good for one connection, so every dial asks for a new one.
        answer = await call(self._client, "apps.connections.open", {})
        link = await open_link(self._session, str(answer.get("url")), self._timing.heartbeat)
        self._links.append(link)
        self._sockets.start(self._read(link), name="read")
        if await link.greeted(self._timing.hello):
            return link
        await link.close()
        _raise_if_fatal(link.ending.result() if link.ending.done() else "")
        raise ConnectionResetError("no hello")

    async def _use(self, link: Link) -> None:
        """Returns when `link` needs a successor; until that one is open it is still read."""
        before, self._current = self._current, link
        if before and before in self._links:
            self._sockets.start(self._retire(before), name="retire")
        self.connected.set()
        log.info("socket open")
        reason = await link.ending
        _raise_if_fatal(reason)
        if reason == CLOSED:
            self.connected.clear()
        log.info("socket ending", reason=reason, age=round(link.age))
        if link.age >= self._timing.steady:
            self._back_off.reset()
        await self._rest(self._back_off.pause())

    async def _retire(self, old: Link) -> None:
        """Slack may still have something to say on it, and closes it itself in the end."""
        await self._rest(self._timing.linger)
        await old.close()

    async def _read(self, link: Link) -> None:
        try:
            await link.read(self._take)
        finally:
            if not self._closing.is_set():
                self._links.remove(link)

    async def _rest(self, seconds: float) -> None:
        """Sleeps, but not while we are closing."""
        try:
            async with asyncio.timeout(seconds):
                await self._closing.wait()
        except TimeoutError:
            return

    def _take(self, request: SocketModeRequest, link: Link) -> None:
        self._envelopes.start(self._handle(request, link), name=request.type)

    async def _handle(self, request: SocketModeRequest, link: Link) -> None:
        try:
            response = await run_async_bolt_app(self._app, request)
        except MALFORMED as error:
            # Nobody will ever be able to read it; Slack need not send it three times more.
            log.warning("envelope malformed", type=request.type, error=type(error).__name__)
            response = BoltResponse(status=200)
        if response.status == 200:
            await self._acknowledge(request, response, link)

    async def _acknowledge(
        self, request: SocketModeRequest, response: BoltResponse, link: Link
    ) -> None:
        """On the socket it came from, or on another one where that is gone."""
        for candidate in [link, *reversed(self._links)]:
            if await candidate.acknowledge(request, response):
                return
        log.info("acknowledgement lost: Slack will send it again", type=request.type)


def _raise_if_fatal(code: str) -> None:
    if problem := FATAL.get(code):
        raise SettingsError([f"{problem} ({code})"])
