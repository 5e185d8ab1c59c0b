"""Where other people's errors become ours: those of the SDK, of httpx2 and of aiohttp."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import aiohttp
import httpx2
import openai

from bot.errors import (
    ConnectionLost,
    ModelError,
    ModelHostUnknown,
    ModelRefusedConnection,
    ModelRejected,
    ModelTLSFailed,
    ModelUnauthorized,
    ModelUnreachable,
    StreamGarbled,
)
from bot.llm.refusals import refused

if TYPE_CHECKING:
    from collections.abc import Iterator

FOREIGN = (
    openai.OpenAIError,
    httpx2.HTTPError,
    httpx2.InvalidURL,
    httpx2.CookieConflict,
    httpx2.StreamError,
    aiohttp.ClientError,
    OSError,
    EOFError,
    ValueError,
)
"""Everything that a request or a body being read may raise when something outside is wrong.

`ValueError` is what is left of hosts, headers and keys that cannot be encoded.
"""

CLASSES: tuple[tuple[type[BaseException], type[ModelError]], ...] = (
    # aiohttp stands next to the wire and knows best: what the SDK calls a time-out of the
    # connection may be a refusal, a failed lookup, or a connection that broke much later.
    (aiohttp.ClientConnectorDNSError, ModelHostUnknown),
    (aiohttp.ClientSSLError, ModelTLSFailed),
    (ConnectionRefusedError, ModelRefusedConnection),
    (aiohttp.ClientConnectorError, ModelUnreachable),
    (aiohttp.ClientHttpProxyError, ModelUnreachable),
    (aiohttp.ConnectionTimeoutError, ModelUnreachable),
    (aiohttp.ServerFingerprintMismatch, ModelUnreachable),
    (aiohttp.InvalidURL, ModelUnreachable),
    (aiohttp.NonHttpUrlClientError, ModelUnreachable),
    (aiohttp.ClientResponseError, StreamGarbled),
    (aiohttp.ClientError, ConnectionLost),
    (httpx2.InvalidURL, ModelUnreachable),
    (httpx2.UnsupportedProtocol, ModelUnreachable),
    (httpx2.ConnectError, ModelUnreachable),
    (httpx2.ConnectTimeout, ModelUnreachable),
    (httpx2.PoolTimeout, ModelUnreachable),
    (httpx2.ProxyError, ModelUnreachable),
    (httpx2.TooManyRedirects, StreamGarbled),
    (httpx2.DecodingError, StreamGarbled),
    (httpx2.RemoteProtocolError, StreamGarbled),
    (httpx2.HTTPError, ConnectionLost),
    (httpx2.StreamError, ConnectionLost),
    (httpx2.CookieConflict, StreamGarbled),
    (openai.OAuthError, ModelUnauthorized),
    (openai.APIResponseValidationError, StreamGarbled),
    (openai.APIConnectionError, ModelUnreachable),
    (openai.OpenAIError, ModelRejected),
    (OSError, ConnectionLost),
    (EOFError, ConnectionLost),
    (ValueError, ModelRejected),
)
"""The first row that fits anything in the chain of causes wins."""


@contextmanager
def border() -> Iterator[None]:
    """Errors that pass here are ours, or bugs."""
    try:
        yield
    except openai.APIStatusError as error:
        # Without the cause: its text has the endpoint's whole message, which may echo a key.
        raise translate(error) from None
    except FOREIGN as error:
        raise translate(error) from error


def translate(error: BaseException) -> ModelError:
    """Our error for one of theirs."""
    if isinstance(error, openai.APIStatusError):
        return refused(error.status_code, error.body, error.response.headers)
    chain = list(_chain(error))
    kinds = (ours for theirs, ours in CLASSES if any(isinstance(one, theirs) for one in chain))
    return next(kinds, ConnectionLost)(" < ".join(type(one).__name__ for one in chain))


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        yield error
        seen.add(id(error))
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
