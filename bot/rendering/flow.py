"""What a model's Markdown says: a flat list of flows, made of runs. Nothing here is Slack's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.text.runs import Runs


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text."""

    runs: Runs
    quote: int = 0
    """How many block quotes it stands in."""
    depth: int = 0
    """How many list items it stands in."""
    joins: bool = False
    """It is further text of the flow before, whatever that is, with nothing between them."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading in no list and no quote; there a heading is bold text."""

    runs: Runs
    level: int
    """1 to 6."""


@dataclass(frozen=True, slots=True)
class Item:
    """A list item."""

    runs: Runs
    """A task begins with "☐ " or "☑ ". A paragraph that follows at once is part of the runs, after
    an empty line; one that follows something else is a `Paragraph`."""
    depth: int = 0
    """Levels around it; 0 is the outermost list."""
    number: int | None = None
    """None for a bullet."""
    quote: int = 0
    """How many block quotes it stands in."""


@dataclass(frozen=True, slots=True)
class Code:
    """A code block."""

    text: str
    """Without a newline at its end."""
    language: str = ""
    """The first word behind the fence, or ""."""
    quote: int = 0
    """How many block quotes it stands in."""
    depth: int = 0
    """How many list items it stands in."""
    joins: bool = False
    """Its lines are further lines of the code before."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A thematic break in no list and no quote; there it is a line of text."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells, all as long as the first one, which is the header."""

    rows: tuple[tuple[Runs, ...], ...]
    align: tuple[str, ...] = ()
    """For each column "", "left", "center" or "right"."""
    joins: bool = False
    """Its rows are further rows of the table before; the header is repeated."""


Flow = Paragraph | Heading | Item | Code | Rule | Table
