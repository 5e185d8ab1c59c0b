"""The beginning of a flow that fits into a part, when the whole of it does not."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.rendering.flow import Code, Heading, Rule, Table
from bot.rendering.layout.grid import CELLS
from bot.rendering.layout.sizes import BLOCK, fitting, fitting_text, overhead, row_units
from bot.rendering.layout.slices import BACK, before, between_spans
from bot.text.cuts import cut
from bot.text.runs import text_of

if TYPE_CHECKING:
    from bot.rendering.flow import Flow
    from bot.rendering.layout.slices import Text

Beginning = tuple["Flow", int]
"""What is shown, and its length: characters of the flow, or rows of a table."""


@dataclass(frozen=True, slots=True)
class Room:
    """What is left of a part, in the units of `sizes`."""

    most: int
    """Units altogether."""
    least: int
    """Units until the part is well filled. Then it rather ends before a flow than within a line."""
    empty: bool
    """Nothing is in the part yet, so it has to take something."""
    rows: int
    """Rows that a table may have."""
    last: bool = False
    """It is the last part of the answer: what does not fit is shown nowhere, so what has been shown
    stays."""


def beginning(flow: Flow, room: Room) -> Beginning | None:
    """As much of `flow` as fits; None when all of it is better left to the next part.

    The result does not depend on what is behind the room, so it stays the same while the flow
    grows.
    """
    match flow:
        case Rule():
            return (flow, 1) if room.empty else None
        case Table():
            return _rows(flow, room)
        case Code():
            return _code(flow, room)
        case Heading() if not room.empty:
            return None
        case text:
            return _text(text, room)


def rows_fitting(table: Table, room: Room) -> int:
    """How many rows of the table fit, the header included."""
    units, length, count = room.most - BLOCK, CELLS, 0
    for row in table.rows[: room.rows]:
        units -= row_units(row)
        length -= sum(len(run.text) for cell in row for run in cell)
        if units < 0 or length < 0:
            break
        count += 1
    return count


def _rows(table: Table, room: Room) -> Beginning | None:
    count = rows_fitting(table, room)
    if room.empty:
        count = max(count, 2)
    rows = table.rows[:count]
    return (replace(table, rows=rows), len(rows)) if count > 1 else None


def _code(code: Code, room: Room) -> Beginning | None:
    most = fitting_text(code.text, room.most - BLOCK)
    if most < 1:
        return _forced(code, room)
    if room.last:
        return _code_up_to(code, cut(code.text, most, most - BACK))
    least = fitting_text(code.text, room.least - BLOCK)
    at = code.text.rfind("\n", 0, most + 1)
    # A line is cut in two only when most of the part would stay empty otherwise.
    if at <= least // 2:
        if not (room.empty or least):
            return None
        at = cut(code.text, most, least or None)
    return _code_up_to(code, at)


def _code_up_to(code: Code, at: int) -> Beginning:
    return replace(code, text=code.text[:at].rstrip("\n")), at


def _forced(code: Code, room: Room) -> Beginning | None:
    return (replace(code, text=code.text[:1]), 1) if room.empty else None


def _text(flow: Text, room: Room) -> Beginning | None:
    if not flow.runs:
        # What is too large about it is its depth: an item without text, far in.
        return (flow, 1) if room.empty else None
    text = text_of(flow.runs)
    most = fitting(flow.runs, room.most - overhead(flow))
    if most < 1 and room.empty:
        # The address of a link is so long that not one character of its label fits.
        most = min(len(flow.runs[0].text), max(room.most, 1))
    at = between_spans(flow.runs, _natural(text, most, flow, room), most)
    if at < 1 and room.empty:
        at = len(flow.runs[0].text)
    return (before(flow, at), at) if at > 0 else None


def _natural(text: str, most: int, flow: Text, room: Room) -> int:
    if room.last:
        return cut(text, most, most - BACK) if most > 0 else 0
    least = fitting(flow.runs, room.least - overhead(flow))
    if least or room.empty:
        return cut(text, most, least or None) if most else 0
    return min(text.rfind("\n", 0, most + 1) + 1, most)
