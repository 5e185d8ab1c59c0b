"""What one line of Markdown is, read from its beginning: what it stands in, and its kind."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

LONGEST: Final = 400
"""Characters of a line that may still become a heading, a fence, or the header of a table."""

DEEPEST: Final = 8
"""Quotes and list markers that may open on one line, and half the list levels that indent makes."""

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
    r"(?:[-*+]|\d{1,9}[.)]?|\$\$?.*|\\\[.*|#{1,6}(?:[ \t].*)?|`{3}[^`]*|`{1,2}|~{3}.*|~{1,2}"
    r"|[-*_][-*_ \t]*|\[[ xX]?\]?|\\)?[ \t]*$"
)
TASK: Final = re.compile(r"\[([ xX])\](?:[ \t]+|$)")
"""The box of a task, with which the text of a list item may begin."""

MATH: Final = {"$$": "$$", "\\[": "\\]"}


@dataclass(frozen=True, slots=True)
class Line:
    """A line without its end.

    `quote`: how many quotes it stands in. `indent`: characters before the first list marker or the
    content. `marker`: the kind of its first list marker, or "", and `interrupts`, whether that may
    end a paragraph. `at`: where the content begins, `lead`: where that which is in the quotes does,
    `inner`: where that of the first item does.
    """

    text: str
    quote: int
    indent: int
    marker: str
    interrupts: bool
    at: int
    lead: int
    inner: int = 0
    flat: bool = False

    def unmarked(self) -> Line:
        """The same line where a list cannot begin: its marks are text."""
        return replace(self, marker="", interrupts=False, at=self.lead)

    def flattened(self) -> Line:
        """The same line where nothing can begin: it goes on with a paragraph."""
        margin = self.margin
        return Line(self.text, 0, margin, "", interrupts=False, at=margin, lead=margin, flat=True)

    @property
    def margin(self) -> int:
        """The white space that it begins with."""
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
        """Nothing in it, though perhaps a quote around it."""
        return not self.content.strip() and not self.marker

    @property
    def flush(self) -> bool:
        """It begins at the very edge, in no quote."""
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
        if self.content.strip() in MATH:
            return self.content.strip()
        found = _FENCE.match(self.content)
        return (found[1] or found[2]) if found else ""

    @property
    def piped(self) -> bool:
        """It may be the header of a table."""
        return (
            "|" in self.content and len(self.text) < LONGEST and "|" in _CODE.sub("", self.content)
        )

    @property
    def delimits(self) -> bool:
        """It is the line below a table's header."""
        return "-" in self.content and not self.flat and _DELIMITERS.match(self.content) is not None

    @property
    def may_delimit(self) -> bool:
        """It may become that line."""
        return _MAY_DELIMIT.match(self.content) is not None

    @property
    def undecided(self) -> bool:
        """So far it may become anything."""
        return len(self.text) < LONGEST and _UNDECIDED.match(self.content) is not None

    def closes(self, fence: str, *, quoted: bool = False) -> bool:
        """It closes the block that was opened with these marks."""
        bare = self._inside(quoted=quoted)
        if fence in MATH:
            return bare.endswith(MATH[fence])
        return len(bare) >= len(fence) and bare == fence[0] * len(bare)

    def may_close(self, fence: str, *, quoted: bool = False) -> bool:
        """It may become the line that does."""
        if fence in MATH:
            return len(self.text) < LONGEST
        bare = self._inside(quoted=quoted)
        return bare == fence[0] * len(bare)

    def _inside(self, *, quoted: bool) -> str:
        """What stands in the block: marks of quotes are code, unless it is in a quote itself."""
        return (self.text[self.lead :] if quoted else self.text).strip()

    @property
    def cells(self) -> int:
        """How many cells it has as a row."""
        return len(_PIPE.findall(self.content.strip().strip("|"))) + 1


def read(text: str) -> Line:
    """Reads the containers that a line opens or goes on in."""
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
    """An item with something in it, and if it has a number, that is one."""
    number = marker[1][:-1]
    return marker.end() < len(marker.string) and (not number or int(number) == 1)


def _skip(text: str, at: int) -> int:
    return len(text) - len(text[at:].lstrip(" \t"))


def decided_end(text: str) -> int:
    """The length without a last line that would look like something else if it ended there."""
    start = text.rfind("\n") + 1
    line = read(text[start:])
    return start if not line.content.strip() or line.undecided else len(text)


def shallow(text: str) -> str:
    """The line with its containers bounded, so that parsing it is: deeper marks are text."""
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
    """A line that is too long for what it begins as: then it is a paragraph."""
    line = read(text)
    if len(text) > LONGEST and (line.heading or line.fence or _FENCE.match(line.content[:LONGEST])):
        return f"{text[: line.at]}\\{line.content}"
    return text
