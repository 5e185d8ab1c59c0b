"""A narrow way: one at a time, each until it lets go or its time is up."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Lane:
    """For those of whom nobody knows yet whether they harm the others."""

    def __init__(self, seconds: float) -> None:
        """`seconds` is the longest that anybody has it for itself."""
        self._seconds = seconds
        self._free = asyncio.Lock()

    async def enter(self) -> Callable[[], None]:
        """Waits until it is free; the result lets go of it, and may be called again."""
        await self._free.acquire()
        gone = False

        def leave() -> None:
            nonlocal gone
            if not gone:
                gone = True
                timer.cancel()
                self._free.release()

        timer = asyncio.get_running_loop().call_later(self._seconds, leave)
        return leave
