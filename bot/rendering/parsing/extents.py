"""Extents: where constructs of Markdown begin and end. A text that is cut inside reads differently.

An extent may reach one character behind its construct, if that character decides what it is.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

Extent = tuple[int, int]


def united(extents: Iterable[Extent]) -> tuple[list[int], list[int]]:
    """The beginnings and the ends of the extents, in order; those that overlap are one."""
    begins: list[int] = []
    ends: list[int] = []
    for begin, end in sorted(extents):
        if ends and begin < ends[-1]:
            ends[-1] = max(ends[-1], end)
        else:
            begins.append(begin)
            ends.append(end)
    return begins, ends


class Constructs:
    """Extents in which an index can be looked up."""

    def __init__(self, extents: Iterable[Extent]) -> None:
        self._begins, self._ends = united(extents)

    def end_of(self, at: int) -> int:
        """Where the construct ends in which the character at `at` stands; `at` if in none."""
        index = bisect_right(self._begins, at) - 1
        return self._ends[index] if index >= 0 and at < self._ends[index] else at
