"""Characters of a text that Markdown would take for markers are escaped; others are left alone.

A model reads `2 * 3`, `snake_case` and a single `*` as they are. Text that looks like a list, a
heading or a link is left alone as well, since people mean it so.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from bot.text.runs import BOLD, CODE, ITALIC, STRIKE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bot.text.runs import Run

RUN: Final = re.compile(r"(?<!\\)(\\*)(\*+|_+|~+|`+)")
"""Backslashes before a run of one marker, and the run."""

OURS: Final = {BOLD: "*", ITALIC: "*_", STRIKE: "~", CODE: "`"}
"""The markers that a style is written with."""


def escaped(spans: Sequence[Run]) -> list[Run]:
    """The runs with their text as Markdown. Code is verbatim, so it stays as it is."""
    doubtful = _doubtful(spans)
    return [
        span if span.style & CODE else span._replace(text=_escaped(span, doubtful))
        for span in spans
    ]


def _escaped(span: Run, doubtful: set[str]) -> str:
    def escape(match: re.Match[str]) -> str:
        slashes, run = match.groups()
        if not _is_fence(run) and not (run[0] in doubtful and _can_mark(match, span)):
            return match[0]
        return slashes * 2 + "\\" + "\\".join(run)

    return RUN.sub(escape, span.text)


def _doubtful(spans: Iterable[Run]) -> set[str]:
    """The markers that occur twice or more, those of styles included: they could be paired."""
    once: set[str] = set()
    twice: set[str] = set()
    for span in spans:
        for mark in _marks(span):
            (twice if mark in once else once).add(mark)
    return twice


def _marks(span: Run) -> Iterator[str]:
    for style, marks in OURS.items():
        yield from marks if span.style & style else ""
    if not span.style & CODE:
        yield from (run[2][0] for run in RUN.finditer(span.text) if _can_mark(run, span))


def _can_mark(match: re.Match[str], span: Run) -> bool:
    """Whether a run of a marker could open or close something.

    What stands beside the edge of a text is not known. Within a style blanks are no edge.
    """
    run = match[2]
    if run[0] == "`":
        return True
    if run[0] == "~":
        return len(run) > 1
    text, start, end = match.string, match.start(2), match.end()
    before, after = text[start - 1 : start] if start else "", text[end : end + 1]
    in_word = run[0] == "_" and before.isalnum() and after.isalnum()
    return not in_word and not (before.isspace() and after.isspace() and not span.style)


def _is_fence(run: str) -> bool:
    return len(run) > 2 and run[0] in "`~"
