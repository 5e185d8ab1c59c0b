"""Events over HTTP: signed requests to the app's URL, and the meaning of its responses."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import aiohttp

from bot.playground.events.envelopes import VERIFICATION_TOKEN, Envelope, Outcome, Retry

if TYPE_CHECKING:
    from collections.abc import Callable

    Read = Callable[[bytes], dict[str, Any] | None]
    """Makes a payload of a response's body."""

_MAX_REDIRECTS = 2
_REASONS: tuple[tuple[type[Exception], str], ...] = (
    (TimeoutError, "http_timeout"),
    (aiohttp.TooManyRedirects, "too_many_redirects"),
    (aiohttp.ClientSSLError, "ssl_error"),
    (aiohttp.ClientConnectionError, "connection_failed"),
    (aiohttp.ClientError, "unknown_error"),
)


def sign(secret: str, timestamp: int, body: bytes) -> str:
    """The v0 signature (docs: verifying requests from Slack)."""
    base = b"v0:%d:" % timestamp + body
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


class HttpDelivery:
    """Posts to the app's request URL. Only a 2xx within `ack_timeout` seconds is a success."""

    def __init__(
        self, url: str, secret: str, ack_timeout: float, clock: Callable[[], float]
    ) -> None:
        self.url = url
        self._secret = secret
        self._clock = clock
        self._timeout = aiohttp.ClientTimeout(total=ack_timeout)

    async def deliver(self, envelope: Envelope, retry: Retry | None) -> Outcome:
        body, content_type = _body(envelope)
        try:
            return await self._post(body, content_type, retry, _READ[envelope.kind])
        except tuple(kind for kind, _ in _REASONS) as error:
            reason = next(reason for kind, reason in _REASONS if isinstance(error, kind))
            return Outcome(accepted=False, reason=reason)

    async def verify_url(self) -> bool:
        """Whether the app returns the challenge, which Slack asks of a new request URL."""
        challenge = {"token": VERIFICATION_TOKEN, "challenge": "c" * 40, "type": "url_verification"}
        async with self._request(json.dumps(challenge).encode(), _JSON, None) as response:
            return response.status == 200 and challenge["challenge"] in await response.text()

    async def _post(
        self, body: bytes, content_type: str, retry: Retry | None, read: Read
    ) -> Outcome:
        async with self._request(body, content_type, retry) as response:
            return Outcome(
                accepted=response.ok,
                reason="" if response.ok else "http_error",
                payload=read(await response.read()) if response.ok else None,
                final=response.headers.get("x-slack-no-retry") == "1",
            )

    def _request(self, body: bytes, content_type: str, retry: Retry | None) -> _Request:
        timestamp = int(self._clock())
        headers = {
            "Content-Type": content_type,
            "User-Agent": "Slackbot 1.0 (playground)",
            "X-Slack-Request-Timestamp": str(timestamp),
            "X-Slack-Signature": sign(self._secret, timestamp, body),
        }
        if retry:
            headers |= {
                "x-slack-retry-num": str(retry.number),
                "x-slack-retry-reason": retry.reason,
            }
        return _Request(self.url, body, headers, self._timeout)


class _Request:
    """One request in a session of its own: Slack's requests reuse no connection."""

    def __init__(
        self, url: str, body: bytes, headers: dict[str, str], timeout: aiohttp.ClientTimeout
    ) -> None:
        self._arguments = (url, body, headers)
        self._session = aiohttp.ClientSession(timeout=timeout)

    async def __aenter__(self) -> aiohttp.ClientResponse:
        url, body, headers = self._arguments
        try:
            return await self._session.post(
                url, data=body, headers=headers, max_redirects=_MAX_REDIRECTS
            )
        except BaseException:
            await self._session.close()
            raise

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()


_JSON = "application/json"
_FORM = "application/x-www-form-urlencoded"


def _body(envelope: Envelope) -> tuple[bytes, str]:
    if envelope.kind == "events_api":
        return json.dumps(envelope.payload).encode(), _JSON
    if envelope.kind == "interactive":
        return urlencode({"payload": json.dumps(envelope.payload)}).encode(), _FORM
    return urlencode(envelope.payload).encode(), _FORM


def _object(body: bytes) -> dict[str, Any] | None:
    try:
        answered = json.loads(body)
    except ValueError:
        return None
    return answered if isinstance(answered, dict) else None


def _object_or_text(body: bytes) -> dict[str, Any] | None:
    """A command may be answered with plain text (docs: slash commands)."""
    text = body.decode("utf-8", "replace").strip()
    return _object(body) or ({"text": text} if text else None)


_READ: dict[str, Read] = {
    "events_api": _object,
    "interactive": _object,
    "slash_commands": _object_or_text,
}
