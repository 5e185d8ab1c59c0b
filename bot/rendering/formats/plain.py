"""Flows → text without markup: the `text` of a message, for notifications and screen readers."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Final

from bot.rendering.flow import Code, Heading, Item, Paragraph, Table
from bot.text.cuts import grapheme_floor
from bot.text.joiners import escaped
from bot.text.runs import text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bot.rendering.flow import Flow
    from bot.text.runs import Run

LIMIT: Final = 3_000
"""Bytes of UTF-8. `chat.update` refuses a `text` of more than 4,000, even beside blocks."""

_MORE: Final = "…"


def plain(flows: Iterable[Flow], limit: int = LIMIT) -> str:
    """The text of `flows`, escaped for Slack and cut to at most `limit` (3 or more) bytes of UTF-8.

    Its cost depends on `limit`, not on how long the answer is.
    """
    # A character is a byte at least, so `limit` of them and one more tell all there is to know.
    beginning = "".join(_beginning(flows, limit + 1))
    text = beginning.strip()
    is_all = len(beginning) <= limit
    return fallback(text, limit) if is_all else _shortened(text, limit - _bytes(_MORE))


def fallback(text: str, limit: int = LIMIT) -> str:
    """The text, escaped and cut in the same way."""
    whole = escaped(text)
    return whole if _bytes(whole) <= limit else _shortened(text, limit - _bytes(_MORE))


def _beginning(flows: Iterable[Flow], wanted: int) -> Iterator[str]:
    for piece in _pieces(flows):
        yield piece[:wanted]
        wanted -= len(piece)
        if wanted <= 0:
            return


def _pieces(flows: Iterable[Flow]) -> Iterator[str]:
    for index, flow in enumerate(flows):
        joins = isinstance(flow, Paragraph | Table) and flow.joins
        if index and not (joins and isinstance(flow, Paragraph)):
            yield "\n"
        yield from _words(flow, first_row=int(joins))


def _words(flow: Flow, first_row: int) -> Iterator[str]:
    match flow:
        case Item(number=None):
            yield "• "
        case Item(number=number):
            yield f"{number}. "
        case Code():
            yield flow.text
        case Table():
            yield from _lines(flow, first_row)
    if isinstance(flow, Paragraph | Heading | Item):
        yield from (run.text for run in flow.runs)


def _lines(table: Table, first: int) -> Iterator[str]:
    for index, row in enumerate(table.rows[first:]):
        yield "\n" if index else ""
        yield " | ".join(map(_cell, row))


def _cell(runs: tuple[Run, ...]) -> str:
    return text_of(runs).replace("\n", " ")


def _shortened(text: str, room: int) -> str:
    """The beginning of the text, cut between graphemes before it is escaped."""

    def cost(length: int) -> int:
        return _bytes(escaped(text[:length]))

    cut = grapheme_floor(text, bisect_right(range(len(text) + 1), room, key=cost) - 1)
    return escaped(text[:cut].rstrip()) + _MORE


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))
