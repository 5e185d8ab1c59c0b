"""Where a text is best cut in two: at a line's end, a sentence's, a clause's, between words.

A cut depends on nothing behind it but the one character that follows the room.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from bot.text.graphemes import cluster_start, is_inside

if TYPE_CHECKING:
    from collections.abc import Iterator

LOOK_BACK: Final = 64
"""Characters that a grapheme may have before it is cut like any other text."""

_CLOSING: Final = "[」』）】〉》〕］｝)\\]}”’\"'»]*"
_INSIDE: Final = "inside"
"""The group of marks inside of a word. They are found as well, so that each is looked at once."""
_CUTS: Final = (
    re.compile(r"\n"),
    re.compile(rf"[。．！？…‥｡]+{_CLOSING}|[.!?]+{_CLOSING}(?:(?=\s)|(?P<inside>))"),
    re.compile(r"[、，；：､]|[,;:](?=\s)"),
    re.compile(r"\s"),
)


def cut(text: str, room: int, least: int | None = None) -> int:
    """Where to cut `text` so that at most `room` characters come before, and more than `least`.

    `least` is three fifths of the room when not given. The length when nothing has to be cut. Only
    where there is no better place than within a very long grapheme it may be less than `least`.
    """
    if len(text) <= room:
        return len(text)
    least = room * 3 // 5 if least is None else min(least, room - 1)
    for pattern in _CUTS:
        for place in reversed([*_ends(pattern, text, least, room)]):
            if not is_inside(text, place):
                return place
    return grapheme_floor(text, room) or room


def grapheme_floor(text: str, at: int) -> int:
    """The last border between two graphemes that is not behind `at`."""
    at = min(at, len(text))
    if not is_inside(text, at):
        return at
    start = cluster_start(text, at)
    return start if at - start < LOOK_BACK else at


def _ends(pattern: re.Pattern[str], text: str, least: int, room: int) -> Iterator[int]:
    # The character behind the room is looked at: white space there ends what is before it.
    for found in pattern.finditer(text, least, room + 1):
        end = found.end()
        if end > room and found[0].isspace():
            end = room
        if least < end <= room and found.lastgroup != _INSIDE:
            yield end
