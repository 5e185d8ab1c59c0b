"""Web API calls: all go out in one place, within the budget; each failure is one of our errors."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import structlog
from aiohttp import ClientConnectorError, ClientError, ConnectionTimeoutError
from slack_sdk.errors import SlackApiError

from bot.core.types import Call, CallKind, Effect
from bot.errors import SlackRefused, SlackRejected, SlackUnknown, SlackUnreachable
from bot.known_words import known
from bot.network.way import DIRECT, PROXY_ERRORS
from bot.slack.sending import always, asking
from bot.starting.unreachable import unreachable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from slack_sdk.web.async_client import AsyncWebClient
    from slack_sdk.web.async_slack_response import AsyncSlackResponse

    from bot.core.ports import Budget
    from bot.errors import SlackError
    from bot.network.way import Network

log = structlog.get_logger(__name__)

REFUSED: Final = frozenset({"ratelimited", "rate_limited"})
"""Errors that mean the same as HTTP 429. `message_limit_exceeded` does not: it is a quota."""

UNKNOWN: Final = frozenset(
    {"internal_error", "fatal_error", "service_unavailable", "request_timeout"}
)
"""Errors after which the call may have been carried out (docs say so for the first two)."""

READS: Final = frozenset({"history", "info", "list", "members", "replies"})
"""Last words of methods that take form arguments only: Slack ignores a JSON body for them."""

FILES: Final = "files."
"""Prefix of methods that take a form, in which all that is no string is JSON."""

LONGEST_WAIT: Final = 3600.0
"""Seconds that we believe of a `Retry-After`; a longer one is a proxy's, not Slack's."""

LONGEST_REFUSAL: Final = 10.0
"""Seconds of a `Retry-After` that a read waits for; after a longer one we do without."""

READ_PAUSE: Final = 0.2
"""Seconds before a read is repeated."""

BROKEN: Final = (ClientError, OSError, AttributeError, RecursionError, ValueError)
"""What the SDK raises without an answer; the last three for an answer that is no JSON object."""


@dataclass(frozen=True, slots=True)
class SlackApi:
    """Slack's Web API for one token. Every call of the bot goes out here, within the budget.

    `call` and `response` wait for the budget, make the call, and tell the budget of a 429. They
    raise `SlackRefused` (429: wait and try again), `SlackUnknown` (it may or may not have been
    carried out) or `SlackRejected` (Slack said no).
    """

    client: AsyncWebClient

    budget: Budget
    """Slack's rate limits, shared by all calls for this workspace."""

    team: str = ""
    """The workspace that the limits are for; empty as long as it is unknown."""

    ids: frozenset[str] = frozenset()
    """The ids by which our own messages are known; empty as long as they are unknown."""

    network: Network = DIRECT
    """The way that the client's session takes to Slack."""

    may_send: Callable[[], bool] = always
    """Is asked right before a request leaves. If it says no, the call raises `SlackUnsent`."""

    async def call(
        self,
        method: str,
        payload: Mapping[str, Any],
        kind: CallKind = CallKind.FIRST,
        *,
        budget_timeout: float | None = None,
        answer_timeout: float | None = None,
    ) -> dict[str, Any]:
        """Slack's answer to one call, the parsed JSON.

        Also raises `SlackRefused` when the budget does not grant it within `budget_timeout`
        seconds, and `TimeoutError` when Slack does not answer within `answer_timeout` seconds.
        """
        planned = self._planned(method, payload, kind)
        await self._acquire(planned, budget_timeout)
        async with asyncio.timeout(answer_timeout):
            return _json(method, await self._reported(planned, payload))

    async def read(
        self,
        method: str,
        payload: Mapping[str, Any],
        kind: CallKind = CallKind.FIRST,
        *,
        answer_timeout: float | None = None,
    ) -> dict[str, Any]:
        """Slack's answer to a call that only reads. Repeats it once, after an error that may pass.

        Raises as `call` does. A `Retry-After` of more than `LONGEST_REFUSAL` is not waited for.
        """
        try:
            return await self.call(method, payload, kind, answer_timeout=answer_timeout)
        except SlackRefused as error:
            # The budget knows of it: the second call waits there.
            if error.retry_after > LONGEST_REFUSAL:
                raise
        except (SlackUnknown, TimeoutError) as error:
            log.info("read again", method=method, detail=str(error) or "too slow")
            await asyncio.sleep(READ_PAUSE)
        return await self.call(method, payload, kind, answer_timeout=answer_timeout)

    async def response(self, method: str, payload: Mapping[str, Any]) -> AsyncSlackResponse:
        """Slack's answer to one call, with its headers."""
        planned = self._planned(method, payload, CallKind.FIRST)
        await self._acquire(planned, None)
        return await self._reported(planned, payload)

    async def granted(self, method: str, payload: Mapping[str, Any]) -> dict[str, Any]:
        """Slack's answer to a call that the budget has granted already. Raises as `call` does.

        For sinks only: the engine acquires each of their calls, and reports a 429 itself.
        """
        return _json(method, await self._send(method, payload))

    async def upload(self, url: str, content: bytes) -> None:
        """Sends a file's bytes to an address that Slack gave for it. Raises `SlackUnknown`.

        It is no method and has no limit. The address itself is the permission: no token goes there.
        """
        if self.client.session is None:
            raise SlackUnknown("upload: not connected")
        try:
            with asking(self.may_send):
                async with self.client.session.post(url, data=content) as response:
                    status = response.status
        except (ClientError, TimeoutError, OSError, ValueError) as error:
            raise SlackUnknown(f"upload: {type(error).__name__}") from error
        if status != 200:
            raise SlackUnknown(f"upload: HTTP {status}")

    def _planned(self, method: str, payload: Mapping[str, Any], kind: CallKind) -> Call:
        return Call(Effect.READ, kind, method, self.team, str(payload.get("channel", "")))

    async def _acquire(self, planned: Call, seconds: float | None) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self.budget.acquire(planned)
        except TimeoutError as error:
            raise SlackRefused(planned.bucket, retry_after=1.0) from error

    async def _reported(self, planned: Call, payload: Mapping[str, Any]) -> AsyncSlackResponse:
        try:
            return await self._send(planned.bucket, payload)
        except SlackRefused as error:
            self.budget.refused(planned, error.retry_after)
            raise

    async def _send(self, method: str, payload: Mapping[str, Any]) -> AsyncSlackResponse:
        """The only call of the SDK. Its errors become ours."""
        try:
            with asking(self.may_send):
                return await self.client.api_call(method, **_arguments(method, payload))
        except SlackApiError as error:
            raise _translated(method, error) from error
        except BROKEN as error:
            raise self._unanswered(method, error) from error

    def _unanswered(self, method: str, error: Exception) -> SlackUnknown:
        """The error for a call without an answer: it says whether there was a connection."""
        if isinstance(error, PROXY_ERRORS):
            return SlackUnreachable(method, self.network.no_proxy(self.client.base_url))
        if isinstance(error, ClientConnectorError | ConnectionTimeoutError):
            found = unreachable(error)
            return SlackUnreachable(method, found.reason, lasting=found.lasting)
        return SlackUnknown(f"{method}: {type(error).__name__}")


