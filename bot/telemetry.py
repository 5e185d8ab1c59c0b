"""Logs: ids, sizes and timings, never what people write, and nothing that looks like a secret."""

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
"""Characters of another library's message: some of theirs carry whole payloads."""

TOKENS = re.compile(
    r"\bxox[a-z](?:\.xox[a-z])?-[\w-]+"  # bot, user and refresh tokens, configuration tokens
    r"|\bxapp-[\w-]+"
    r"|\bsk-[\w-]{6,}"
    r"|(?<=hooks\.slack\.com/)[\w/-]+"  # response URLs: who has one may post
    r"|(?<=[?&]ticket=)[^\s&\"']+"  # the URL of a socket, good for one connection
    r"|(?<=://)[^\s/:@\"']*:[^\s/@\"']+(?=@)"  # user and password in a URL
)
BEARER = re.compile(r"(\bBearer\s+)[\w.~+/=-]{6,}", re.IGNORECASE)

log = structlog.get_logger(__name__)
_known: set[re.Pattern[str]] = set()


def error_id() -> str:
    """A short id that is shown to people and found in the log."""
    return random.token_hex(4)


def about(turn: Turn) -> AbstractContextManager[None]:
    """Everything logged inside carries the ids of the turn."""
    return structlog.contextvars.bound_contextvars(
        team=turn.thread.team, channel=turn.thread.channel, ts=turn.ts
    )


def hide(values: Iterable[str]) -> None:
    """Registers secrets that cannot be told by their looks, such as the signing secret."""
    # Short ones would hide common words.
    _known.update(_however_quoted(value) for value in values if len(value) >= 6)


def redact(text: str) -> str:
    """The text without anything that looks like a secret or is known to be one."""
    for secret in _known:
        text = secret.sub(HIDDEN, text)
    return BEARER.sub(rf"\1{HIDDEN}", TOKENS.sub(HIDDEN, text))


def set_up(*, format: str = "auto", level: str = "info", secrets: Iterable[str] = ()) -> None:  # noqa: A002
    """Sends our log and other libraries' warnings to stderr, as text or as JSON lines."""
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
    """The exception being handled is a bug: logged whole, but never in a way that shows values."""
    if not structlog.is_configured():
        set_up()
    log.critical("crashed", error=error_id(), exc_info=sys.exception())


def _however_quoted(secret: str) -> re.Pattern[str]:
    """The secret as it is, and with the backslashes that JSON and `repr` add."""
    forms = {"\\": r"\\+", '"': r"\\*\"", "'": r"\\*'"}
    return re.compile("".join(forms.get(letter, re.escape(letter)) for letter in secret))


def _chain(format: str) -> list[Processor]:  # noqa: A002
    """How one entry becomes one line. `redact` stands last, where nothing can slip past it."""
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
    # The plain traceback: the pretty ones print local variables, and with them what people wrote.
    return structlog.dev.ConsoleRenderer(
        colors=colors, exception_formatter=structlog.dev.plain_traceback
    )


def _json() -> structlog.processors.JSONRenderer:
    return structlog.processors.JSONRenderer(ensure_ascii=False, default=repr)


def _redact_line(_logger: WrappedLogger, _method: str, line: Any) -> str:
    return redact(str(line))


def _route_foreign(chain: list[Processor]) -> None:
    """Other libraries speak through `logging`: warnings and worse only, whatever they ask for.

    The limit is the handler's, because at DEBUG the SDKs print whole payloads and any of them may
    lower its own logger (`OPENAI_LOG=debug` does).
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
