"""The Web API client: one HTTP session with its own timeouts, and no retries by the SDK."""

from __future__ import annotations

import logging
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final

from aiohttp import ClientPayloadError, ClientResponse, ClientSession, ClientTimeout, TCPConnector
from slack_sdk.web.async_client import AsyncWebClient

from bot.network.way import DIRECT
from bot.slack.large_json import LARGE, parse
from bot.slack.sending import asking_class
from bot.slices import Slices

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.network.way import Network

SLACK: Final = "https://slack.com/api/"
LIMITS: Final = ClientTimeout(total=15, connect=5, sock_connect=5)
"""Seconds. The SDK ignores its own `timeout` when it is given a session; aiohttp's is 300 s."""

LARGEST_ANSWER: Final = 32 * 2**20
"""Most bytes of an answer, unpacked. A page of 200 messages of 100 kB each is less."""

# Below this level the SDK logs every request and answer, with message texts.
SDK_LOG: Final = logging.getLogger("slack_sdk.ours")
SDK_LOG.setLevel(logging.WARNING)


class CappedResponse(ClientResponse):
    """An answer of which at most `LARGEST_ANSWER` bytes are read and unpacked."""

    async def read(self) -> bytes:
        """Returns the whole body. Raises `ClientPayloadError` if it is larger."""
        if self._body is None:
            body = bytearray()
            async for piece in self.content.iter_any():
                body += piece
                if len(body) > LARGEST_ANSWER:
                    self.close()
                    raise ClientPayloadError(f"more than {LARGEST_ANSWER} bytes")
            self._body = bytes(body)
        return await super().read()

    async def json(self, **how: Any) -> Any:
        """What the body says; that of a large one is parsed in slices. Raises as aiohttp's does."""
        if len(await self.read()) < LARGE:
            return await super().json(**how)
        return await Slices().run(parse(await self.text()))


@asynccontextmanager
async def open_session(
    network: Network = DIRECT, base_url: str = SLACK
) -> AsyncIterator[ClientSession]:
    """The session that all calls to Slack share, its socket and uploads included.

    Raises `SettingsError` when the proxy or the certificates for `base_url` cannot be used.
    """
    network.proxy(base_url)
    connector = TCPConnector(ssl=network.tls(base_url))
    request_class = asking_class(network.request_class())
    async with ClientSession(
        timeout=LIMITS,
        connector=connector,
        request_class=request_class,
        response_class=CappedResponse,
    ) as session:
        yield session


def web_client(session: ClientSession, token: str, *, base_url: str = SLACK) -> AsyncWebClient:
    """A client for one token. The SDK's retries are off: they may post a message twice."""
    client = AsyncWebClient(
        token=token, base_url=base_url, session=session, logger=SDK_LOG, retry_handlers=[]
    )
    # The SDK would send calls to loopback through HTTPS_PROXY too; the session knows better.
    client.proxy = None
    return client
