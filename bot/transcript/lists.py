"""Lists as Slack has them, one after the other with an indent each → nested lists in Markdown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(slots=True)
class Level:
    """A list that is open."""

    depth: int
    """Slack's `indent`; 0 is the outermost list."""
    margin: int
    """The column of its markers."""
    content: int
    """The column of the text of its items."""
    number: int | None
    """The number of the next item; None in a list of bullets."""
    mark: str
    """What stands behind the numbers: "." or ")"."""
    last_item: str = ""
    """The text of the last item."""


class ListWriter:
    """Writes lists that follow each other. A deeper one is part of the last item before it."""

    def __init__(self) -> None:
        self._levels: list[Level] = []

    def add(self, items: Sequence[str], depth: int, first: int | None) -> str:
        """The lines of a list whose items count from `first`, or have bullets when that is None."""
        level = self._open(depth, first)
        inside = self._levels[-2].last_item if len(self._levels) > 1 else ""
        # Only "1." and bullets with text may follow text without an empty line (CommonMark).
        apart = inside and items and not (items[0].strip() and first in {None, 1})
        return ("\n" if apart else "") + "\n".join(_item(level, text.strip()) for text in items)

    def _open(self, depth: int, first: int | None) -> Level:
        while self._levels and self._levels[-1].depth > depth:
            self._levels.pop()
        is_here = self._levels and self._levels[-1].depth == depth
        mark = _mark(self._levels.pop(), first) if is_here else "."
        margin = self._levels[-1].content if self._levels else 0
        self._levels.append(Level(depth, margin, margin, first, mark))
        return self._levels[-1]


def _item(level: Level, text: str) -> str:
    mark = "-" if level.number is None else f"{level.number}{level.mark}"
    level.number = None if level.number is None else level.number + 1
    level.content = level.margin + len(mark) + 1
    level.last_item = text
    first, *more = text.split("\n")
    lines = [f"{' ' * level.margin}{mark} {first}", *(" " * level.content + x for x in more)]
    return "\n".join(line.rstrip() for line in lines)


def _mark(before: Level, first: int | None) -> str:
    """Another mark for numbers that do not follow on, or Markdown would count on."""
    if before.number is None or first in {None, before.number}:
        return before.mark
    return ")" if before.mark == "." else "."
