"""Lines that models put too far to the left, and by how many columns they have to be moved.

Models often forget the indent of code inside a list item, and give bullets below a number less
indent than CommonMark wants.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from bot.rendering.parsing.lines import Line

BULLETS: Final = frozenset("-*+")


class Lean(NamedTuple):
    """A stretch of lines that lack indent: bullets below a number, and what belongs to them."""

    edge: int
    """Column; lines that begin here or further in are moved."""

    by: int
    """Columns that they are moved by."""


UPRIGHT: Final = Lean(1 << 30, 0)
"""No line is moved."""


@dataclass(slots=True)
class Lists:
    """The list items around the next line, as far as the indent tells."""

    marker: str = ""
    """Marker of the outermost list, "" outside of lists."""

    inner: int = 0
    """Column where the text of its last item begins."""

    levels: list[tuple[int, str]] = field(default_factory=list)
    """The items from the outside in: column where the content begins, and marker."""

    def enter(self, line: Line) -> None:
        """The line begins an item."""
        self.levels[self.depth_of(line) :] = [(line.at, line.marker)]
        if line.flush:
            self.marker, self.inner = line.marker, line.inner

    def depth_of(self, line: Line) -> int:
        """How many of the items the line is in."""
        return sum(column <= line.indent for column, _ in self.levels)

    def marker_at(self, depth: int) -> str:
        """The marker of the list that a further item of this depth goes on with, or ""."""
        if not depth:
            return self.marker
        return self.levels[depth][1] if depth < len(self.levels) else ""

    def excludes(self, line: Line) -> bool:
        """Whether the line is in no item, unless it goes on with a paragraph of one."""
        return line.margin < self.inner and (line.quote > 0 or not line.marker)

    def lean_of(self, line: Line) -> Lean:
        """How far the line has to be moved: bullets below a number are meant to be inside of it."""
        depth = self.depth_of(line)
        is_bullet = not line.quote and line.indent and line.marker in BULLETS
        if not is_bullet or depth == len(self.levels):
            return UPRIGHT
        column, kind = self.levels[depth]
        return UPRIGHT if kind in BULLETS else Lean(line.indent, column - line.indent)
