"""Runs long work in slices, between which the event loop does everything else."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from bot.core.sliced import Sliced

T = TypeVar("T")

SLICE: Final = 0.005
"""Seconds of work after which others run. A slice is longer by what its last step takes."""


class Slices:
    """Runs sliced work. Of all that goes through one `Slices`, one slice runs at a time.

    So the loop waits for one slice per round, however many pieces of work there are.
    """

    def __init__(self) -> None:
        self._turn = asyncio.Lock()

    async def run(self, work: Sliced[T]) -> T:
        """The result of the work."""
        while True:
            async with self._turn:
                try:
                    _run_slice(work)
                except StopIteration as end:
                    return end.value  # type: ignore[no-any-return]
                finally:
                    # Within the lock: the next slice has to wait for the next round of the loop.
                    await asyncio.sleep(0)


class Breaks:
    """Breaks in long work that is no generator: others run after each `SLICE` of it."""

    def __init__(self) -> None:
        self._worked = 0.0

    async def after(self, began: float) -> None:
        """A step is done that began at `began`, a time of `perf_counter`."""
        self._worked += time.perf_counter() - began
        if self._worked >= SLICE:
            self._worked = 0.0
            await asyncio.sleep(0)


def _run_slice(work: Sliced[T]) -> None:
    """Raises `StopIteration` with the result when the work is done."""
    until = time.perf_counter() + SLICE
    while True:
        next(work)
        if time.perf_counter() >= until:
            return
