"""The block of code or math that is open, and how its lines have to be moved.

Models often put a Markdown document into a fence that is no longer than the fences inside of it.
So in a fence that says `markdown`, a fence with a language begins a block of the document, and the
next bare one ends that block. A bare fence that ends nothing may end the document or begin a block
of it without a language; it begins one between an empty line, or a colon, and a line with text.

For whoever parses the region, the marks of such a document are made longer than any inside of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from bot.rendering.parsing.lines import MATH_FENCES, read

if TYPE_CHECKING:
    from bot.rendering.parsing.lines import Line

LONGER: Final = 60
"""Marks that the fence of a document is made longer by."""

_DOCUMENTS: Final = frozenset(("markdown", "md", "mdx"))
_INNER: Final = re.compile(r"(?:[-*+]|\d{1,9}[.)])?[ \t]*(`{3,}|~{3,})[ \t]*([^`]*)$")
_LEADS: Final = re.compile(r"(?:.*[:：])?\s*$")
"""A line below which a block of code may begin: an empty one, or one that ends in a colon."""


def says_document(line: Line) -> bool:
    """Whether the fence that opens here says that a Markdown document is inside."""
    marks = line.fence
    if not marks or marks in MATH_FENCES:
        return False
    return _says_document(line.content[len(marks) :])


def _says_document(info: str) -> bool:
    return next(iter(info.split()), "").strip("{}.").lower() in _DOCUMENTS


def lengthened(line: Line) -> str:
    """The line; if it opens a document, with marks that nothing inside of that closes."""
    if not says_document(line):
        return line.text
    return line.text[: line.at] + line.fence[0] * LONGER + line.content


def opener_of(line: Line) -> str:
    """The line that opens a block of code or math, with blanks in place of list markers."""
    if "\t" in line.text[: line.at]:
        return ""
    return line.text[: line.lead] + " " * (line.at - line.lead) + line.content


@dataclass(slots=True)
class Fence:
    """An open block of code or math."""

    marks: str
    """What opened it, such as three backticks; of a document, as it was lengthened."""

    column: int
    """Column of these marks; its lines should begin there or further in."""

    quoted: bool
    """Whether it is in a block quote, and ends with that."""

    opener: str = ""
    """A line that opens it where the containers of its first line are open already; "" if there is
    none."""

    size: int = 0
    """Characters of its lines in the open region."""

    document: bool = False
    """Whether it holds a Markdown document with fences of its own."""

    shift: int | None = None
    """Columns that its lines are moved by; None until its first line is known."""

    inner: list[tuple[str, bool]] = field(default_factory=list)
    """Blocks that are open in the document, from the outside in: marks, and whether that is a
    document, too."""

    above: str = "x"
    """The last line of the document."""

    @property
    def is_math(self) -> bool:
        """Whether it is a formula."""
        return self.marks in MATH_FENCES

    def may_go_on(self, raw: str, before: str) -> bool:
        """Whether the block may be cut in two before the line `raw`, which follows `before`.

        Empty lines at the ends of a block are lost, and spaces at those of a formula.
        """
        if self.is_math and not (raw == raw.strip() and before == before.strip()):
            return False
        return bool(self.opener and raw.strip(" \t>") and before.strip(" \t>"))

    @property
    def written(self) -> str:
        """The marks as the model wrote them."""
        return self.marks[LONGER:] if self.document else self.marks

    def closed_by(self, line: Line) -> bool:
        """Whether the line is its end."""
        return not self.inner and line.closes(self.written, quoted=self.quoted)

    def may_open(self, line: Line) -> bool:
        """Whether the line that would close the document may begin a block of it instead."""
        return self.document and self.closed_by(line) and _LEADS.match(self.above) is not None

    def opens(self, following: str) -> bool:
        """Whether a line that may open a block does so before the line `following`."""
        found = _INNER.match(following.strip())
        return bool(following.strip()) and not (found and found[2])

    def enter(self) -> None:
        """A block without a language begins in the document."""
        self.inner.append((self.written, False))

    def note(self, line: Line) -> None:
        """A line of the document, which may begin or end a block of it."""
        self.above = line.text[line.lead :] if self.quoted else line.text
        found = _INNER.match(self.above.strip())
        if not found or found[1][: len(self.written)] != self.written:
            return
        marks, info = found[1], found[2].strip()
        inside, is_document = self.inner[-1] if self.inner else (self.written, True)
        if info and is_document:
            self.inner.append((marks, _says_document(info)))
        elif self.inner and not info and marks.startswith(inside):
            self.inner.pop()

    def lacking(self, raw: str) -> int:
        """Columns that the line lacks to begin where the marks do."""
        lead = raw[: len(raw) - len(raw.lstrip(" \t"))]
        return max(0, self.column - len(lead.expandtabs(4)))

    def moved(self, raw: str) -> str:
        """The line, moved to where it belongs."""
        bare = raw.lstrip(" \t")
        closes = bool(bare) and self.closed_by(line := read(raw))
        if closes and self.document:
            begin = line.text[: line.lead] if self.quoted else " " * self.column
            return begin + self.marks
        if self.quoted or not self.column or not bare:
            return raw
        if closes:
            return " " * self.column + bare
        shift = self.lacking(raw) if self.shift is None else self.shift
        return " " * shift + raw.expandtabs(4) if shift else raw
