"""Logging: ids, sizes and durations, never what people write, and no secret."""

from __future__ import annotations

import logging
import re
import secrets as random
import sys
from typing import TYPE_CHECKING, Any, Final

import structlog

if TYPE_CHECKING:
    from collections.abc import Iterable
    from contextlib import AbstractContextManager

    from structlog.typing import EventDict, Processor, WrappedLogger

    from bot.core.types import Turn

HIDDEN: Final = "[hidden]"
LONGEST_FOREIGN: Final = 500
"""Most characters of another library's log message. Some of these contain whole payloads."""

TOKENS = re.compile(
    r"\bxox[a-z](?:\.xox[a-z])?-[\w-]+"  # bot, user and refresh tokens, configuration tokens
    r"|\bxapp-[\w-]+"
    r"|\bsk-[\w-]{6,}"
    r"|(?<=hooks\.slack\.com/)[\w/-]+"  # response URLs: anybody who has one can post
    r"|(?<=[?&]ticket=)[^\s&\"']+"  # URL of a socket, valid for one connection
    r"|(?<=://)[^\s/:@\"']*:[^\s/@\"']+(?=@)"  # user and password in a URL
)
BEARER = re.compile(r"(\bBearer\s+)[\w.~+/=-]{6,}", re.IGNORECASE)

log = structlog.get_logger(__name__)
_known: set[re.Pattern[str]] = set()


def error_id() -> str:
    """Returns a random id of 8 characters that is shown to people and written to the log."""
    return random.token_hex(4)


def about(turn: Turn) -> AbstractContextManager[None]:
    """Adds the ids of the turn to all log entries of the body."""
    return structlog.contextvars.bound_contextvars(
        team=turn.thread.team, channel=turn.thread.channel, ts=turn.ts
    )


def hide(values: Iterable[str]) -> None:
    """Registers secrets that have no recognizable form, such as the signing secret."""
    # A short one could be a common word.
    _known.update(_however_quoted(value) for value in values if len(value) >= 6)


def redact(text: str) -> str:
    """Returns the text with `[hidden]` for each known secret and each text in the form of one."""
    for secret in _known:
        text = secret.sub(HIDDEN, text)
    return BEARER.sub(rf"\1{HIDDEN}", TOKENS.sub(HIDDEN, text))


def set_up(*, format: str = "auto", level: str = "info", secrets: Iterable[str] = ()) -> None:  # noqa: A002
    """Sends our log and the warnings of other libraries to stderr, as text or JSON lines."""
    hide(secrets)
    chain = _chain(format)
    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, *chain],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    _route_foreign(chain)


def crashed() -> None:
    """Logs the current exception, a bug, with its traceback but without values of variables."""
    if not structlog.is_configured():
        set_up()
    log.critical("crashed", error=error_id(), exc_info=sys.exception())


def _however_quoted(secret: str) -> re.Pattern[str]:
    """Matches the secret, also with the backslashes that JSON and `repr` add."""
    forms = {"\\": r"\\+", '"': r"\\*\"", "'": r"\\*'"}
    return re.compile("".join(forms.get(letter, re.escape(letter)) for letter in secret))


def _chain(format: str) -> list[Processor]:  # noqa: A002
    """The processors that make a line of an entry. Redaction is last, so it sees everything."""
    console = format == "console" or (format == "auto" and sys.stderr.isatty())
    renderer: list[Processor] = (
        [_console(colors=sys.stderr.isatty())]
        if console
        else [structlog.processors.format_exc_info, _json()]
    )
    return [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        *renderer,
        _redact_line,
    ]


def _console(*, colors: bool) -> structlog.dev.ConsoleRenderer:
    # The plain traceback: the others print local variables, which may hold what people wrote.
    return structlog.dev.ConsoleRenderer(
        colors=colors, exception_formatter=structlog.dev.plain_traceback
    )


def _json() -> structlog.processors.JSONRenderer:
    return structlog.processors.JSONRenderer(ensure_ascii=False, default=repr)


def _redact_line(_logger: WrappedLogger, _method: str, line: Any) -> str:
    return redact(str(line))


def _route_foreign(chain: list[Processor]) -> None:
    """Logs warnings and errors of other libraries, which use `logging`.

    The level is set at the handler, because a library may lower the level of its own logger
    (`OPENAI_LOG=debug` does), and at DEBUG the SDKs log whole payloads.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setLevel(logging.WARNING)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[_shorten, structlog.stdlib.add_logger_name],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *chain],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)


def _shorten(_logger: WrappedLogger, _method: str, entry: EventDict) -> EventDict:
    entry["event"] = str(entry["event"])[:LONGEST_FOREIGN]
    return entry
