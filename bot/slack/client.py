"""The Web API client: one HTTP session with its own timeouts, and no retries by the SDK."""

from __future__ import annotations

import logging
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

from aiohttp import ClientSession, ClientTimeout
from slack_sdk.web.async_client import AsyncWebClient

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

SLACK: Final = "https://slack.com/api/"
LIMITS: Final = ClientTimeout(total=15, connect=5, sock_connect=5)
"""Seconds. The SDK ignores its own `timeout` when it is given a session; aiohttp's is 300 s."""

# Below this level the SDK logs every request and answer, with message texts.
SDK_LOG: Final = logging.getLogger("slack_sdk.ours")
SDK_LOG.setLevel(logging.WARNING)


@asynccontextmanager
async def open_session() -> AsyncIterator[ClientSession]:
    """The session that all calls to Slack share. It uses HTTPS_PROXY and NO_PROXY."""
    async with ClientSession(timeout=LIMITS, trust_env=True) as session:
        yield session


def web_client(session: ClientSession, token: str, *, base_url: str = SLACK) -> AsyncWebClient:
    """A client for one token. The SDK's retries are off: they may post a message twice."""
    client = AsyncWebClient(
        token=token, base_url=base_url, session=session, logger=SDK_LOG, retry_handlers=[]
    )
    # The SDK would send calls to loopback through HTTPS_PROXY too; the session obeys NO_PROXY.
    client.proxy = None
    return client
