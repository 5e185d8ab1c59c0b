"""Markdown that grows, on a terminal: complete blocks are printed, the last one is redrawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from markdown_it import MarkdownIt
from rich.console import Console
from rich.live import Live
from rich.markdown import Markdown
from rich.segment import Segment, Segments

from bot.core.types import ReasoningDelta
from bot.rendering.formats.commonmark import markdown
from bot.rendering.layout.frame import PartLimits
from bot.rendering.renderer import Renderer

if TYPE_CHECKING:
    from rich.console import ConsoleOptions, RenderResult

    from bot.ask.views import TextEvent
    from bot.rendering.flow import Flow

PARSER = MarkdownIt().enable("strikethrough").enable("table")

NO_LIMIT = 10**9
ONE_PART = PartLimits(NO_LIMIT, NO_LIMIT, 1, NO_LIMIT, NO_LIMIT, NO_LIMIT, files=False)
"""A terminal has room for everything."""


class MarkdownView:
    """A view of `bot ask`. Only the last block is live, as scrolled text cannot be redrawn."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console()
        self._live = Live(console=self._console, refresh_per_second=8, transient=True)
        self._tail = ""
        self._parse_at = 0
        self._printed = False

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def show(self, event: TextEvent) -> None:
        if isinstance(event, ReasoningDelta):
            return
        self._tail += event.text
        if len(self._tail) >= self._parse_at:
            self._settle()
        self._live.update(Tail(self._tail))

    def _settle(self) -> None:
        if end := settled(self._tail):
            self._print(self._tail[:end])
            self._tail = self._tail[end:]
        # Parsing a long block again for each word would cost more with every word.
        self._parse_at = len(self._tail) * 17 // 16

    def break_off(self) -> None:
        """As Slack shows it: what is half open at the end is shown as its words."""
        self._tail = as_broken_off(self._tail)

    def __exit__(self, *exc_info: object) -> None:
        if any(exc_info):
            self.break_off()
        self._live.update("")
        self._live.stop()
        if self._tail.strip():
            self._print(self._tail)

    def _print(self, text: str) -> None:
        if self._printed:
            self._console.print()
        self._console.print(_markdown(text))
        self._printed = True


class Tail:
    """The last lines of a block, as many as the terminal has."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        lines = console.render_lines(_markdown(self._text), options, pad=False)
        for line in lines[-(console.height - 2) :]:
            yield Segments([*line, Segment.line()])


def settled(text: str) -> int:
    """Returns the index at which the last block begins. The text before it will not change."""
    tokens = PARSER.parse(text)
    starts = [token.map[0] for token in tokens if token.level == 0 and token.map]
    if len(starts) < 2:
        return 0
    return sum(len(line) + 1 for line in text.split("\n")[: starts[-1]])


def as_broken_off(text: str) -> str:
    """The Markdown of a block in which nothing is half open; as it is if nothing was."""
    closed = _flows(text, broke_off=True)
    return text if closed == _flows(text, broke_off=False) else markdown(closed)


def _flows(text: str, *, broke_off: bool) -> list[Flow]:
    renderer = Renderer(ONE_PART)
    renderer.feed(text)
    renderer.finish(broke_off=broke_off)
    return [flow for part in renderer.frame().parts for flow in part.flows]


def _markdown(text: str) -> Markdown:
    # Without hyperlinks the address is shown beside its label, so nobody follows a hidden one.
    return Markdown(text, hyperlinks=False)
