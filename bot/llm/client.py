"""The SDK's client as we need it: aiohttp as its transport, no retries, no time-outs of its own.

Nothing of an endpoint's is unpacked. We ask for that, and a body that is packed all the same is not
read: of a few bytes, packed twice, comes a gigabyte.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx2
from openai import AsyncOpenAI, DefaultAioHttpClient

from bot.errors import (
    ModelError,
    ModelNotFound,
    ModelPathUnknown,
    ModelRejected,
    ModelUnauthorized,
    StreamGarbled,
)
from bot.llm.decoding import is_packed, require_unpacked
from bot.llm.error_map import map_errors
from bot.network.way import DIRECT

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.network.way import Network

ERROR_BODY_CAP = 16 * 2**10
"""Most bytes that are read of the body of an HTTP error."""
LIST_CAP = 4 * 2**20
"""Most bytes of a list of models."""
OPENAI = "https://api.openai.com/v1"
CHAT_PATH = "/chat/completions"

NO_LIST = (ModelNotFound, ModelPathUnknown, ModelRejected, StreamGarbled)
"""Errors of an endpoint that has no list of models, or has it elsewhere."""


def make_client(
    api_key: str,
    base_url: str | None = None,
    *,
    connect_timeout: float = 5.0,
    network: Network = DIRECT,
) -> AsyncOpenAI:
    """Returns a client; the caller closes it with `await client.close()`.

    `connect_timeout` is in seconds and covers lookup, connection and TLS. How long an answer may
    take is decided by `engine.model_call.Deadlines`.

    Raises `SettingsError` when the proxy or the certificates for `base_url` cannot be used.
    """
    url = _base(base_url) or OPENAI
    proxy = network.proxy(url)
    timeout = httpx2.Timeout(None, connect=connect_timeout, pool=connect_timeout)
    return AsyncOpenAI(
        api_key=api_key,
        base_url=url,
        max_retries=0,
        timeout=timeout,
        http_client=DefaultAioHttpClient(
            verify=network.tls(url),
            proxy=httpx2.Proxy(proxy.address, headers=proxy.headers) if proxy else None,
            trust_env=False,
            timeout=timeout,
            headers={"Accept-Encoding": "identity"},
            # Questions go to the host that the operator has named, and to no other.
            follow_redirects=False,
            event_hooks={"response": [_bound_error]},
        ),
    )


async def models(client: AsyncOpenAI) -> list[str]:
    """Returns the ids of the models that the endpoint lists, sorted. Raises `ModelError`.

    Not every endpoint has a list. Where there is none, one more request finds out whether there is
    one at `/v1`: then the base URL is wrong, and `ModelPathUnknown.models_at` is set.
    """
    try:
        return await _listed(client)
    except NO_LIST as error:
        versioned = _versioned(str(client.base_url))
        if versioned and await _has_list(client.copy(base_url=versioned)):
            found = ModelPathUnknown(str(error), said="it lists its models at /v1")
            found.models_at = "/v1"
            raise found from None
        raise


def _versioned(base_url: str) -> str | None:
    """The base URL up to `/v1`, which is added where there is none; None if it ends so already."""
    before, version, after = f"{base_url.rstrip('/')}/".partition("/v1/")
    return None if version and not after else f"{before.rstrip('/')}/v1"


async def _has_list(client: AsyncOpenAI) -> bool:
    try:
        await _listed(client)
    except ModelUnauthorized:
        return True  # for the right key
    except ModelError:
        return False
    return True


async def _listed(client: AsyncOpenAI) -> list[str]:
    """The list. Its body is parsed here: the SDK's parser believes that it is one."""
    with map_errors():
        async with client.models.with_streaming_response.list() as answer:
            require_unpacked(answer.http_response.headers)
            body = bytearray()
            async for data in answer.http_response.aiter_raw():
                body += data
                if len(body) > LIST_CAP:
                    raise StreamGarbled(f"a list of models of more than {LIST_CAP} bytes")
    return sorted(_ids(bytes(body)))


def _ids(body: bytes) -> list[str]:
    """The ids in a list of models (API reference: List models)."""
    try:
        parsed: Any = json.loads(body)
    except (ValueError, RecursionError):
        raise StreamGarbled("no JSON in place of a list of models") from None
    listed = parsed.get("data", False) if isinstance(parsed, dict) else False
    # Some endpoints send null for a list without models.
    entries = [] if listed is None else listed
    if not isinstance(entries, list):
        raise StreamGarbled("other JSON in place of a list of models")
    ids = [each.get("id") for each in entries if isinstance(each, dict)]
    named = [each for each in ids if isinstance(each, str)]
    if entries and not named:
        raise StreamGarbled("a list of models without their ids")
    return named


def _base(base_url: str | None) -> str | None:
    """The base URL, tidied: people paste it with blanks, or with the path of the call."""
    return (base_url or "").strip().rstrip("/").removesuffix(CHAT_PATH) or None


async def _bound_error(response: httpx2.Response) -> None:
    """The SDK reads the whole body of what is no success, so a long one is cut before that."""
    stream = response.stream
    if response.is_success or not isinstance(stream, httpx2.AsyncByteStream):
        return
    if is_packed(response.headers):
        await stream.aclose()
        response.stream = httpx2.ByteStream(b"")
        del response.headers["content-encoding"]
    else:
        response.stream = _Beginning(stream)


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
