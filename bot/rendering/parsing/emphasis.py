"""Emphasis of CommonMark, with an amendment for scripts that put no spaces between words.

The amendment: where a run of markers stands beside a character of such a script, that character
counts as white space does when the other side is punctuation. It is that of the CommonMark
CJK-friendly Amendments, section 6.2, and holds for Thai, Khmer, Tibetan and their like, too. Some
of these mark the ends of words with a space of no width, which counts as what it stands beside.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final
from unicodedata import category

from bot.rendering.parsing.patience import SPAN, STRONG
from bot.text.joiners import ZERO_WIDTH_SPACE
from bot.text.runs import BOLD, ITALIC, STRIKE
from bot.text.scripts import is_unspaced

if TYPE_CHECKING:
    from collections.abc import Iterable

_QUOTES: Final = frozenset("\u2018\u2019\u201c\u201d")
_FULLWIDTH: Final = "\ufe01"

_SPACE, _PUNCTUATION, _UNSPACED = 1, 2, 4


@dataclass(slots=True, eq=False)
class Delimiter:
    """A run of one marker: `*`, `_` or `~~`. The fields from `left` on are set by `pair`."""

    mark: str
    """The marker, one character."""

    length: int
    """How many markers the run has."""

    opens: bool
    closes: bool
    at: int = 0
    """Index of its first marker."""

    left: int = 0
    """Markers that belong to nothing; they are text between what closes and what opens here."""

    reach: int = 0
    """Index after the last run that closes what is opened here; 0 if none does."""

    closes_styles: tuple[int, ...] = ()
    """Styles that end here."""

    opens_styles: tuple[int, ...] = ()
    """Styles that begin here."""

    def __post_init__(self) -> None:
        self.left = self.length

    @property
    def end(self) -> int:
        """Index of the first character after the run."""
        return self.at + self.length

    @property
    def patience(self) -> int:
        """Characters to wait for a run that closes it."""
        return STRONG if self.mark == "*" and self.left > 1 else SPAN


def flanks(text: str, begin: int, end: int) -> tuple[bool, bool]:
    """Whether the run of markers `text[begin:end]` can open emphasis, and whether close it."""
    before = _kind_before(text, begin)
    after = _kind_after(text, end)
    if (before | after) & _SPACE:
        return not after & _SPACE, not before & _SPACE
    opens, closes = bool(before & _PUNCTUATION), bool(after & _PUNCTUATION)
    if text[begin] == "_":
        return opens, closes
    unspaced = bool((before | after) & _UNSPACED)
    return opens or unspaced or not closes, closes or unspaced or not opens


@lru_cache(maxsize=4096)
def _kind(character: str) -> int:
    general = category(character)
    space = general == "Zs" or character in "\t\n\f\r"
    punctuation = general[0] in "PS"
    return _SPACE * space | _PUNCTUATION * punctuation | _UNSPACED * is_unspaced(character)


def _kind_after(text: str, at: int) -> int:
    """The kind of the character at `at`; the edge of the text counts as space."""
    kind = _kind(text[at]) if at < len(text) else _SPACE
    if text[at : at + 1] == ZERO_WIDTH_SPACE and at + 1 < len(text):
        return kind | _kind(text[at + 1]) & _UNSPACED
    return kind


def _kind_before(text: str, at: int) -> int:
    """The kind of the character before `at`, skipping a variation selector."""
    last = text[at - 1] if at else " "
    if last == ZERO_WIDTH_SPACE and at > 1:
        return _kind(text[at - 2]) & _UNSPACED
    if "\U000e0100" <= last <= "\U000e01ef":
        return _UNSPACED
    if not "\ufe00" <= last <= "\ufe0e" or at < 2:
        return _kind(last)
    main = text[at - 2]
    if last == _FULLWIDTH and main in _QUOTES:
        return _PUNCTUATION | _UNSPACED
    return _kind(last if _kind(main) & _SPACE else main)


def pair(delimiters: Iterable[Delimiter]) -> list[Delimiter]:
    """Finds the opener of every closer; returns the openers that a later closer may close.

    The algorithm of CommonMark's appendix, "process emphasis"; linear in the number of delimiters.
    """
    openers: list[tuple[int, Delimiter]] = []
    failed: dict[tuple[str, bool, int], int] = {}
    for index, delimiter in enumerate(delimiters):
        if delimiter.closes:
            _close(index, delimiter, openers, failed)
        if delimiter.opens and delimiter.left:
            openers.append((index, delimiter))
    return [delimiter for _, delimiter in openers]


def _close(
    index: int,
    closer: Delimiter,
    openers: list[tuple[int, Delimiter]],
    failed: dict[tuple[str, bool, int], int],
) -> None:
    """Pairs as many markers of `closer` as there are openers for.

    `failed` maps a kind of closer to the index up to which no opener for it exists. Without it, the
    search would be quadratic in the number of delimiters.
    """
    kind = (closer.mark, closer.opens, closer.length % 3)
    while closer.left:
        floor, at = failed.get(kind, -1), len(openers) - 1
        while at >= 0 and openers[at][0] > floor and not _match(openers[at][1], closer):
            at -= 1
        if at < 0 or openers[at][0] <= floor:
            failed[kind] = index - 1
            return
        del openers[at + 1 :]
        _join(openers[at][1], closer)
        if not openers[at][1].left:
            openers.pop()


def _match(opener: Delimiter, closer: Delimiter) -> bool:
    if opener.mark != closer.mark:
        return False
    either = opener.closes or closer.opens
    odd = (opener.length + closer.length) % 3 == 0 and opener.length % 3 != 0
    return closer.mark == "~" or not (either and odd)


def _join(opener: Delimiter, closer: Delimiter) -> None:
    count = 2 if min(opener.left, closer.left) >= 2 else 1
    style = STRIKE if closer.mark == "~" else (ITALIC, BOLD)[count - 1]
    opener.left -= count
    closer.left -= count
    opener.reach = closer.end
    opener.opens_styles += (style,)
    closer.closes_styles += (style,)
