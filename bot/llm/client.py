"""The SDK's client as we want it: aiohttp underneath, no retries, no deadlines but ours."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import httpx2
from openai import AsyncOpenAI, DefaultAioHttpClient

from bot.llm.error_map import border

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator

ERROR_BODY_CAP = 16 * 2**10
CHAT_PATH = "/chat/completions"


def make_client(
    api_key: str, base_url: str | None = None, *, connect_timeout: float = 5.0
) -> AsyncOpenAI:
    """A client to be closed with `await client.close()`.

    Only connecting has a limit here, lookup and TLS included; how long an answer may take is
    the engine's to say.
    """
    timeout = httpx2.Timeout(None, connect=connect_timeout, pool=connect_timeout)
    return AsyncOpenAI(
        api_key=api_key,
        base_url=_base(base_url),
        max_retries=0,
        timeout=timeout,
        http_client=DefaultAioHttpClient(
            verify=_trusted(), timeout=timeout, event_hooks={"response": [_bound_error]}
        ),
    )


async def models(client: AsyncOpenAI) -> list[str]:
    """The ids of the models that the endpoint lists. Raises `ModelError`."""
    with border():
        return sorted([model.id async for model in client.models.list()])


@cache
def _trusted() -> ssl.SSLContext:
    """The certificates of the machine, the same for all clients: reading them takes 30 ms."""
    return httpx2.create_ssl_context()


def _base(base_url: str | None) -> str | None:
    """People paste what they have at hand: with spaces, or with the path of the call itself."""
    return (base_url or "").strip().rstrip("/").removesuffix(CHAT_PATH) or None


async def _bound_error(response: httpx2.Response) -> None:
    """The SDK reads the body of an error whole, so it gets no more than is sensible."""
    if response.is_error and isinstance(response.stream, httpx2.AsyncByteStream):
        response.stream = _Beginning(response.stream)


class _Beginning(httpx2.AsyncByteStream):
    """The first bytes of a body; closes it whatever happens while they are read."""

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
