"""An endpoint's error objects → our `ModelError`s.

The same few fields (`code`, `type`, `message`) come as the body of an HTTP error, or inside a
stream. The words of `code` and `type` decide first, then the HTTP status.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from bot.errors import (
    ContextTooLong,
    ModelError,
    ModelForbidden,
    ModelNotFound,
    ModelRateLimited,
    ModelRejected,
    ModelUnauthorized,
    ModelUnavailable,
    QuotaExhausted,
    StreamError,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

STATUSES: dict[int, type[ModelError]] = {
    401: ModelUnauthorized,
    402: QuotaExhausted,
    403: ModelForbidden,
    404: ModelNotFound,
    408: ModelUnavailable,
    413: ContextTooLong,
    429: ModelRateLimited,
}
"""Other statuses: 5xx is `ModelUnavailable`, the rest is `ModelRejected`."""

WORDS: dict[str, type[ModelError]] = {
    "insufficient_quota": QuotaExhausted,
    "billing_hard_limit_reached": QuotaExhausted,
    "billing_not_active": QuotaExhausted,
    "context_length_exceeded": ContextTooLong,
    "exceed_context_size_error": ContextTooLong,
    "string_above_max_length": ContextTooLong,
    "rate_limit_exceeded": ModelRateLimited,
    "invalid_api_key": ModelUnauthorized,
    "model_not_found": ModelNotFound,
    "server_overloaded": ModelUnavailable,
}
"""Values of `code` and `type` (docs: Error codes). They say more than the status does."""

STREAM_WORDS: dict[str, type[ModelError]] = WORDS | {
    "rate_limit": ModelRateLimited,
    "rate_limit_error": ModelRateLimited,
    "requests": ModelRateLimited,
    "tokens": ModelRateLimited,
    "overloaded": ModelUnavailable,
    "overloaded_error": ModelUnavailable,
    "server_error": ModelUnavailable,
    "internal_server_error": ModelUnavailable,
    "internal_error": ModelUnavailable,
    "api_error": ModelUnavailable,
    "service_unavailable": ModelUnavailable,
    "timeout": ModelUnavailable,
    "authentication_error": ModelUnauthorized,
    "permission_error": ModelForbidden,
    "not_found_error": ModelNotFound,
}
"""Inside a stream there is no status, so vaguer words count too."""

TOO_LONG = re.compile(
    r"maximum context|context (?:length|size|window)|prompt is too long", re.IGNORECASE
)
"""Messages of endpoints that have no code for a context that is too long (vLLM, Mistral)."""

SECRET = re.compile(
    r"""
    \b(?:sk|pk|rk|gsk|hf|xai|key|bearer)[-_][\w*.-]{4,}
    | bearer\s+\S+
    | [\w.-]*\*{3,}[\w*.-]*             # a key of which a part is masked already
    | \b(?=[\w+/=]*\d)[\w+/=]{24,}      # long and with a digit; error codes have none
    | \b[0-9a-f]{8}-[0-9a-f-]{27}\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""What may be a key."""

MESSAGE_SHOWN = 200
WORD_SHOWN = 60
"""Characters that go into the log, of a message and of a code."""


def refused(status: int, body: object, headers: Mapping[str, str]) -> ModelError:
    """Returns the error for an HTTP status above 399; `body` is the `error` object of the body."""
    kind = _worded(body, WORDS) or _by_status(status) or ModelRejected
    if kind in (ModelRejected, ContextTooLong) and TOO_LONG.search(_field(body, "message")):
        kind = ContextTooLong
    return kind(f"status={status} {detail(body)}".strip(), retry_after=retry_after(headers))


def reported(body: object) -> ModelError:
    """Returns the error for an error object inside a stream."""
    kind = _worded(body, STREAM_WORDS) or _by_status(_number(body)) or StreamError
    if TOO_LONG.search(_field(body, "message")):
        kind = ContextTooLong
    return kind(f"in the stream: {detail(body)}".strip())


def detail(body: object) -> str:
    """Returns code, type, parameter and message in one line for the log, keys masked."""
    words = [
        f"{name}={mask(text)[:WORD_SHOWN]}"
        for name in ("code", "type", "param")
        if (text := _field(body, name))
    ]
    message = mask(_field(body, "message"))[:MESSAGE_SHOWN]
    return " ".join([*words, message]).strip()


def mask(text: str) -> str:
    """Returns the text in one line, with `***` for each part that may be a key."""
    return SECRET.sub("***", " ".join(text[:2000].split()))


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Returns the seconds to wait that the headers ask for; None if they name none.

    `retry-after-ms` is OpenAI's; `retry-after` holds seconds or a date (RFC 9110, 10.2.3).
    """
    milliseconds = _seconds(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    value = headers.get("retry-after")
    seconds = _seconds(value)
    return seconds if seconds is not None else _until(value, headers.get("date"))


def _seconds(value: str | None) -> float | None:
    try:
        seconds = float(value or "")
    except ValueError:
        return None
    return seconds if math.isfinite(seconds) and seconds >= 0 else None


def _until(value: str | None, now: str | None) -> float | None:
    """Seconds until a date, by the endpoint's own clock (its `date` header) where there is one."""
    at = _date(value)
    if at is None:
        return None
    return max(0.0, (at - (_date(now) or datetime.now(UTC))).total_seconds())


def _date(value: str | None) -> datetime | None:
    try:
        date = parsedate_to_datetime(value or "")
    except ValueError:
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)


def _worded(body: object, words: Mapping[str, type[ModelError]]) -> type[ModelError] | None:
    found = (words.get(_field(body, name).lower()) for name in ("code", "type"))
    return next((kind for kind in found if kind), None)


def _by_status(status: int) -> type[ModelError] | None:
    return ModelUnavailable if 500 <= status < 600 else STATUSES.get(status)


def _number(body: object) -> int:
    """The HTTP status that some endpoints put into `code` or `status`; 0 without one."""
    code = _field(body, "code") or _field(body, "status")
    return int(code) if re.fullmatch(r"[1-5]\d\d", code) else 0


def _field(body: Any, name: str) -> str:
    """A field of an error object as text; an error that is just a string is its message."""
    if isinstance(body, dict):
        value = body.get(name)
        return str(value) if isinstance(value, str | int) else ""
    return body if isinstance(body, str) and name == "message" else ""
