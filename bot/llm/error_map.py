"""Errors of the SDK, of httpx2 and of aiohttp → our `ModelError`s.

One error may pass three libraries, each with a wrapper of its own, and the outermost one is often
wrong: the SDK reports a refused connection as a time-out. So the whole chain of causes is searched,
and the first row of `CLASSES` that fits any error of the chain decides.
"""

from __future__ import annotations

from contextlib import contextmanager
from ssl import SSLCertVerificationError
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
from bot.network.way import NO_PROXY, PROXY_ERRORS

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
"""Everything that making a request or reading a body raises for a fault outside of our code.

`ValueError` is raised for hosts, headers and keys that cannot be encoded.
"""

CLASSES: tuple[tuple[type[BaseException], type[ModelError]], ...] = (
    # aiohttp comes first, because it knows what happened: what the SDK reports as a time-out of
    # the connection may be a refusal, a failed lookup, or a connection that broke much later.
    (aiohttp.ClientProxyConnectionError, ModelUnreachable),
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
"""Theirs and ours. The first row that fits any error in the chain of causes is taken."""


@contextmanager
def map_errors() -> Iterator[None]:
    """Raises a `ModelError` in place of each foreign error. Other errors pass: they are bugs."""
    try:
        yield
    except openai.APIStatusError as error:
        # Without the cause: its text is the endpoint's whole message, which may repeat a key.
        raise translate(error) from None
    except FOREIGN as error:
        raise translate(error) from error


def translate(error: BaseException) -> ModelError:
    """Returns our error. Its detail is the names of the classes in the chain, without any text.

    An operator is told why a certificate is not trusted, or that it is the proxy, and nothing of
    the classes.
    """
    if isinstance(error, openai.APIStatusError):
        return refused(error.status_code, error.body, error.response.headers)
    chain = list(_chain(error))
    kinds = (ours for theirs, ours in CLASSES if any(isinstance(one, theirs) for one in chain))
    reasons = filter(None, map(_reason, chain))
    return next(kinds, ConnectionLost)(
        " < ".join(type(one).__name__ for one in chain), said=next(reasons, "")
    )


def _reason(error: BaseException) -> str:
    """What the operator is told of an error beside its kind."""
    if isinstance(error, PROXY_ERRORS):
        return NO_PROXY
    if isinstance(error, SSLCertVerificationError):
        return str(getattr(error, "verify_message", ""))
    return ""


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        yield error
        seen.add(id(error))
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
