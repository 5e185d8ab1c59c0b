"""Lines that models put too far out: how far they have to be moved to stand where they belong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

from bot.rendering.parsing.lines import read


@dataclass(slots=True)
class Fence:
    """An open block of code or TeX: the marks that opened it, where they stand, if in a quote.

    `shift`: by how much its lines must be moved to stand as far in as the marks do; models often
    forget that in lists.
    """

    marks: str
    column: int
    quoted: bool
    shift: int | None = None

    def lacking(self, raw: str) -> int:
        """How many columns its first line is too far out."""
        lead = raw[: len(raw) - len(raw.lstrip(" \t"))]
        return max(0, self.column - len(lead.expandtabs(4)))

    def moved(self, raw: str) -> str:
        """The line where it ought to stand."""
        bare = raw.lstrip(" \t")
        if self.quoted or not self.column or not bare:
            return raw
        if read(raw).closes(self.marks, quoted=self.quoted):
            return " " * self.column + bare
        shift = self.lacking(raw) if self.shift is None else self.shift
        return " " * shift + raw.expandtabs(4) if shift else raw


class Lean(NamedTuple):
    """Lines that begin at the column `edge` or behind it stand `by` columns too far out."""

    edge: int
    by: int


UPRIGHT: Final = Lean(1 << 30, 0)
