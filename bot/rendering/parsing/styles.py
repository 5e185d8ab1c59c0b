"""Pieces of text and what stands between them → runs, each in the styles that are on around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.rendering.flow import BOLD, CODE, ITALIC, PLAIN, STRIKE, Run
from bot.rendering.parsing.emphasis import Delimiter, pair
from bot.rendering.parsing.tags import Tag, pair_tags
from bot.rendering.runs import merged

if TYPE_CHECKING:
    from collections.abc import Iterable

Piece = Run | Delimiter | Tag


def flat(pieces: list[Piece]) -> list[Run]:
    """The runs that the pieces stand for, in the styles around them."""
    pair(piece for piece in pieces if isinstance(piece, Delimiter))
    pair_tags(piece for piece in pieces if isinstance(piece, Tag))
    styles = _Styles()
    return merged(run for piece in pieces if (run := styles.of(piece)))


class _Styles:
    """The styles that are on at a place; they may overlap, as HTML and emphasis can."""

    def __init__(self) -> None:
        self._counts = dict.fromkeys((BOLD, ITALIC, STRIKE, CODE), 0)
        self._now = PLAIN

    def of(self, piece: Piece) -> Run | None:
        """What of the piece is read; what it turns on or off holds from here on."""
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
