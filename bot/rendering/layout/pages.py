"""A growing answer → the parts it is shown in.

A part is closed when something does not fit any more. Where it ends does not depend on what is
behind that place, so the parts are the same however the answer came in. A closed part changes only
when Slack refuses it.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Final

from bot.core.sliced import Sliced, result_of
from bot.rendering.layout.attachments import write_file
from bot.rendering.layout.frame import File, Frame, PartLimits
from bot.rendering.layout.part import AnswerFlows, OpenPart

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.rendering.flow import Flow
    from bot.rendering.layout.attachments import Attachment
    from bot.rendering.layout.frame import Place
    from bot.rendering.layout.part import LaidPart

LEAST: Final = 500
"""The smallest budget of a part in units, however often Slack refuses it."""


class Pages:
    """Lays out one answer. It is given all flows each time and looks at those of the open part."""

    def __init__(self, limits: PartLimits | None = None) -> None:
        self._limits = limits or PartLimits()
        self._budget = self._limits.units
        self._closed: list[LaidPart] = []
        self._open: LaidPart | None = None
        self._draft = self._begin((0, 0))

    def frame(
        self,
        flows: Sequence[Flow],
        settled: int,
        final: bool,  # noqa: FBT001 - it says of all flows what `settled` says of some
        source: Callable[[], str] = str,
    ) -> Frame:
        """The parts that show `flows`; of those of the frame before, the settled ones are the same.

        The first `settled` of them are complete; when `final`, all are. `source` gives the answer
        as the model wrote it, for the file that holds all of it.
        """
        return result_of(self.lay_out(flows, settled, final, source))

    def lay_out(
        self,
        flows: Sequence[Flow],
        settled: int,
        final: bool,  # noqa: FBT001 - as above
        source: Callable[[], str] = str,
    ) -> Sliced[Frame]:
        """The same in slices, one for each part."""
        answer = AnswerFlows(flows, settled, final)
        self._open = None
        while len(self._closed) < self._limits.parts:
            laid = self._draft.lay(answer)
            if not laid.part.closed:
                self._open = laid
                break
            self._close(laid)
            yield
        parts = tuple(laid.part for laid in self._laid() if not laid.is_blank)
        files = (yield from self._files(answer, source)) if final else ()
        return Frame(parts, files, self._rest())

    def refuse(self, part: int, accepted: Place | None) -> None:
        """Slack refused a part for its size: it and what follows is laid out again, smaller.

        `accepted` is how far Slack has accepted the part before. If that is not None, the part ends
        there, or at the last good place before.
        """
        for refused in self._laid()[part : part + 1]:
            self._lay_out_again(part, refused, accepted)

    def _lay_out_again(self, part: int, refused: LaidPart, accepted: Place | None) -> None:
        stop = accepted if accepted and refused.start < accepted < refused.part.end else None
        known = self._budget if stop else min(self._budget, refused.used)
        self._budget = min(self._budget, max(known * 3 // 4, LEAST))
        del self._closed[part:]
        self._open = None
        self._draft = self._begin(refused.start, refused.budget if stop else 0, stop)

    def _begin(self, start: Place, budget: int = 0, stop: Place | None = None) -> OpenPart:
        last = len(self._closed) + 1 >= self._limits.parts
        budget = budget or self._budget
        return OpenPart(self._limits, budget, start, self._attached(), stop, last=last)

    def _close(self, laid: LaidPart) -> None:
        if not laid.is_blank:
            self._closed.append(laid)
        # A part that had to end early may have nothing to see; then it does not have to end there.
        anew = laid.is_blank and laid.is_stopped
        self._draft = self._begin(laid.start if anew else laid.following)

    def _laid(self) -> list[LaidPart]:
        return [*self._closed, *([self._open] if self._open else [])]

    def _attached(self) -> list[Attachment]:
        return [*chain.from_iterable(laid.files for laid in self._laid())]

    def _files(self, answer: AnswerFlows, source: Callable[[], str]) -> Sliced[tuple[File, ...]]:
        files: list[File] = []
        for each in self._attached():
            flow, *_ = answer.whole(each.index, 0)
            files.append((yield from write_file(each, flow)))
        if self._rest() == "file":
            files.append(File("answer.md", "markdown", source()))
        return tuple(files)

    def _rest(self) -> str:
        if len(self._closed) < self._limits.parts:
            return ""
        return "file" if self._limits.files else "cut"
