"""What an answer looks like in Slack: its parts, each a message, and the files beside them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.rendering.flow import Flow

Place = tuple[int, int]
"""A place in an answer: the index of a flow, and how much of it comes before.

That is counted in characters of what is read; in those of its `line`s, one more for each, in a
table. What joins a flow counts with it, so the index is that of the flow which begins it all.
"""


@dataclass(frozen=True, slots=True)
class PartLimits:
    """How much a part holds, and how much an answer.

    `units`: of the 13,200 that Slack counts in a message (measured). `blocks`: of the 50 that it
    takes. `table_rows` includes the header. `block`: characters of a code block beyond which all of
    it becomes a file. `files`: whether files can be uploaded.
    """

    units: int = 9_000
    blocks: int = 45
    parts: int = 5
    table_rows: int = 100
    table_columns: int = 20
    block: int = 12_000
    files: bool = True


@dataclass(frozen=True, slots=True)
class Part:
    """What one message shows, and where in the answer it ends. A `closed` part never changes."""

    flows: tuple[Flow, ...]
    end: Place
    closed: bool


@dataclass(frozen=True, slots=True)
class File:
    """What is too large for a message. `kind` is what Slack calls the type of such a snippet."""

    name: str
    kind: str
    content: str


@dataclass(frozen=True, slots=True)
class Frame:
    """The picture now. All parts but the last are closed.

    `files` are known once the answer is complete. `rest` is what becomes of the text behind the
    last part that is allowed: "" while there is none, "file", or "cut".
    """

    parts: tuple[Part, ...]
    files: tuple[File, ...] = ()
    rest: str = ""
