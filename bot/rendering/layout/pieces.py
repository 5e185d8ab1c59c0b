"""A flow, from a place in it on → the pieces in which it is shown.

Most flows are one piece. What is too large for messages ends with a pointer to its file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.rendering.flow import Code, Rule, Table
from bot.rendering.layout.cuts import grapheme_floor
from bot.rendering.layout.grid import Grid
from bot.rendering.layout.halves import after
from bot.rendering.layout.piece import Piece, lines, pointing
from bot.text.runs import text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.rendering.layout.frame import PartLimits
    from bot.rendering.layout.halves import Text
    from bot.rendering.layout.piece import Whole

LAST_LINE: Final = 500
"""Characters that the last line shown of a long code block may have beyond the limit."""


def pieces(whole: Whole, offset: int, limits: PartLimits, budget: int) -> Iterator[Piece]:
    """What is shown of the flow from `offset` on; nothing where there is only white space."""
    match whole.flow:
        case Rule():
            return iter([Piece(whole.flow, 0, 1)] if not offset else [])
        case Code():
            return _code(whole, whole.flow, offset, limits)
        case Table():
            return Grid(whole, whole.flow, limits, budget).pieces(offset)
        case text:
            return _text(text, offset, whole.skipped)


def _text(flow: Text, offset: int, skipped: int) -> Iterator[Piece]:
    if not offset:
        yield Piece(flow, 0, sum([len(run.text) for run in flow.runs]))
        return
    text = text_of(flow.runs)
    rest = text[offset - skipped :]
    at = len(text) - len(rest.lstrip())
    if at < len(text):
        yield Piece(after(flow, at), skipped + at, skipped + len(text))


def _code(whole: Whole, code: Code, offset: int, limits: PartLimits) -> Iterator[Piece]:
    end, sure = _shown(code.text, limits.block) if limits.files else (len(code.text), False)
    yield from lines(code, code.text[:end], offset)
    if len(code.text) > limits.block and limits.files and (sure or whole.over):
        yield from pointing(whole, code, end, offset)


def _shown(text: str, most: int) -> tuple[int, bool]:
    """How much of long code is shown, and whether that will not become more.

    The line that crosses the limit is shown as a whole, since its beginning has been already.
    """
    newline = text.find("\n", most, most + LAST_LINE)
    if newline >= 0:
        return newline, True
    if len(text) <= most + LAST_LINE:
        return len(text), False
    return grapheme_floor(text, most + LAST_LINE), True
