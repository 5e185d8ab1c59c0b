"""Flows → Markdown, for Slack's markdown blocks.

`parse` reads it back as the same flows. It mentions nobody.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bot.rendering.flow import Code, Heading, Item, Paragraph, Rule, Table
from bot.rendering.formats.inline_markdown import cell, spans
from bot.rendering.formats.nesting import EMPTY_LINE, split
from bot.rendering.layout.slices import joined
from bot.text.code_spans import fence
from bot.text.joiners import ZERO_WIDTH_SPACE, without_tokens
from bot.text.runs import Run, text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bot.rendering.flow import Flow
    from bot.text.runs import Runs

_TASK: Final = {"☐ ": "[ ] ", "☑ ": "[x] "}
_BOX: Final = re.compile(r"^\[(?=[ xX]\]\s)")
_CLOSING: Final = re.compile(r"(?<!\\)#(?=#*$)")
_ALIGN: Final = {"left": ":---", "center": ":---:", "right": "---:"}


def markdown(flows: Iterable[Flow]) -> str:
    """The Markdown of one part, or of a whole answer."""
    writer = _Writer()
    for flow in joined(flows):
        writer.add(flow)
    return "\n".join(writer.lines)


@dataclass(frozen=True, slots=True)
class _Level:
    """An open list item."""

    quote: int
    """How many block quotes it stands in."""
    marker: str = ""
    """With the blank behind it."""
    number: int | None = None
    follows: bool = False
    """Whether the number follows that of the item before."""


class _Writer:
    """Writes flows below each other, each within its list items and quotes."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._levels: list[_Level] = []
        self._inner = ""
        self._before: Flow | None = None

    def add(self, flow: Flow) -> None:
        body = list(_body(flow))
        if body:
            self._write(flow, body)

    def _write(self, flow: Flow, body: Sequence[str]) -> None:
        level = self._level(flow) if isinstance(flow, Item) else None
        tight = level is not None and self._is_tight(level)
        outer = self._within(getattr(flow, "depth", 0), getattr(flow, "quote", 0))
        marker = ""
        if level:
            self._levels.append(level)
            marker = level.marker
        if self._before and not tight:
            self.lines.append(_shared(self._inner, outer).rstrip())
        self._inner = outer + " " * len(marker)
        for line, mark in zip(body, [outer + marker, *[self._inner] * len(body)], strict=False):
            self.lines.append(mark + line if line else mark.rstrip())
        self._before = flow

    def _level(self, item: Item) -> _Level:
        """The marker of an item. A number that does not follow on begins another list."""
        if item.number is None:
            return _Level(item.quote, "- ")
        before = self._levels[item.depth] if item.depth < len(self._levels) else _Level(0)
        mark = "." if before.number is None else before.marker[-2]
        follows = before.number is not None and item.number == before.number + 1
        if before.number is not None and not follows:
            mark = ")" if mark == "." else "."
        return _Level(item.quote, f"{item.number}{mark} ", item.number, follows)

    def _is_tight(self, level: _Level) -> bool:
        """Whether no empty line is needed before it: it would not be read as more text."""
        before = self._before
        near = isinstance(before, Item) and before.quote == level.quote
        return near and (level.follows or level.number in {None, 1})

    def _within(self, depth: int, quote: int) -> str:
        """The beginning of a line within so many items and quotes."""
        kept = [level for level in self._levels[:depth] if level.quote <= quote]
        self._levels = kept + [_Level(quote)] * (depth - len(kept))
        prefix, quotes = "", 0
        for level in self._levels:
            prefix += "> " * (level.quote - quotes) + " " * len(level.marker)
            quotes = level.quote
        return prefix + "> " * (quote - quotes)


def _shared(one: str, other: str) -> str:
    length = 0
    while one[length : length + 1] and one[length] == other[length : length + 1]:
        length += 1
    return one[:length]


def _body(flow: Flow) -> Iterator[str]:
    """The lines of a flow; none when it has no text."""
    match flow:
        case Heading():
            yield from _heading(flow)
        case Item():
            yield from _item(flow)
        case Paragraph():
            yield from _text(flow.runs)
        case Code():
            yield from _fenced(flow)
        case Rule():
            yield "---"
        case Table():
            yield from _rows(flow)


def _heading(heading: Heading) -> Iterator[str]:
    flat = [run._replace(text=run.text.replace("\n", " ")) for run in heading.runs]
    if markup := spans(flat):
        yield "#" * heading.level + " " + _CLOSING.sub(r"\\#", markup, count=1)


def _item(item: Item) -> Iterator[str]:
    task = _TASK.get(item.runs[0].text[:2], "") if item.runs else ""
    first, *rest = list(_text(_without_box(item.runs) if task else item.runs)) or [ZERO_WIDTH_SPACE]
    yield task + first if task else _BOX.sub("&#91;", first)
    yield from rest


def _without_box(runs: Runs) -> Runs:
    rest = (runs[0]._replace(text=runs[0].text[2:]), *runs[1:])
    empty = text_of(rest).lstrip(" ").startswith("\n")
    return (Run(ZERO_WIDTH_SPACE), *rest) if empty else rest


def _text(runs: Runs) -> Iterator[str]:
    paragraphs = [markup for each in split(runs, EMPTY_LINE) if (markup := spans(each))]
    yield from "\n\n".join(paragraphs).split("\n") if paragraphs else ()


def _fenced(code: Code) -> Iterator[str]:
    marks = fence(code.text)
    yield f"{marks}{code.language}"
    yield from without_tokens(code.text).split("\n") if code.text else ()
    yield marks


def _rows(table: Table) -> Iterator[str]:
    header, *rows = table.rows
    align = (*table.align, *[""] * len(header))[: len(header)]
    yield _row(map(cell, header))
    yield _row(_ALIGN.get(each, "---") for each in align)
    yield from (_row(map(cell, row)) for row in rows)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
