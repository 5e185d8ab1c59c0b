"""Pieces: what of a flow is shown in one go. Most flows are one piece.

A flow that is too large for messages is shown in part, and ends with a pointer to its file.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from bot.rendering.layout.attachments import attachment, pointer
from bot.rendering.layout.slices import after
from bot.text.cuts import grapheme_floor
from bot.text.runs import text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from bot.rendering.flow import Code, Flow, Table
    from bot.rendering.layout.attachments import Attachment
    from bot.rendering.layout.frame import PartLimits
    from bot.rendering.layout.slices import Text

ALL: Final = 1 << 60
"""The offset behind the whole of a flow, however long it becomes."""

LAST_LINE: Final = 500
"""Characters that the last line shown of a long code block may have beyond the limit."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A slice of a flow, as it is shown. Offsets are those of `Place`."""

    flow: Flow
    """What is shown."""
    start: int
    """The offset in the whole flow where it begins."""
    end: int
    """The offset where it ends."""
    ends: tuple[int, ...] = ()
    """The offset where each row ends, for a table."""
    file: Attachment | None = None
    """What a pointer points to."""

    def offset(self, taken: int) -> int:
        """The offset where the first `taken` characters end, or rows of a table."""
        return self.ends[taken - 1] if self.ends else self.start + taken


@dataclass(frozen=True, slots=True)
class Whole:
    """A flow together with the flows that join it."""

    flow: Flow
    index: int
    """Of the flow in the answer."""
    over: bool
    """Another flow follows, so it is complete."""
    settled: bool
    """It is complete, or it is so long that it is parsed bit by bit."""
    skipped: int = 0
    """Characters of its text that come before what is here of it."""
    earlier: Callable[[], Sequence[Attachment]] = list
    """Gives the attachments that the answer has before it."""


def text_pieces(flow: Text, offset: int, skipped: int) -> Iterator[Piece]:
    """The text from `offset` on; nothing where only white space is left."""
    if not offset:
        yield Piece(flow, 0, sum([len(run.text) for run in flow.runs]))
        return
    text = text_of(flow.runs)
    rest = text[offset - skipped :]
    at = len(text) - len(rest.lstrip())
    if at < len(text):
        yield Piece(after(flow, at), skipped + at, skipped + len(text))


def code_pieces(whole: Whole, code: Code, offset: int, limits: PartLimits) -> Iterator[Piece]:
    """The code from `offset` on, up to the limit beyond which a file has all of it."""
    end, sure = _shown(code.text, limits.block) if limits.files else (len(code.text), False)
    yield from lines(code, code.text[:end], offset)
    if len(code.text) > limits.block and limits.files and (sure or whole.over):
        yield from pointing(whole, code, end, offset)


def lines(code: Code, text: str, offset: int) -> Iterator[Piece]:
    """`text` from `offset` on, as code like `code`. Empty lines at the beginning are dropped."""
    bare = text[offset:].lstrip("\n") if offset else text
    if bare.strip() or not offset:
        yield Piece(replace(code, text=bare), len(text) - len(bare), len(text))


def pointing(whole: Whole, flow: Code | Table, start: int, offset: int) -> Iterator[Piece]:
    """The line that says which file has all of `flow`; it stands behind the offset `start`."""
    if offset <= start:
        file = attachment(flow, whole.index, whole.earlier())
        yield Piece(pointer(file, flow), start, ALL, file=file)


def _shown(text: str, most: int) -> tuple[int, bool]:
    """How many characters of long code are shown, and whether that will not become more.

    The line that crosses the limit is shown whole, since its beginning has been already.
    """
    newline = text.find("\n", most, most + LAST_LINE)
    if newline >= 0:
        return newline, True
    if len(text) <= most + LAST_LINE:
        return len(text), False
    return grapheme_floor(text, most + LAST_LINE), True
