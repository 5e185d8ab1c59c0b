"""An endpoint's errors → our `ModelError`s, with the time to wait and a line for the log.

They come as the body of an HTTP error, or inside a stream. `meanings` knows what they mean.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from bot.errors import (
    ModelError,
    ModelForbidden,
    ModelRejected,
    StreamError,
    StreamGarbled,
)
from bot.known_words import known
from bot.llm.meanings import is_code, meaning

if TYPE_CHECKING:
    from collections.abc import Mapping

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
"""Characters of a message that a terminal shows."""

NUMBER = re.compile(r"\d{1,12}(?:\.\d{1,12})?", re.ASCII)
"""A number in a header."""

LONGEST_PAUSE = 86_400.0
"""Seconds. What an endpoint asks for beyond a day is cut to it."""


def error_in(document: Mapping[str, Any]) -> Any:
    """Returns what a document says of an error; None for an answer.

    It is the field `error`, or the document itself: older versions of vLLM call it an error, and
    others (FastAPI, DashScope) send a message or a `detail` where the choices belong.
    """
    if error := document.get("error"):
        return error
    if "choices" in document:
        return None
    is_error = document.get("object") == "error" or isinstance(document.get("message"), str)
    return document if is_error else document.get("detail") or document.get("errors")


def refused(status: int, body: object, headers: Mapping[str, str]) -> ModelError:
    """Returns the error for an HTTP status above 299; `body` is the `error` object of the body."""
    kind = meaning(status, body) or ModelRejected
    if kind in (ModelRejected, ModelForbidden) and _is_page(body):
        kind = StreamGarbled  # no endpoint answers with a page; a firewall or a proxy does
    return kind(
        f"status={status} {detail(body)}".strip(),
        said=_said(status, body, headers),
        retry_after=retry_after(headers),
    )


def reported(body: object) -> ModelError:
    """Returns the error for an error object inside a stream."""
    kind = meaning(0, body, streamed=True) or StreamError
    return kind(f"in the stream: {detail(body)}".strip(), said=_message(body))


def detail(body: object) -> str:
    """Returns code, type and parameter in one line for the log.

    The message is left out: it may quote what people wrote. Terminals show it (`ModelError.said`).
    """
    return " ".join(
        f"{name}={word(text)}" for name in ("code", "type", "param") if (text := _field(body, name))
    )


def word(text: str) -> str:
    """Returns the text for the log if it is a code that is made of known words, else `other`."""
    return text if is_code(text) else known(text)


def _said(status: int, body: object, headers: Mapping[str, str]) -> str:
    """The same for a terminal: status, where a redirect leads, message, and the pause asked for."""
    said = f"HTTP {status}"
    if 300 <= status < 400:
        said += f", a redirect to {_place(headers.get('location', ''))}"
    if _is_page(body):
        said += " with a web page"
    elif message := _message(body):
        said += ": " + re.sub(rf"^{status}[:\s]+", "", message)
    pause = retry_after(headers)
    return said if pause is None else f"{said}; it asks for a pause of {pause:.0f} s"


def _place(url: str) -> str:
    """Host and path of a URL. What else it has may be a secret."""
    try:
        parts = urlsplit(url)
        return f"{parts.hostname or ''}{parts.path}"[:MESSAGE_SHOWN] or "nowhere"
    except ValueError:
        return "no URL"


def _message(body: object) -> str:
    """Without a full stop at its end: it stands within a sentence."""
    return mask(_field(body, "message"))[:MESSAGE_SHOWN].rstrip(" .。")


def _is_page(body: object) -> bool:
    return isinstance(body, str) and body.lstrip().startswith("<")


def mask(text: str) -> str:
    """Returns the text in one line, with `***` for each part that may be a key."""
    return SECRET.sub("***", " ".join(text[:2000].split()))


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Returns the seconds to wait that the headers ask for, `LONGEST_PAUSE` at most.

    None if they name none. `retry-after-ms` is OpenAI's; `retry-after` holds seconds or a date
    (RFC 9110, 10.2.3).
    """
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return min(milliseconds / 1000, LONGEST_PAUSE)
    value = headers.get("retry-after")
    seconds = _number(value)
    if seconds is None:
        seconds = _until(value, headers.get("date"))
    return None if seconds is None else min(seconds, LONGEST_PAUSE)


def _number(value: str | None) -> float | None:
    """Digits, perhaps with a fraction. `float` also takes `nan`, `1e999` and `1_0`."""
    text = (value or "").strip()
    return float(text) if NUMBER.fullmatch(text) else None


def _until(value: str | None, now: str | None) -> float | None:
    """Seconds until a date, by the endpoint's own clock (its `date` header) where there is one."""
    at = _date(value)
    if at is None:
        return None
    return max(0.0, (at - (_date(now) or datetime.now(UTC))).total_seconds())


def _date(value: str | None) -> datetime | None:
    try:
        date = parsedate_to_datetime(value or "")
    except (ValueError, OverflowError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)


def _field(body: Any, name: str) -> str:
    """A field of an error object as text; an error that is just a string is its message."""
    if isinstance(body, dict):
        value = body.get(name)
        return str(value) if isinstance(value, str | int) else ""
    return body if isinstance(body, str) and name == "message" else ""
