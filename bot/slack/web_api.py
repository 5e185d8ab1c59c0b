"""Web API calls: each goes through `call`, and each failure becomes one of three errors."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any, Final

import structlog
from aiohttp import ClientError
from slack_sdk.errors import SlackApiError

from bot.core.types import Call, CallKind, Effect
from bot.errors import SlackRefused, SlackRejected, SlackUnknown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slack_sdk.web.async_client import AsyncWebClient
    from slack_sdk.web.async_slack_response import AsyncSlackResponse

    from bot.core.ports import Budget
    from bot.errors import SlackError

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

BROKEN: Final = (ClientError, TimeoutError, OSError, AttributeError, ValueError)
"""What the SDK raises without an answer; the last two for an answer that is no JSON object."""


async def call(client: AsyncWebClient, method: str, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Slack's answer to one call, the parsed JSON.

    Raises `SlackRefused` (429: wait and try again), `SlackUnknown` (it may or may not have been
    carried out) or `SlackRejected` (Slack said no).
    """
    data = (await response(client, method, payload)).data
    if not isinstance(data, dict):
        raise SlackUnknown(f"{method}: not JSON")
    return data


async def call_within_budget(
    client: AsyncWebClient,
    budget: Budget,
    method: str,
    payload: Mapping[str, Any],
    *,
    team: str,
    kind: CallKind = CallKind.FIRST,
    answer_timeout: float | None = None,
) -> dict[str, Any]:
    """Slack's answer to one read, made when the budget grants it; a 429 is reported to the budget.

    Raises as `call` does, and `TimeoutError` when Slack takes more than `answer_timeout` seconds to
    answer. Waiting for the budget does not count.
    """
    planned = Call(Effect.READ, kind, method, team, str(payload.get("channel", "")))
    await budget.acquire(planned)
    try:
        async with asyncio.timeout(answer_timeout):
            return await call(client, method, payload)
    except SlackRefused as error:
        budget.refused(planned, error.retry_after)
        raise


async def response(
    client: AsyncWebClient, method: str, payload: Mapping[str, Any]
) -> AsyncSlackResponse:
    """Slack's answer with its headers. Raises as `call` does."""
    try:
        return await client.api_call(method, **_arguments(method, payload))
    except SlackApiError as error:
        raise _translated(method, error) from error
    except BROKEN as error:
        raise SlackUnknown(f"{method}: {type(error).__name__}") from error


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
    code = answer.get("error")
    if status == 429 or code in REFUSED:
        return SlackRefused(method, retry_after(getattr(response, "headers", {})))
    if status >= 500 or code in UNKNOWN or (status < 300 and not isinstance(code, str)):
        return SlackUnknown(f"{method}: {code or f'HTTP {status}'}")
    if code == "missing_scope":
        log.warning("scope missing", method=method, needed=answer.get("needed"))
    return SlackRejected(method, str(code or f"http_{status}"))


def retry_after(headers: Mapping[str, str]) -> float:
    """Seconds of the `Retry-After` header, 1 to `LONGEST_WAIT`; 1 when it cannot be read."""
    seconds = str(headers.get("Retry-After", "")).strip()
    if not (seconds.isascii() and seconds.isdigit()):
        return 1.0
    return min(max(float(seconds[:9]), 1.0), LONGEST_WAIT)
