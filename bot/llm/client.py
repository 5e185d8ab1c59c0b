"""The SDK's client as we need it: aiohttp as its transport, no retries, no time-outs of its own."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import httpx2
from openai import AsyncOpenAI, DefaultAioHttpClient

from bot.llm.error_map import map_errors

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator

ERROR_BODY_CAP = 16 * 2**10
"""Most bytes that are read of the body of an HTTP error."""
CHAT_PATH = "/chat/completions"


def make_client(
    api_key: str, base_url: str | None = None, *, connect_timeout: float = 5.0
) -> AsyncOpenAI:
    """Returns a client; the caller closes it with `await client.close()`.

    `connect_timeout` is in seconds and covers lookup, connection and TLS. How long an answer may
    take is decided by `engine.model_call.Deadlines`.
    """
    timeout = httpx2.Timeout(None, connect=connect_timeout, pool=connect_timeout)
    return AsyncOpenAI(
        api_key=api_key,
        base_url=_base(base_url),
        max_retries=0,
        timeout=timeout,
        http_client=DefaultAioHttpClient(
            verify=trusted(), timeout=timeout, event_hooks={"response": [_bound_error]}
        ),
    )


async def models(client: AsyncOpenAI) -> list[str]:
    """Returns the ids of the models that the endpoint lists, sorted. Raises `ModelError`."""
    with map_errors():
        return sorted([model.id async for model in client.models.list()])


@cache
def trusted() -> ssl.SSLContext:
    """The certificates of the machine. Reading them takes 30 ms, so all clients share them."""
    return httpx2.create_ssl_context()


def _base(base_url: str | None) -> str | None:
    """The base URL, tidied: people paste it with blanks, or with the path of the call."""
    return (base_url or "").strip().rstrip("/").removesuffix(CHAT_PATH) or None


async def _bound_error(response: httpx2.Response) -> None:
    """The SDK reads the whole body of an error, so a long one is cut before it gets there."""
    if response.is_error and isinstance(response.stream, httpx2.AsyncByteStream):
        response.stream = _Beginning(response.stream)


class _Beginning(httpx2.AsyncByteStream):
    """The first `ERROR_BODY_CAP` bytes of a body, which is closed after them."""

    def __init__(self, stream: httpx2.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        left = ERROR_BODY_CAP
        try:
            async for data in self._stream:
                yield data[:left]
                left -= len(data)
                if left <= 0:
                    break
        finally:
            await self.aclose()

    async def aclose(self) -> None:
        await self._stream.aclose()
