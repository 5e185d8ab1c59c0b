"""The part that is being written: laid out again for each frame, except what is settled."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from bot.rendering.flow import Code, Heading, Item, Paragraph, Rule, Table
from bot.rendering.formats.tables import line
from bot.rendering.layout.frame import Part
from bot.rendering.layout.grid import Grid
from bot.rendering.layout.pieces import Piece, Whole, code_pieces, text_pieces
from bot.rendering.layout.sheet import Sheet, SheetState
from bot.rendering.layout.slices import goes_on, joined, up_to

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.rendering.flow import Flow
    from bot.rendering.layout.attachments import Attachment
    from bot.rendering.layout.frame import PartLimits, Place


ROWS: Final = 300
"""Rows that are looked at of a table in any case; no message shows as many."""


@dataclass(frozen=True, slots=True)
class AnswerFlows:
    """The flows of an answer so far."""

    flows: Sequence[Flow]
    settled: int
    """How many of them, the first ones, are complete."""
    final: bool
    """Whether the answer has ended, so that all are."""

    def whole(self, index: int, offset: int, most: int | None = None) -> tuple[Flow, int, int]:
        """The flow at `index` with all that joins it, and the index of the flow that follows.

        Text before `offset` may be left out; the last number is how many characters of it were.
        With `most`, what comes so many characters behind `offset` may be left out, too: no part
        has room for it, and to put all of a long text together for each part would take long.
        """
        first, end = self.flows[index], index + 1
        while end < len(self.flows) and goes_on(first, self.flows[end]):
            end += 1
        group, skipped = list(self.flows[index:end]), 0
        if most is not None:
            group = group[: _enough(group, offset + most)]
        while len(group) > 1 and 0 < (length := _length(group[0])) <= offset - skipped:
            skipped += length
            del group[0]
        return next(joined([_begun(first, group[0]), *group[1:]])), end, skipped


@dataclass(frozen=True, slots=True)
class LaidPart:
    """A part as it is laid out now."""

    part: Part
    start: Place
    """Where it begins in the answer."""
    following: Place
    """Where the next part begins."""
    budget: int
    """Units that it may have."""
    used: int
    """Units that it has."""
    files: tuple[Attachment, ...]
    """What it points to."""
    is_blank: bool
    """Nothing in it can be seen."""
    is_stopped: bool
    """It had to end at a place that Slack has accepted."""


class OpenPart:
    """A part that may still grow."""

    def __init__(
        self,
        limits: PartLimits,
        budget: int,
        start: Place,
        earlier: Sequence[Attachment] = (),
        stop: Place | None = None,
        *,
        last: bool = False,
    ) -> None:
        """A part of at most `budget` units from `start` on.

        `earlier` are the attachments of the parts before. At `stop` it ends, even if there is room
        for more. `last`: no other part follows.
        """
        self._limits = limits
        self._start = start
        self._earlier = earlier
        self._stop = stop
        self._sheet = Sheet(limits, budget, last=last)
        self._at, self._mark = start, SheetState()

    def lay(self, answer: AnswerFlows) -> LaidPart:
        """The part with as much of the answer as it holds."""
        sheet = self._sheet
        sheet.back_to(self._mark)
        following = self._fill(answer)
        flows = tuple(entry.flow for entry in sheet.entries)
        return LaidPart(
            Part(flows, self._end(), closed=following is not None),
            self._start,
            following or self._end(),
            sheet.budget,
            sheet.used,
            tuple(sheet.files),
            sheet.is_blank,
            self._stop is not None,
        )

    def _fill(self, answer: AnswerFlows) -> Place | None:
        """Fills the sheet. Returns where the next part begins, or None while there is none."""
        index, offset = self._at
        while index < len(answer.flows):
            if self._stop and (index, offset) >= self._stop:
                return self._sheet.end_before((index, offset))
            whole, end = self._whole(answer, index, offset)
            if following := self._add(whole, offset):
                return following
            if self._stop and index == self._stop[0]:
                return self._sheet.end_before(max(self._end(), (index, offset)))
            index, offset = end, 0
            if end < len(answer.flows) and end <= answer.settled:
                self._at, self._mark = (end, 0), self._sheet.mark()
        return None

    def _end(self) -> Place:
        return self._sheet.entries[-1].end if self._sheet.entries else self._start

    def _whole(self, answer: AnswerFlows, index: int, offset: int) -> tuple[Whole, int]:
        flow, end, skipped = answer.whole(index, offset, self._sheet.budget)
        if self._stop and index == self._stop[0]:
            flow = up_to(flow, self._stop[1] - skipped, offset - skipped)
        over = answer.final or end < len(answer.flows)
        settled = over or end <= answer.settled or self._stop is not None
        return Whole(flow, index, over, settled, skipped, self._attached), end

    def _add(self, whole: Whole, offset: int) -> Place | None:
        for piece in _pieces(whole, offset, self._limits, self._sheet.budget):
            if self._sheet.must_wait(piece.flow) and not whole.settled:
                break
            if following := self._sheet.add(whole.index, piece):
                return following
        return None

    def _attached(self) -> list[Attachment]:
        return [*self._earlier, *self._sheet.files]


def _pieces(whole: Whole, offset: int, limits: PartLimits, budget: int) -> Iterator[Piece]:
    """What is shown of the flow from `offset` on, in a part of `budget` units."""
    match whole.flow:
        case Rule():
            return iter([Piece(whole.flow, 0, 1)] if not offset else [])
        case Code():
            return code_pieces(whole, whole.flow, offset, limits)
        case Table():
            return Grid(whole, whole.flow, limits, budget).pieces(offset)
        case text:
            return text_pieces(text, offset, whole.skipped)


def _length(flow: Flow) -> int:
    """The characters of running text; 0 for every other flow."""
    match flow:
        case Paragraph(runs=runs) | Heading(runs=runs) | Item(runs=runs):
            return sum([len(run.text) for run in runs])
    return 0


def _enough(group: Sequence[Flow], characters: int) -> int:
    """How many of the flows have more than so many characters together, and `ROWS` if rows."""
    rows = 0
    for count, flow in enumerate(group, 1):
        if isinstance(flow, Table):
            rows += len(flow.rows)
            characters -= sum(len(line(row)) for row in flow.rows[1:])
        characters -= _length(flow)
        if characters < 0 and (not rows or rows > ROWS):
            return count
    return len(group)


def _begun(first: Flow, flow: Flow) -> Flow:
    """`flow` as the kind of flow that `first` is, of which it is a further piece of text."""
    match first, flow:
        case (Paragraph() | Heading() | Item(), Paragraph(runs=runs)) if flow is not first:
            return replace(first, runs=runs)
    return flow
