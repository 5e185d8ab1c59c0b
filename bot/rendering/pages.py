"""A growing answer → the parts it is shown in. A closed part never changes."""

from __future__ import annotations

import re

from bot.rendering.escape import escape, open_fence

BUDGET = 9_000
"""Units a part may hold: Slack counts 13,200 in a message's blocks, more than we can see."""

BLOCKS = 40
"""Slack expands Markdown into at most 50 blocks; a heading, a rule or a table is one each."""

# Only whole lines count: then units never shrink while a line grows, and cuts stay where they are.
_BLOCK = re.compile(
    r"^(?:#{1,6} [^\n]*|[-*_]{3,}[ \t]*|\|?(?=[ :]*-)[ :|-]+|(?:`{3}|~{3})[^\n]*)\n", re.MULTILINE
)
_HEADING = re.compile(r"^#{1,6} [^\n]*\n", re.MULTILINE)
FENCE = 60
"""Characters of a code block's opening line that are repeated where it goes on."""

_SPECIAL = re.compile(r"[&<>]")
_SENTENCE = re.compile(r"[。．！？!?…][」』）)”\"']?|\.(?=\s)")  # noqa: RUF100 - Japanese
_CUTS = (
    re.compile(r"\n"),
    _SENTENCE,
    re.compile(r"[、，；：,;:](?=\s|[^\x00-\x7f])"),
    re.compile(r"\s"),
)
_JOINED = re.compile(r"[\u200d\ufe00-\ufe0f\u0300-\u036f\u3099\u309a\U0001f3fb-\U0001f3ff]")


class Pages:
    """Cuts one answer into parts. Feed it the whole text each time; it looks at the open end only.

    Where to cut depends on nothing behind the cut, so the parts are the same however the text
    came in.
    """

    def __init__(self, budget: int = BUDGET) -> None:
        self._budget = budget
        self._closed: list[str] = []
        self._fence = ""
        self._at = 0

    def parts(self, text: str) -> list[str]:
        """The parts of `text`, escaped for a Markdown block; all but the last are closed.

        `text` must begin with what was passed before. Empty when there is nothing to show.
        """
        while cut := self._cut(text):
            self._close(text[self._at : cut])
            self._at = cut
        tail = text[self._at :]
        return [*self._closed, self._shown(tail)] if tail.strip() else list(self._closed)

    def _close(self, source: str) -> None:
        if source.strip():
            self._closed.append(self._shown(source))
        self._fence = open_fence(source, self._fence)[:FENCE]

    def _shown(self, source: str) -> str:
        """With the code block it begins in opened again, and the one it ends in closed."""
        opened = f"{self._fence}\n{source}" if self._fence else source
        unclosed = open_fence(opened)
        closed = f"{opened.rstrip()}\n{_closing(unclosed)}" if unclosed else opened
        return escape(closed.strip("\n"))

    def _cut(self, text: str) -> int:
        """Where the open part must end, or 0 while all of `text` fits."""
        budget = self._budget - len(self._fence)
        tail = text[self._at : self._at + budget + 1]
        room = _fitting(tail, budget)
        return self._at + _natural(tail, room) if room < len(tail) else 0


def _closing(fence: str) -> str:
    """The line that closes it: in a list item it must stand as far in as the item's text."""
    mark = fence.lstrip(" \t>-*+.)0123456789")
    before = re.sub(r"[^>]", " ", fence[: len(fence) - len(mark)])
    return (before + mark[: len(mark) - len(mark.lstrip(mark[0]))])[:FENCE]


def units(text: str) -> int:
    """What Slack counts, estimated: entities at their length, headings as it was seen to."""
    return (
        len(text)
        + 4 * len(_SPECIAL.findall(text))
        + 130 * len(_HEADING.findall(text))
        + 40 * len(_BLOCK.findall(text))
    )


def _fits(text: str, budget: int) -> bool:
    return units(text) <= budget and len(_BLOCK.findall(text)) <= BLOCKS


def _fitting(tail: str, budget: int) -> int:
    """The length of the longest beginning of `tail` that fits (bisection: units only grow)."""
    if _fits(tail, budget):
        return len(tail)
    low, high = 0, len(tail)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _fits(tail[:middle], budget) else (low, middle)
    return max(low, 1)


def _natural(tail: str, room: int) -> int:
    """The best place to cut in the last two fifths of the room: line, sentence, clause, word."""
    for pattern in _CUTS:
        ends = [match.end() for match in pattern.finditer(tail, room * 3 // 5, room)]
        if ends:
            return ends[-1]
    return _between_graphemes(tail, room)


def _between_graphemes(tail: str, room: int) -> int:
    cut = room
    while cut > 1 and (_JOINED.match(tail, cut) or tail[cut - 1] == "\u200d"):
        cut -= 1
    return cut
