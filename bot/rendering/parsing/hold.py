"""How much of a half-written paragraph can be shown: all before what may still become markup.

Nothing is ever closed that the model has not closed: what may become bold is not shown before it is
bold. What has waited longer than its patience is taken for text.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING, Final

from bot.rendering.parsing.inlines import Reader

if TYPE_CHECKING:
    from bot.rendering.parsing.inlines import Extent

_SENTENCE: Final = re.compile(r"[。．！？!?…][」』）)”\"']?|\.(?=\s)")
_WORD: Final = re.compile(r"(?=\s)")


def hold(text: str) -> int:
    """The length of the longest beginning of `text` that looks the same whatever follows."""
    return _Decided(text).end


def settled_cut(text: str) -> int:
    """Where a paragraph may be cut in two without a difference: where nothing is open.

    The last sentence end, else the last space, else anywhere; it looks at `text` alone.
    """
    decided = _Decided(text)
    for pattern in (_SENTENCE, _WORD):
        places = [m.end() for m in pattern.finditer(text, max(1, len(text) // 2), decided.end)]
        if settled := [at for at in places if decided.without_half(at) == at]:
            return settled[-1]
    return decided.end if decided.end > len(text) // 2 else len(text)


class _Decided:
    """What of a text is decided: `end` is its length."""

    def __init__(self, text: str) -> None:
        open_from, extents = Reader(text).outlook()
        self._begins, self._ends = _united(extents)
        self.end = self.without_half(open_from) if open_from < len(text) else open_from

    def without_half(self, at: int) -> int:
        """`at`, or where the construct begins that it would cut in two."""
        index = bisect_left(self._begins, at) - 1
        return self._begins[index] if index >= 0 and at < self._ends[index] else at


def _united(extents: list[Extent]) -> tuple[list[int], list[int]]:
    """Where the extents begin and end, those that overlap as one."""
    begins: list[int] = []
    ends: list[int] = []
    for begin, end in sorted(extents):
        if ends and begin < ends[-1]:
            ends[-1] = max(ends[-1], end)
        else:
            begins.append(begin)
            ends.append(end)
    return begins, ends
