"""Pieces of a text → runs: delimiters and tags are paired, and turn styles on and off."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from bot.rendering.parsing.emphasis import Delimiter, pair
from bot.rendering.parsing.tags import Tag, pair_tags
from bot.text.runs import BOLD, CODE, ITALIC, PLAIN, STRIKE, Run, merged

if TYPE_CHECKING:
    from collections.abc import Iterable

StyleMark = Delimiter | Tag
Piece = Run | StyleMark
CloseStyles = Callable[[list[StyleMark], list[StyleMark]], None]


def flat(pieces: list[Piece], close: CloseStyles | None = None) -> list[Run]:
    """The runs of the pieces, each in the styles that are on around it.

    `close` is called with all marks and those still open, for a text that broke off.
    """
    if marks := marks_of(pieces):
        still_open = pair_marks(marks)
        if close:
            close(marks, still_open)
    styles = _Styles()
    return merged(run for piece in pieces if (run := styles.of(piece)))


def marks_of(pieces: list[Piece]) -> list[StyleMark]:
    """The delimiters and tags among the pieces."""
    return [piece for piece in pieces if not isinstance(piece, Run)]


def pair_marks(marks: list[StyleMark]) -> list[StyleMark]:
    """Finds which marks open and close a style; returns those that a later one may close."""
    return [
        *pair(mark for mark in marks if isinstance(mark, Delimiter)),
        *pair_tags(mark for mark in marks if isinstance(mark, Tag)),
    ]


class _Styles:
    """The styles that are on at a place. They may overlap, since tags and emphasis may."""

    def __init__(self) -> None:
        self._counts = dict.fromkeys((BOLD, ITALIC, STRIKE, CODE), 0)
        self._now = PLAIN

    def of(self, piece: Piece) -> Run | None:
        """What is read of the piece, if anything; then applies what it turns on or off."""
        if isinstance(piece, Run):
            return piece._replace(style=piece.style | self._now) if self._now else piece
        if isinstance(piece, Tag):
            if piece.paired:
                self._turn((piece.style,), -1 if piece.closes else 1)
            return Run(piece.text, self._now)
        self._turn(piece.closes_styles, -1)
        left = Run(piece.mark * piece.left, self._now) if piece.left else None
        self._turn(piece.opens_styles, 1)
        return left

    def _turn(self, styles: Iterable[int], by: int) -> None:
        for style in styles:
            self._counts[style] += by
            if self._counts[style]:
                self._now |= style
            else:
                self._now &= ~style
