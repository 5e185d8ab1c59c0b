"""A model's Markdown, arriving in pieces → the parts it is shown in, each a list of flows.

How it works. The sanitizer takes out what hides or reorders text. The scanner cuts the document
into regions. Each can be parsed alone, because nothing before it can change what it is, and is
parsed once, when it is complete. The last region is open: it is parsed for every frame, up to the
place from which more text could change how it reads. The parsed flows are laid out on pages, which
become messages.

So what is shown is always a prefix of what will be shown: text that may still turn out to be markup
is held back, and nothing is closed that the model has not closed, until the answer ends. The cost
of a frame depends on what is new, not on how much there is.

When Slack refuses a part for its size, the part and all that follows is laid out again, smaller.
The part ends where Slack has accepted it before, so nothing is taken back.
"""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.core.sliced import Sliced, result_of
from bot.rendering.flow import Code, Item, Paragraph, Table
from bot.rendering.layout.frame import PartLimits
from bot.rendering.layout.pages import Pages
from bot.rendering.parsing.links import LinkPolicy
from bot.rendering.parsing.parse import parse
from bot.rendering.parsing.regions import Scanner
from bot.rendering.parsing.sanitize import Sanitizer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.rendering.flow import Flow
    from bot.rendering.layout.frame import Frame, Place
    from bot.rendering.parsing.regions import Region


class Renderer:
    """Renders one answer: `feed` takes its text, `frame` says what can be shown of it."""

    def __init__(self, limits: PartLimits | None = None, policy: LinkPolicy | None = None) -> None:
        self._policy = policy or LinkPolicy()
        self._pages = Pages(limits or PartLimits())
        self._sanitizer = Sanitizer()
        self._scanner = Scanner()
        self._source: list[str] = []
        self._regions: deque[Region] = deque()
        """Complete regions that were not parsed yet."""
        self._flows: list[Flow] = []
        self._final = False
        self._frame: Frame | None = None

    def feed(self, text: str) -> None:
        """Takes more of the answer. There must be none after `finish`."""
        self._add(self._sanitizer.feed(text))

    @property
    def finished(self) -> bool:
        """Whether the answer has ended."""
        return self._final

    def finish(self, *, broke_off: bool = False) -> None:
        """The answer has ended, so nothing is held back any more.

        If it broke off, what is half open at its end is shown as its words.
        """
        if not self._final:
            self._add(self._sanitizer.finish(broke_off=broke_off))
            self._scanner.finish(broke_off=broke_off)
            self._final, self._frame = True, None

    def frame(self) -> Frame:
        """What can be shown now. All parts but the last are closed: they never change again."""
        return result_of(self.render())

    def render(self) -> Sliced[Frame]:
        """The same in slices, one for each region and each part. No text comes in between."""
        if self._frame is None:
            yield from self.settle()
            opened = self._parsed(self._scanner.open())
            yield
            self._frame = yield from self._laid_out(opened)
        return self._frame

    def settle(self) -> Sliced[None]:
        """Parses what is complete, in slices: less is left to do for the next frame."""
        self._regions += self._scanner.take()
        while self._regions:
            self._flows += self._parsed(self._regions.popleft())
            yield

    def refuse(self, part: int, accepted: Place | None) -> None:
        """Slack refused a part (its index) for its size.

        `accepted` is the end of what Slack has accepted of it before, None if that is nothing.
        """
        self._pages.refuse(part, accepted)
        self._frame = None

    def _add(self, text: str) -> None:
        if text:
            self._source.append(text)
            self._scanner.feed(text)
            self._frame = None

    def _laid_out(self, opened: list[Flow]) -> Sliced[Frame]:
        flows, settled = [*self._flows, *opened], len(self._flows)
        return self._pages.lay_out(flows, settled, self._final, self._source_text)

    def _source_text(self) -> str:
        return "".join(self._source)

    def _parsed(self, region: Region) -> list[Flow]:
        if not region.text:
            return []
        number = self._number(region.depth) if region.carries else None
        flows = [*_deeper(parse(region.text, self._policy, number, region.held), region.depth)]
        return [*_joined(flows[:1]), *flows[1:]] if region.joins else flows

    def _number(self, depth: int) -> int | None:
        """The next number of the list of that depth, when the next region carries it on."""
        for flow in reversed(self._flows):
            if isinstance(flow, Item) and flow.depth <= depth:
                return None if flow.number is None else flow.number + 1
        return None


def _deeper(flows: Iterable[Flow], by: int) -> Iterable[Flow]:
    """The same flows, `by` list items deeper."""
    for flow in flows:
        match flow:
            case Code() | Item() | Paragraph() if by:
                yield replace(flow, depth=flow.depth + by)
            case _:
                yield flow


def _joined(first: list[Flow]) -> list[Flow]:
    """The first flow of a region that joins the one before, without the stand-in for that."""
    match first:
        case [Paragraph(runs=(run, *others)) as paragraph]:
            runs = (run._replace(text=run.text[1:]), *others) if run.text[1:] else tuple(others)
            return [replace(paragraph, runs=runs, joins=True)] if runs else []
        case [Table() as table]:
            return [replace(table, joins=True)]
        case [Code() as code]:
            return [replace(code, joins=True)]
    return first
