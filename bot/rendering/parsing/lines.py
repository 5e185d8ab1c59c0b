"""What one line of Markdown is: the containers at its beginning, then its kind.

A line is read alone. What the lines above make of it is decided in `regions`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

LONGEST: Final = 400
"""Characters after which a line is no heading, no fence and no header of a table: it is text."""

DEEPEST: Final = 8
"""Quotes and list markers that may open on one line; list levels by indent, twice as many."""

_QUOTE: Final = re.compile(r"[ \t]*>")
_MARKER: Final = re.compile(r"([-*+]|\d{1,9}[.)])(?:[ \t]+|$)")
_RULE: Final = re.compile(r"(?:\*[ \t]*){3,}$|(?:-[ \t]*){3,}$|(?:_[ \t]*){3,}$")
_HEADING: Final = re.compile(r"#{1,6}(?:[ \t]|$)")
_FENCE: Final = re.compile(r"(`{3,})[^`]*$|(~{3,}).*$")
_DELIMITERS: Final = re.compile(r"\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*\Z")
_MAY_DELIMIT: Final = re.compile(r"[ \t:|-]*$")
_CODE: Final = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)")
_PIPE: Final = re.compile(r"(?<!\\)\|")
_UNDECIDED: Final = re.compile(
    r"(?:>[ \t]*)*"
    r"(?:[-*+]|\d{1,9}[.)]?|\$\$?.*|\\\[.*|#{1,6}(?:[ \t].*)?|`{3,}[^`]*|`{1,2}|~{3}.*|~{1,2}"
    r"|[-*_][-*_ \t]*|\[[ xX]?\]?|\\)?[ \t]*$"
)
TASK: Final = re.compile(r"\[([ xX])\](?:[ \t]+|$)")
"""The box of a task, with which the text of a list item may begin."""

MATH_FENCES: Final = {"$$": "$$", "\\[": "\\]"}
"""What opens display math → what closes it."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line without its end. Columns are indexes of `text`."""

    text: str
    quote: int
    """Block quotes around it."""

    indent: int
    """Characters between the block quote, or the edge, and the first list marker or the content."""

    marker: str
    """Last character of its first list marker, which is the kind of its list; "" for none."""

    interrupts: bool
    """Whether that marker may end a paragraph above it (CommonMark, "list items")."""

    at: int
    """Column where the content begins, after all quotes and list markers."""

    lead: int
    """Column where the text inside the block quote begins."""

    inner: int = 0
    """Column where the text of its first list item begins; 0 if there is none."""

    flat: bool = False
    """Whether nothing can begin on it, because it goes on with a paragraph."""

    def unmarked(self) -> Line:
        """The same line if no list can begin on it: the list markers are text."""
        return replace(self, marker="", interrupts=False, at=self.lead)

    def flattened(self) -> Line:
        """The same line if nothing can begin on it."""
        margin = self.margin
        return Line(self.text, 0, margin, "", interrupts=False, at=margin, lead=margin, flat=True)

    @property
    def margin(self) -> int:
        """Characters of white space at its beginning."""
        return _skip(self.text, 0)

    @property
    def content(self) -> str:
        return self.text[self.at :]

    @property
    def text_at(self) -> int:
        """Column where the text of its paragraph begins: after the box of a task."""
        task = TASK.match(self.content) if self.marker else None
        return self.at + task.end() if task else self.at

    @property
    def blank(self) -> bool:
        """Whether it is empty, apart from the marks of block quotes."""
        return not self.content.strip() and not self.marker

    @property
    def flush(self) -> bool:
        """Whether it begins at the edge of the page, in no block quote."""
        return not self.quote and not self.indent

    @property
    def heading(self) -> bool:
        return not self.flat and _HEADING.match(self.content) is not None

    @property
    def rule(self) -> bool:
        return not self.flat and _RULE.match(self.content) is not None

    @property
    def fence(self) -> str:
        """The marks of a code block or of display math that opens here, or ""."""
        if self.flat:
            return ""
        if self.content.strip() in MATH_FENCES:
            return self.content.strip()
        found = _FENCE.match(self.content)
        return (found[1] or found[2]) if found else ""

    @property
    def is_block(self) -> bool:
        """Whether it is a heading, or opens a block of code or math."""
        return self.heading or bool(self.fence)

    @property
    def piped(self) -> bool:
        """Whether it may be the header of a table: it has a pipe outside of code."""
        return (
            "|" in self.content and len(self.text) < LONGEST and "|" in _CODE.sub("", self.content)
        )

    @property
    def delimits(self) -> bool:
        """Whether it is a delimiter row, the line below the header of a table."""
        return "-" in self.content and not self.flat and _DELIMITERS.match(self.content) is not None

    @property
    def may_delimit(self) -> bool:
        """Whether it may become a delimiter row when more of it has arrived."""
        return _MAY_DELIMIT.match(self.content) is not None

    @property
    def undecided(self) -> bool:
        """Whether it is too short to tell what kind of line it will be."""
        return len(self.text) < LONGEST and _UNDECIDED.match(self.content) is not None

    def closes(self, fence: str, *, quoted: bool = False) -> bool:
        """Whether it closes the block of code or math that `fence` opened."""
        bare = self._inside(quoted=quoted)
        if fence in MATH_FENCES:
            return bare.endswith(MATH_FENCES[fence])
        return len(bare) >= len(fence) and bare == fence[0] * len(bare)

    def may_close(self, fence: str, *, quoted: bool = False) -> bool:
        """Whether it may close that block when more of it has arrived."""
        if fence in MATH_FENCES:
            return len(self.text) < LONGEST
        bare = self._inside(quoted=quoted)
        return bare == fence[0] * len(bare)

    def _inside(self, *, quoted: bool) -> str:
        """Its text as a line of the block; `>` is part of that unless the block is quoted."""
        return (self.text[self.lead :] if quoted else self.text).strip()

    @property
    def cells(self) -> int:
        """Number of cells it has as a row of a table."""
        return len(_PIPE.findall(self.content.strip().strip("|"))) + 1


