"""Nested lists, as Slack gives them one after the other → Markdown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(slots=True)
class Level:
    """A list that is open. `margin` and `content` are columns: of its marks, and of what it says.

    `number` is that of the next item, None in a list of bullets, and `mark` ends the numbers.
    `said` is what the last item says.
    """

    depth: int
    margin: int
    content: int
    number: int | None
    mark: str
    said: str = ""


class Outline:
    """Lists that follow each other, a deeper one being part of the last item before it."""

    def __init__(self) -> None:
        self._levels: list[Level] = []

    def add(self, items: Sequence[str], depth: int, first: int | None) -> str:
        """The lines of a list whose items count from `first`, or have bullets."""
        level = self._open(depth, first)
        inside = self._levels[-2].said if len(self._levels) > 1 else ""
        # Only "1." and bullets with text end the text before them without an empty line.
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
    level.said = text
    first, *more = text.split("\n")
    lines = [f"{' ' * level.margin}{mark} {first}", *(" " * level.content + x for x in more)]
    return "\n".join(line.rstrip() for line in lines)


def _mark(before: Level, first: int | None) -> str:
    """Numbers that do not go on need another mark, or Markdown would let them go on."""
    if before.number is None or first in {None, before.number}:
        return before.mark
    return ")" if before.mark == "." else "."
