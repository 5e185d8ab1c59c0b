"""Tracebacks without the texts of exceptions, which may quote what people wrote, or a secret."""

from __future__ import annotations

import errno
from traceback import StackSummary, walk_tb
from typing import TYPE_CHECKING, Final

from bot.errors import BotError

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST: Final = 20
"""Exceptions of a chain that are shown, and of a group."""

CAUSE: Final = "\nThe above exception was the direct cause of the following exception:\n"
CONTEXT: Final = "\nDuring handling of the above exception, another exception occurred:\n"


def traceback_of(error: BaseException) -> str:
    """Returns the traceback of an exception and of those that it was raised for."""
    return "\n".join(_lines(error))


def name_of(error: BaseException) -> str:
    """Returns the exception's class, with the number of an `OSError`. Our own errors have text."""
    kind = type(error)
    name = f"{kind.__module__}.{kind.__qualname__}".removeprefix("builtins.")
    if isinstance(error, BotError):
        return f"{name}: {error}"
    number = error.errno if isinstance(error, OSError) else 0
    code = errno.errorcode.get(number or 0)
    return f"{name} [{code}]" if code else name


def _lines(error: BaseException) -> Iterator[str]:
    chain = _chain(error)
    for raised, after in zip(chain, [*chain[1:], None], strict=True):
        yield from _one(raised)
        if after is not None:
            yield CAUSE if after.__cause__ is raised else CONTEXT


def _chain(error: BaseException) -> list[BaseException]:
    """What was raised, the first one first."""
    chain: list[BaseException] = []
    at: BaseException | None = error
    while at is not None and at not in chain and len(chain) < MOST:
        chain.append(at)
        at = at.__cause__ or (None if at.__suppress_context__ else at.__context__)
    return chain[::-1]


def _one(error: BaseException) -> Iterator[str]:
    if error.__traceback__:
        yield "Traceback (most recent call last):"
        frames = StackSummary.extract(walk_tb(error.__traceback__)).format()
        yield from (line.rstrip("\n") for line in frames)
    yield name_of(error)
    if isinstance(error, BaseExceptionGroup):
        for part in error.exceptions[:MOST]:
            yield from (f"  | {line}" for line in traceback_of(part).splitlines())
