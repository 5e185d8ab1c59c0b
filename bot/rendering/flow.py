"""What a model's Markdown says: a flat list of flows, made of runs. Nothing here is Slack's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.text.runs import Runs


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text. `quote` counts the block quotes around it, `depth` the list items.

    `joins` is true for the further text of the flow before, whatever that is: nothing stands
    between them.
    """

    runs: Runs
    quote: int = 0
    depth: int = 0
    joins: bool = False


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of level 1 to 6 that stands in no list and no quote (there it is bold text)."""

    runs: Runs
    level: int


@dataclass(frozen=True, slots=True)
class Item:
    """A list item, `depth` levels in (0 is the outermost); `number` is None for a bullet.

    The task of a task list begins with "☐ " or "☑ ". A further paragraph that follows at once is
    part of the runs, after an empty line; one that follows something else is a `Paragraph`.
    """

    runs: Runs
    depth: int = 0
    number: int | None = None
    quote: int = 0


@dataclass(frozen=True, slots=True)
class Code:
    """A code block; `text` has no newline at its end. `language` is its first word, or ""."""

    text: str
    language: str = ""
    quote: int = 0
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Rule:
    """A thematic break that stands in no list and no quote (there it is a line of text)."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells; the first row is the header, all rows are as long as it.

    `align` says "", "left", "center" or "right" for each column. `joins` is true for the further
    rows of the table before: then the header is repeated.
    """

    rows: tuple[tuple[Runs, ...], ...]
    align: tuple[str, ...] = ()
    joins: bool = False


Flow = Paragraph | Heading | Item | Code | Rule | Table
