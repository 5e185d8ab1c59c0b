"""Lines that models put too far to the left, and by how many columns they have to be moved.

Models often forget the indent of code inside a list item, and give bullets below a number less
indent than CommonMark wants.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

from bot.rendering.parsing.lines import read


@dataclass(slots=True)
class Fence:
    """An open block of code or math."""

    marks: str
    """What opened it, such as three backticks."""

    column: int
    """Column of these marks; its lines should begin there or further in."""

    quoted: bool
    """Whether it is in a block quote, and ends with that."""

    shift: int | None = None
    """Columns that its lines are moved by; None until its first line is known."""

    def lacking(self, raw: str) -> int:
        """Columns that the line lacks to begin where the marks do."""
        lead = raw[: len(raw) - len(raw.lstrip(" \t"))]
        return max(0, self.column - len(lead.expandtabs(4)))

    def moved(self, raw: str) -> str:
        """The line, moved to where it belongs."""
        bare = raw.lstrip(" \t")
        if self.quoted or not self.column or not bare:
            return raw
        if read(raw).closes(self.marks, quoted=self.quoted):
            return " " * self.column + bare
        shift = self.lacking(raw) if self.shift is None else self.shift
        return " " * shift + raw.expandtabs(4) if shift else raw


class Lean(NamedTuple):
    """A stretch of lines that lack indent: bullets below a number, and what belongs to them."""

    edge: int
    """Column; lines that begin here or further in are moved."""

    by: int
    """Columns that they are moved by."""


UPRIGHT: Final = Lean(1 << 30, 0)
"""No line is moved."""
