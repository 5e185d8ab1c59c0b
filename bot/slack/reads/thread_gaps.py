"""Which stretch of a long thread is read next, so that the newest messages are known first.

Slack sends the messages of a stretch of time from its oldest on, so the stretches are chosen to
hold about as many messages as one call brings, from the end of the thread backwards.
"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

FULL: Final = 0.7
"""Share of a call's messages that a stretch is to hold: people do not write evenly."""

FEW: Final = 0.25
"""Below this share of a call's messages the next stretch is `WIDER` times as long."""

WIDER: Final = 4


class ThreadGaps:
    """The gaps between the messages that are known; the newest one is read first.

    All times are in seconds since 1970; `inf` is the open end of the thread.
    """

    def __init__(self, size: int, root: float, newest: float | None, until: float = inf) -> None:
        """A call brings `size` messages of the thread, which begins at `root`.

        `newest` is from when on they are read first, None when that is not known; no message after
        `until` is wanted.
        """
        self._size = size
        self._until = until
        self._gaps = [(root, until)] if newest is None else [(root, newest), (newest, until)]
        self._step: float | None = None
        """The length of the next stretch; None for all of a gap."""
        self._oldest = root
        self._end = inf

    @property
    def known_from(self) -> float:
        """From when on all messages are known."""
        return self._gaps[-1][1] if self._gaps else -inf

    def next(self) -> tuple[float, float] | None:
        """The oldest and the latest time of the next stretch; None when all messages are known."""
        if not self._gaps:
            return None
        self._oldest, latest = self._gaps[-1]
        begins = min(latest, self._end) - (self._step or inf)
        # What would be left of the gap must be worth a call of its own.
        if self._step and begins - self._oldest > self._step / 2:
            self._oldest = begins
        return self._oldest, latest

    def read(self, times: Sequence[float], *, has_more: bool, left: int | None, end: float) -> None:
        """The stretch that `next` named has brought messages of these times.

        It may have more of them; `left` messages of the thread are unknown (None when that is not
        known). The last message that is known of was written at `end`.
        """
        oldest, latest = self._gaps.pop()
        if self._oldest > oldest:
            self._gaps.append((oldest, self._oldest))
        if has_more and times:
            self._gaps.append((max(times), latest))
        self._end = end
        self._step = self._next_step(len(times), left, has_more=has_more)

    def _next_step(self, count: int, left: int | None, *, has_more: bool) -> float | None:
        if not self._gaps or (left is not None and left < self._size):
            return None
        oldest, latest = self._gaps[-1]
        length = max(min(latest, self._end) - oldest, 0.0)
        if self._step is None and left:
            return length * min(self._size * FULL / left, 1)
        if has_more:
            return length / 2
        if self._step and count < self._size * FEW:
            return self._step * WIDER
        return self._step
