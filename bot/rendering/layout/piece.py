"""What of a flow is shown in one go, and what is known of the flow it is a piece of."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from bot.rendering.layout.attachments import attachment, pointer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from bot.rendering.flow import Code, Flow, Table
    from bot.rendering.layout.attachments import Attachment

ALL: Final = 1 << 60
"""The offset behind the whole of a flow, however long it becomes."""


@dataclass(frozen=True, slots=True)
class Piece:
    """`start` and `end` are offsets in the flow it stands for; `ends` those of each row of a table.

    `file` is what a pointer points to.
    """

    flow: Flow
    start: int
    end: int
    ends: tuple[int, ...] = ()
    file: Attachment | None = None

    def offset(self, taken: int) -> int:
        """Where in the flow the first `taken` characters of the piece end, or rows of a table."""
        return self.ends[taken - 1] if self.ends else self.start + taken


@dataclass(frozen=True, slots=True)
class Whole:
    """A flow with what joins it, and its index in the answer.

    `over`: another one follows, so it is complete. `settled`: it is, unless it is so long that it
    is parsed bit by bit. `skipped`: characters that come before what is here of its text. `earlier`
    gives the attachments that the answer has before it.
    """

    flow: Flow
    index: int
    over: bool
    settled: bool
    skipped: int = 0
    earlier: Callable[[], Sequence[Attachment]] = list


def lines(code: Code, text: str, offset: int) -> Iterator[Piece]:
    """`text` as code like `code`. Between parts empty lines are dropped, but no indents."""
    bare = text[offset:].lstrip("\n") if offset else text
    if bare.strip() or not offset:
        yield Piece(replace(code, text=bare), len(text) - len(bare), len(text))


def pointing(whole: Whole, flow: Code | Table, start: int, offset: int) -> Iterator[Piece]:
    """The line that says where all of `flow` is, of which what comes before `start` is shown."""
    if offset <= start:
        file = attachment(flow, whole.index, whole.earlier())
        yield Piece(pointer(file, flow), start, ALL, file=file)
