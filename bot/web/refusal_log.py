"""Log lines about refused requests: anybody may send these, so there are few lines of each kind."""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import structlog

if TYPE_CHECKING:
    from collections.abc import Callable

log = structlog.get_logger(__name__)

PAUSE: Final = 60.0
"""Seconds between two lines of the same kind."""


class RefusalLog:
    """Logs the first refusal of a kind, then at most one line of that kind in `PAUSE` seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` returns seconds, from any beginning."""
        self._clock = clock
        self._due: dict[str, float] = {}
        self._left_out: Counter[str] = Counter()

    def add(self, kind: str, problem: str, **fields: Any) -> None:
        """Logs `problem`, with how many of the same kind were left out since the last line."""
        now = self._clock()
        if now < self._due.get(kind, now):
            self._left_out[kind] += 1
            return
        self._due[kind] = now + PAUSE
        log.warning(problem, left_out=self._left_out.pop(kind, 0), **fields)
