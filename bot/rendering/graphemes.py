"""Which characters belong together: the grapheme clusters of UAX #29, as far as cutting needs.

Where this differs from the standard it joins more, never less: a place that it gives is a border
there, too.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

ZWJ: Final = "\u200d"

_CONTROL: Final = frozenset({"Cc", "Zl", "Zp"})
_MARKS: Final = frozenset({"Mn", "Me", "Mc"})
_EXTENDS: Final = re.compile(
    "[\u200c\u200d\uff9e\uff9f\u0e33\u0eb3\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]"
)
"""What is part of the character before it though no mark: joiners, voicing, skin tones, tags."""

_PREPENDED: Final = re.compile(
    "[\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u0d4e\U000110bd\U000110cd\U000111c2\U000111c3"
    "\U0001193f\U00011941\U00011a3a\U00011a84-\U00011a89\U00011d46\U00011f02]"
)
_VIRAMAS: Final = frozenset(
    "\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d\u0dca\u1039\u17d2\u1a60\u1b44\u1bab"
    "\ua9c0\uaaf6\U00011133\U000113d0"
)
"""What joins a consonant to the one before, with marks in between or without."""
LOOK_BACK: Final = 32

_LEADING = re.compile("[\u1100-\u115f\ua960-\ua97c]")
_VOWEL = re.compile("[\u1160-\u11a7\ud7b0-\ud7c6]")
_TRAILING = re.compile("[\u11a8-\u11ff\ud7cb-\ud7fb]")
_SYLLABLE = re.compile("[\uac00-\ud7a3]")
_TRAILS: Final = 28
"""So many syllables in a row share their first two letters; the first of them has no third."""


def is_inside(text: str, at: int) -> bool:
    """Whether the characters on both sides of `at` belong together."""
    if not 0 < at < len(text):
        return False
    before, after = text[at - 1], text[at]
    if before == "\r" and after == "\n":
        return True
    if after < "\u0300" or {*map(unicodedata.category, (before, after))} & _CONTROL:
        return before == ZWJ or _PREPENDED.match(before) is not None
    return (
        _extends(after)
        or before == ZWJ
        or _PREPENDED.match(before) is not None
        or _is_hangul(before, after)
        or _is_flag(text, at)
        or _is_conjunct(text, at)
    )


def _extends(char: str) -> bool:
    return unicodedata.category(char) in _MARKS or _EXTENDS.match(char) is not None


def _is_hangul(before: str, after: str) -> bool:
    if _LEADING.match(before):
        return any(kind.match(after) for kind in (_LEADING, _VOWEL, _SYLLABLE))
    open_syllable = _SYLLABLE.match(before) and not (ord(before) - 0xAC00) % _TRAILS
    if _VOWEL.match(before) or open_syllable:
        return any(kind.match(after) for kind in (_VOWEL, _TRAILING))
    return bool(_TRAILING.match(after) and (_TRAILING.match(before) or _SYLLABLE.match(before)))


def _is_flag(text: str, at: int) -> bool:
    """Two letters make a flag: an odd number of them before one means that it is the second."""
    if not "\U0001f1e6" <= text[at] <= "\U0001f1ff":
        return False
    start = at
    while start and "\U0001f1e6" <= text[start - 1] <= "\U0001f1ff":
        start -= 1
    return (at - start) % 2 == 1


def _is_conjunct(text: str, at: int) -> bool:
    if unicodedata.category(text[at]) not in {"Lo", "Lm"}:
        return False
    for place in range(at - 1, max(-1, at - LOOK_BACK), -1):
        if text[place] in _VIRAMAS:
            return True
        if not _extends(text[place]):
            break
    return False
