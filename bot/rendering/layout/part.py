"""The part that is being written: laid out again for each frame, but for what of it is settled."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.rendering.flow import Code, Heading, Item, Paragraph, Rule, Table
from bot.rendering.layout.frame import Part
from bot.rendering.layout.joined import joined
from bot.rendering.layout.piece import Whole
from bot.rendering.layout.pieces import pieces
from bot.rendering.layout.sheet import Sheet, SheetState
from bot.rendering.layout.stops import stopped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.rendering.flow import Flow
    from bot.rendering.layout.attachments import Attachment
    from bot.rendering.layout.frame import PartLimits, Place


@dataclass(frozen=True, slots=True)
class AnswerFlows:
    """The flows so far. The first `settled` of them are complete, or all when it is `final`."""

    flows: Sequence[Flow]
    settled: int
    final: bool

    def whole(self, index: int, offset: int) -> tuple[Flow, int, int]:
        """The flow at `index` with all that joins it, and the index of the one that follows.

        What of its text comes before `offset` may be left out; the last number is how much was.
        """
        first, end = self.flows[index], index + 1
        while end < len(self.flows) and _goes_on(first, self.flows[end]):
            end += 1
        group, skipped = list(self.flows[index:end]), 0
        while len(group) > 1 and 0 < (length := _length(group[0])) <= offset - skipped:
            skipped += length
            del group[0]
        return next(joined([_begun(first, group[0]), *group[1:]])), end, skipped


@dataclass(frozen=True, slots=True)
class LaidPart:
    """A part with its budget and its size in units, and where it and the one after it begin."""

    part: Part
    start: Place
    following: Place
    budget: int
    used: int
    files: tuple[Attachment, ...]
    is_blank: bool
    is_stopped: bool


class OpenPart:
    """A part from `start` on, after those with the files `earlier`.

    At `stop` it ends, whatever there still is room for. `last`: no other part follows.
    """

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
        self._limits = limits
        self._start = start
        self._earlier = earlier
        self._stop = stop
        self._sheet = Sheet(limits, budget, last=last)
        self._at, self._mark = start, SheetState()

    def lay(self, answer: AnswerFlows) -> LaidPart:
        """What of the answer stands in this part now."""
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
        """Fills the sheet. Where the next part begins, or None while there is none."""
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
        flow, end, skipped = answer.whole(index, offset)
        if self._stop and index == self._stop[0]:
            flow = stopped(flow, self._stop[1] - skipped, offset - skipped)
        over = answer.final or end < len(answer.flows)
        settled = over or end <= answer.settled or self._stop is not None
        return Whole(flow, index, over, settled, skipped, self._attached), end

    def _add(self, whole: Whole, offset: int) -> Place | None:
        for piece in pieces(whole, offset, self._limits, self._sheet.budget):
            if self._sheet.must_wait(piece.flow) and not whole.settled:
                break
            if following := self._sheet.add(whole.index, piece):
                return following
        return None

    def _attached(self) -> list[Attachment]:
        return [*self._earlier, *self._sheet.files]


def _goes_on(first: Flow, flow: Flow) -> bool:
    """Whether `flow` is more of what `first` began."""
    match first:
        case Table():
            return isinstance(flow, Table) and flow.joins
        case Code() | Rule():
            return False
    return isinstance(flow, Paragraph) and flow.joins


def _length(flow: Flow) -> int:
    """Of running text, in characters; 0 of all else."""
    match flow:
        case Paragraph(runs=runs) | Heading(runs=runs) | Item(runs=runs):
            return sum([len(run.text) for run in runs])
    return 0


def _begun(first: Flow, flow: Flow) -> Flow:
    """What the text of `flow` is part of: that is said by the `first` of those that join."""
    match first, flow:
        case (Paragraph() | Heading() | Item(), Paragraph(runs=runs)) if flow is not first:
            return replace(first, runs=runs)
    return flow