def read(text: str) -> Line:
    """Reads a line: the quotes and list markers at its beginning, and what comes after them."""
    at = quote = 0
    while found := _QUOTE.match(text, at):
        at, quote = found.end(), quote + 1
    edge = at + (1 if quote and text[at : at + 1] == " " else 0)
    at = lead = _skip(text, edge)
    first = None
    while (found := _MARKER.match(text, at)) and not _RULE.match(text, at):
        first = first or found
        at = found.end()
    if first is None:
        return Line(text, quote, lead - edge, "", interrupts=False, at=at, lead=lead)
    inner = max(first.end(), first.end(1) + 1)
    return Line(text, quote, lead - edge, first[1][-1], _interrupts(first), at, lead, inner)


def _interrupts(marker: re.Match[str]) -> bool:
    """Whether the item is not empty, and has the number 1 if it has a number."""
    number = marker[1][:-1]
    return marker.end() < len(marker.string) and (not number or int(number) == 1)


def _skip(text: str, at: int) -> int:
    return len(text) - len(text[at:].lstrip(" \t"))


def decided_end(text: str) -> int:
    """The length of `text` without its last line if that is empty or undecided."""
    start = text.rfind("\n") + 1
    line = read(text[start:])
    return start if not line.content.strip() or line.undecided else len(text)


def shallow(text: str) -> str:
    """The line with at most `DEEPEST` containers, so that parsing is cheap; the rest is text."""
    bare = text.lstrip(" \t")
    lead = text[: len(text) - len(bare)].expandtabs(4)
    text = lead[: 4 * DEEPEST] + bare
    at = count = 0
    while found := _QUOTE.match(text, at) or _MARKER.match(text, _skip(text, at)):
        count += 1
        if count > DEEPEST:
            return f"{text[: _skip(text, at)]}\\{text[_skip(text, at) :]}"
        at = found.end()
    return text


def tame(text: str) -> str:
    """The line, made a paragraph if it is too long for the heading or fence that it begins as."""
    line = read(text)
    if len(text) > LONGEST and (line.heading or line.fence or _FENCE.match(line.content[:LONGEST])):
        return f"{text[: line.at]}\\{line.content}"
    return text
