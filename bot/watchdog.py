"""Measures how late the event loop is, and logs what has kept it: functions, never what they read.

While the loop is late nobody is acknowledged and no text is shown, whatever else is well.
"""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from collections import Counter
from typing import TYPE_CHECKING, Final

import structlog

if TYPE_CHECKING:
    from types import FrameType

log = structlog.get_logger(__name__)

INTERVAL: Final = 0.05
"""Seconds between measurements."""

LATE: Final = 0.25
"""Seconds that the loop may be late before that is logged."""

CALLS: Final = 4
"""Function calls that are logged of what ran, the innermost first."""

ROUND: Final = "asyncio.events"
"""The module from which the loop calls everything: what is outside of it is the same each time."""


class Watchdog:
    """Counts how often the event loop was late. `run` is a task on that loop."""

    def __init__(self, *, interval: float = INTERVAL, late: float = LATE) -> None:
        self.lag = 0.0
        """How late the loop was when it was measured last, in seconds."""
        self.times_late = 0
        """How often it was later than `late`."""
        self._interval = interval
        self._late = late
        self._due = time.perf_counter() + interval
        self._seen: Counter[str] = Counter()
        self._minute, self._worst, self._before = 0, 0.0, 0.0

    @property
    def worst(self) -> float:
        """How late the loop was at worst in this minute and the last one, in seconds."""
        self._turn_over()
        return max(self._worst, self._before)

    async def run(self) -> None:
        """Measures until it is cancelled. A thread beside the loop sees what runs meanwhile."""
        ended = threading.Event()
        watched = threading.get_ident()
        self._due = time.perf_counter() + self._interval
        thread = threading.Thread(
            target=self._watch, args=(watched, ended), name="watchdog", daemon=True
        )
        thread.start()
        try:
            while True:
                await self._measure()
        finally:
            ended.set()

    async def _measure(self) -> None:
        cpu = time.thread_time()
        await asyncio.sleep(self._interval)
        self.lag = max(time.perf_counter() - self._due, 0.0)
        self._turn_over()
        self._worst = max(self._worst, self.lag)
        if self.lag > self._late:
            self.times_late += 1
            used = time.thread_time() - cpu
            ran = "".join(each for each, _ in self._seen.most_common(1))
            log.warning("loop late", seconds=_rounded(self.lag), cpu=_rounded(used), ran=ran)
        self._seen, self._due = Counter(), time.perf_counter() + self._interval

    def _turn_over(self) -> None:
        """Forgets what is older than the last minute."""
        minute = int(time.monotonic() // 60)
        if minute > self._minute:
            self._before = self._worst if minute == self._minute + 1 else 0.0
            self._minute, self._worst = minute, 0.0

    def _watch(self, watched: int, ended: threading.Event) -> None:
        """Counts what is seen to run in the thread `watched` while it is late."""
        while not ended.wait(self._interval):
            if time.perf_counter() - self._due > self._late / 2:
                frame = sys._current_frames().get(watched)  # noqa: SLF001 - there is no other way
                self._seen[_calls(frame)] += 1


def _calls(frame: FrameType | None) -> str:
    """`bot.transcript.entities.read_text:61 < bot.transcript.message._parts:71`."""
    calls: list[str] = []
    while frame and len(calls) < CALLS and (module := frame.f_globals.get("__name__")) != ROUND:
        calls.append(f"{module}.{frame.f_code.co_qualname}:{frame.f_lineno}")
        frame = frame.f_back
    return " < ".join(calls)


def _rounded(seconds: float) -> float:
    return round(seconds, 3)
