"""One part as it is filled, piece by piece, until something does not fit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bot.rendering.flow import Code, Heading, Rule, Table
from bot.rendering.formats.tables import preformatted
from bot.rendering.layout.fitting import Room, beginning, rows_fitting
from bot.rendering.layout.sizes import is_blank, stands_alone, units
from bot.text.graphemes import width

if TYPE_CHECKING:
    from bot.rendering.flow import Flow
    from bot.rendering.layout.attachments import Attachment
    from bot.rendering.layout.fitting import Beginning
    from bot.rendering.layout.frame import PartLimits, Place
    from bot.rendering.layout.pieces import Piece

KEPT: Final = 300
"""Units that must be left below a heading, so that it does not end its part alone."""

SMALL_ROWS: Final = 10
SMALL_WIDTH: Final = 72
"""A further table is shown as text if it has no more rows, and columns of that text, than these."""


@dataclass(frozen=True, slots=True)
class PlacedFlow:
    """A flow on the sheet."""

    flow: Flow
    start: Place
    """Where in the answer it begins."""
    end: Place
    """Where in the answer it ends."""
    file: Attachment | None = None
    """What it points to."""


@dataclass(frozen=True, slots=True)
class SheetState:
    """A state to which a sheet can be taken back."""

    entries: int = 0
    """How many flows are on it."""
    used: int = 0
    """Units."""
    blocks: int = 0
    shared: bool = False
    """The last block is one that further text goes into."""
    table: bool = False
    """There is a table on it, and a message has no second one."""


class Sheet:
    """The flows of one part, up to `budget` units."""

    def __init__(self, limits: PartLimits, budget: int, *, last: bool = False) -> None:
        """`last`: no other part follows."""
        self._limits = limits
        self._last = last
        self.budget = budget
        self.entries: list[PlacedFlow] = []
        self._state = SheetState()
        self._marks: list[SheetState] = []

    @property
    def used(self) -> int:
        """Units."""
        return self._state.used

    @property
    def files(self) -> list[Attachment]:
        """What is pointed to from here."""
        return [entry.file for entry in self.entries if entry.file]

    @property
    def is_blank(self) -> bool:
        """Whether nothing on it can be seen."""
        return not any(map(_is_visible, self.entries))

    def mark(self) -> SheetState:
        return self._state

    def back_to(self, mark: SheetState) -> None:
        """Takes the sheet back to a state of before."""
        del self.entries[mark.entries :], self._marks[mark.entries :]
        self._state = mark

    def must_wait(self, flow: Flow) -> bool:
        """Whether a flow that is not complete cannot be shown yet.

        A second table is shown as text if it stays small, else as the table of a new part.
        """
        return isinstance(flow, Table) and self._state.table and _is_small(flow)

    def end_before(self, start: Place) -> Place:
        """Where the part ends if the flow at `start` is left out. Its last flow is no heading."""
        kept = len(self.entries)
        while kept and isinstance(self.entries[kept - 1].flow, Heading):
            kept -= 1
        if not 0 < kept < len(self.entries):
            return start
        heading = self.entries[kept]
        self.back_to(self._marks[kept])
        return heading.start

    def add(self, index: int, piece: Piece) -> Place | None:
        """Takes as much of the piece as fits. Returns where the part ends, or None if all fits.

        `index` is that of the flow in the answer.
        """
        flow = self._form(piece.flow)
        start = (index, piece.start)
        if flow and self._put(PlacedFlow(flow, start, (index, piece.end), piece.file)):
            return None
        taken = self._beginning(flow, piece)
        if taken is None:
            return self.end_before(start)
        head, length = taken
        end = (index, min(piece.offset(length), piece.end))
        self._add(PlacedFlow(head, start, end, piece.file), units(head))
        return end

    def _beginning(self, flow: Flow | None, piece: Piece) -> Beginning | None:
        if flow is None or not self._has_block(flow) or (piece.file and self.entries):
            return None
        return beginning(flow, self._room())

    def _form(self, flow: Flow) -> Flow | None:
        """The flow as it is shown here. A second table is text, or None if that is too large."""
        if not (isinstance(flow, Table) and self._state.table):
            return flow
        text = preformatted(flow) if _is_small(flow) else None
        return text if text and units(text) <= self._room().most else None

    def _put(self, entry: PlacedFlow) -> bool:
        """Takes the whole flow, if it fits."""
        flow, room = entry.flow, self._room()
        if isinstance(flow, Table) and rows_fitting(flow, room) < len(flow.rows):
            return False
        kept = 0 if room.empty or not isinstance(flow, Heading) else min(KEPT, self.budget // 4)
        size = units(flow)
        if size + kept > room.most or not self._has_block(flow):
            return False
        self._add(entry, size)
        return True

    def _room(self) -> Room:
        left = self.budget - self.used
        least, rows = left - self.budget * 2 // 5, self._limits.table_rows
        return Room(left, least, not self.entries, rows, self._last)

    def _has_block(self, flow: Flow) -> bool:
        return self._state.blocks + self._opens(flow) <= self._limits.blocks

    def _opens(self, flow: Flow) -> bool:
        """Whether it needs a further block: one of its own, or the first one for text."""
        return stands_alone(flow) or not self._state.shared

    def _add(self, entry: PlacedFlow, size: int) -> None:
        flow, state = entry.flow, self._state
        self.entries.append(entry)
        self._marks.append(state)
        self._state = SheetState(
            len(self.entries),
            state.used + size,
            state.blocks + self._opens(flow),
            not stands_alone(flow),
            state.table or isinstance(flow, Table),
        )


def _is_small(table: Table) -> bool:
    if len(table.rows) > SMALL_ROWS:
        return False
    return all(width(line) <= SMALL_WIDTH for line in preformatted(table).text.split("\n"))


def _is_visible(entry: PlacedFlow) -> bool:
    match entry.flow:
        case Rule() | Table():
            return True
        case Code(text=text):
            return bool(text.strip())
    return not is_blank(entry.flow.runs)
