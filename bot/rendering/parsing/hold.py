"""How much of a half-written paragraph can be shown: all before what may still become markup.

What may become bold is not shown before it is bold; nothing is closed that the model has not
closed. The rules are those of the inline reader, which also says how long to wait (`patience`).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import Final

from bot.rendering.parsing.extents import united
from bot.rendering.parsing.inlines import Reader

_SENTENCE: Final = re.compile(r"[。．！？!?…][」』）)”\"']?|\.(?=\s)")
_WORD: Final = re.compile(r"(?=\s)")


def hold(text: str) -> int:
    """The length of the longest beginning of `text` that looks the same whatever follows."""
    return _Decided(text).end


def settled_cut(text: str) -> int:
    """The index where a paragraph that begins with `text` may be cut: nothing is open there.

    It is the last end of a sentence in the second half, else the last space there, else any place;
    the whole length if there is none.
    """
    decided = _Decided(text)
    for pattern in (_SENTENCE, _WORD):
        places = [m.end() for m in pattern.finditer(text, max(1, len(text) // 2), decided.end)]
        if settled := [at for at in places if decided.without_half(at) == at]:
            return settled[-1]
    return decided.end if decided.end > len(text) // 2 else len(text)


class _Decided:
    """The beginning of a text that looks the same whatever follows; `end` is its length."""

    def __init__(self, text: str) -> None:
        open_from, extents = Reader(text).decided()
        self._begins, self._ends = united(extents)
        self.end = self.without_half(open_from) if open_from < len(text) else open_from

    def without_half(self, at: int) -> int:
        """`at`, or the beginning of the construct that a cut there would divide."""
        index = bisect_left(self._begins, at) - 1
        return self._begins[index] if index >= 0 and at < self._ends[index] else at