def _json(method: str, response: AsyncSlackResponse) -> dict[str, Any]:
    if not isinstance(response.data, dict):
        raise SlackUnknown(f"{method}: not JSON")
    return response.data


def _arguments(method: str, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Keyword arguments of the SDK's `api_call`, in the encoding that the method takes."""
    if method.rpartition(".")[2] in READS:
        return {"http_verb": "GET", "params": dict(payload)}
    if method.startswith(FILES):
        return {"data": {name: _in_form(value) for name, value in payload.items()}}
    return {"json": dict(payload)}


def _in_form(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _translated(method: str, error: SlackApiError) -> SlackError:
    """The SDK's error as one of ours. If the body was no JSON, its response is aiohttp's own."""
    response = error.response
    status: int = getattr(response, "status_code", 0) or getattr(response, "status", 0)
    data = getattr(response, "data", None)
    answer = data if isinstance(data, dict) else {}
    said = answer.get("error")
    code = said if isinstance(said, str) else None
    if status == 429 or code in REFUSED:
        return SlackRefused(method, retry_after(getattr(response, "headers", {})))
    if status >= 500 or code in UNKNOWN or (status < 300 and code is None):
        return SlackUnknown(f"{method}: {known(code) if code else f'HTTP {status}'}")
    if code == "missing_scope":
        log.warning("scope missing", method=method, needed=known(answer.get("needed")))
    return (
        SlackRejected(method, code, known(code))
        if code
        else SlackRejected(method, f"http_{status}")
    )


def retry_after(headers: Mapping[str, str]) -> float:
    """Seconds of the `Retry-After` header, 1 to `LONGEST_WAIT`; 1 when it cannot be read."""
    seconds = str(headers.get("Retry-After", "")).strip()
    if not (seconds.isascii() and seconds.isdigit()):
        return 1.0
    return min(max(float(seconds[:9]), 1.0), LONGEST_WAIT)
