"""How an answer is laid out: parts, each of which becomes a message, and files beside them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.rendering.flow import Flow

Place = tuple[int, int]
"""A place in an answer: the index of a flow, and an offset in it.

The offset counts the characters that are read before it. In a table these are the characters of its
rows as lines, and one more for each row. Flows that join another one count with it, so the index is
that of the first.
"""


@dataclass(frozen=True, slots=True)
class PartLimits:
    """How much a part may hold, and how much an answer."""

    units: int = 9_000
    """As `sizes` counts them. Slack takes 13,200 in a message (measured)."""
    blocks: int = 45
    """Slack takes 50 in a message (docs: blocks)."""
    parts: int = 5
    """Parts of an answer."""
    table_rows: int = 100
    """Rows of a table, the header included (docs: table block)."""
    table_columns: int = 20
    """Columns of a table (docs: table block)."""
    block: int = 12_000
    """Characters of a code block; a longer one is attached as a file."""
    files: bool = True
    """Whether files can be uploaded."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one message shows."""

    flows: tuple[Flow, ...]
    end: Place
    """Where in the answer it ends."""
    closed: bool
    """It never changes again."""


@dataclass(frozen=True, slots=True)
class File:
    """What is too large for a message."""

    name: str
    kind: str
    """Slack's name for the type of such a snippet (docs: file types)."""
    content: str


@dataclass(frozen=True, slots=True)
class Frame:
    """The answer as it is shown now. All parts but the last are closed."""

    parts: tuple[Part, ...]
    files: tuple[File, ...] = ()
    """What is attached; known once the answer is complete."""
    rest: str = ""
    """What becomes of text behind the last part: "file" or "cut", or "" while there is none."""
