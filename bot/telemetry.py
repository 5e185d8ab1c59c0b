"""Logging: ids, sizes and durations, never what people write, and no secret.

What others wrote is not taken at all: of an exception its class and its frames, of another
library's log line the text that stands in its source, of an object its class.
"""

from __future__ import annotations

import linecache
import logging
import re
import secrets as random
import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, TextIO, cast

import structlog

from bot.known_words import OTHER
from bot.tracebacks import traceback_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from contextlib import AbstractContextManager

    from structlog.typing import EventDict, ExcInfo, Processor, WrappedLogger

    from bot.core.types import Turn

HIDDEN: Final = "[hidden]"
FOREIGN: Final = "a message of another library"
"""In place of a message that its source does not have: it was made with values."""

IDS: Final = frozenset({"team", "channel", "ts", "user"})
ID = re.compile(r"[A-Z0-9.]{0,32}", re.ASCII)
"""Slack's ids and timestamps."""

TOKENS = re.compile(
    r"\bxox[a-z](?:\.xox[a-z])?-[\w-]+"  # bot, user and refresh tokens, configuration tokens
    r"|\bxapp-[\w-]+"
    r"|\bsk-[\w-]{6,}"
    r"|(?<=hooks\.slack\.com/)[\w/-]+"  # response URLs: anybody who has one can post
    r"|(?<=hooks\.slack-gov\.com/)[\w/-]+"
    r"|(?<=/upload/v1/)[^\s\"'<>]+"  # addresses for files: anybody who has one can send a file
    r"|(?<=[?&]ticket=)[^\s&\"']+"  # URL of a socket, valid for one connection
    r"|(?<=://)[^\s/:@\"']*:[^\s\"']+(?=@)"  # user and password in a URL; it may hold @ and /
    r"|(?<=https://)[^\s/\"']+(?=@)"  # a token in place of the user
    r"|(?<=http://)[^\s/\"']+(?=@)"
)
BEARER = re.compile(  # “Basic Information” is the page of Slack where our advice leads
    r"(\b(?:Bearer|Basic)\s+)(?!Information[^\w.~+/=-])[\w.~+/=-]{6,}", re.IGNORECASE
)

log = structlog.get_logger(__name__)
_known: set[re.Pattern[str]] = set()


def error_id(level: int = logging.CRITICAL) -> str:
    """Returns a random id of 8 characters, which finds a line of this level in the log.

    "" when such lines are not written: nobody is told an id that leads nowhere.
    """
    return random.token_hex(4) if log.is_enabled_for(level) else ""


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
    chain, stream = _chain(format), cast("TextIO", _Lossy(sys.stderr))
    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, *chain],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )
    _route_foreign(chain, stream)


class _Lossy:
    """A stream for the log. What cannot be written is lost, and nobody who logs learns of it.

    The terminal may be closed, the reader of a pipe gone, or the disk full.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> None:
        with suppress(OSError, ValueError):  # ValueError: the stream is closed
            self._stream.write(text)

    def flush(self) -> None:
        with suppress(OSError, ValueError):
            self._stream.flush()


def be_set_up() -> None:
    """Sets the log up as it is by default, unless somebody has done so already."""
    if not structlog.is_configured():
        set_up()


def crashed() -> None:
    """Logs the current exception, a bug, with its traceback but without values of variables."""
    be_set_up()
    log.critical("crashed", error=error_id(), exc_info=sys.exception())


def _however_quoted(secret: str) -> re.Pattern[str]:
    """Matches the secret, also with the backslashes that JSON and `repr` add."""
    forms = {"\\": r"\\+", '"': r"\\*\"", "'": r"\\*'"}
    return re.compile("".join(forms.get(letter, re.escape(letter)) for letter in secret))


def _chain(format: str) -> list[Processor]:  # noqa: A002
    """The processors that make a line of an entry. Redaction is last, so it sees everything."""
    console = format == "console" or (format == "auto" and sys.stderr.isatty())
    return [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.ExceptionRenderer(_traceback),
        _only_ids,
        _without_objects,
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
        if console
        else structlog.processors.JSONRenderer(ensure_ascii=False),
        _redact_line,
    ]


def _traceback(exc_info: ExcInfo) -> str:
    return traceback_of(exc_info[1])


def _only_ids(_logger: WrappedLogger, _method: str, entry: EventDict) -> EventDict:
    """Ids come from outside: what has not the form of one is not shown."""
    for name in IDS & entry.keys():
        if not ID.fullmatch(str(entry[name])):
            entry[name] = OTHER
    return entry


def _without_objects(_logger: WrappedLogger, _method: str, entry: EventDict) -> EventDict:
    return {name: _plain(value) for name, value in entry.items()}


def _plain(value: Any) -> Any:
    """The value if it is one of JSON's, else the name of its class: its `repr` may hold words."""
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(each) for each in value]
    if isinstance(value, str):
        return str(value)
    return value if isinstance(value, int | float | None) else type(value).__name__


def _redact_line(_logger: WrappedLogger, _method: str, line: Any) -> str:
    return redact(str(line))


def _route_foreign(chain: list[Processor], stream: TextIO) -> None:
    """Logs warnings and errors of other libraries, which use `logging`.

    The level is set at the handler, because a library may lower the level of its own logger
    (`OPENAI_LOG=debug` does), and at DEBUG the SDKs log whole payloads.
    """
    handler = logging.StreamHandler(stream)
    handler.setLevel(logging.WARNING)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            use_get_message=False,
            foreign_pre_chain=[_only_literal, structlog.stdlib.add_logger_name],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *chain],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)


def _only_literal(_logger: WrappedLogger, _method: str, entry: EventDict) -> EventDict:
    """Keeps a message that stands in the source from which it was logged, without its arguments.

    What was put together there may hold a whole payload. The place finds it in the source.
    """
    record: logging.LogRecord = entry["_record"]
    place = f"{record.filename}:{record.lineno}"
    message = entry["event"]
    if not _stands_in(record.pathname, message):
        entry.update(event=FOREIGN, characters=len(message))
    entry["place"] = place
    return entry


def _stands_in(path: str, message: str) -> bool:
    return bool(message) and any(message in line for line in linecache.getlines(path))
