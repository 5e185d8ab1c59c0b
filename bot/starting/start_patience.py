"""How long the start waits for what does not answer yet."""

from __future__ import annotations

import asyncio
from typing import Final

import structlog

from bot.backoff import Backoff
from bot.errors import NotAvailable

log = structlog.get_logger(__name__)

PAUSES: Final = (1.0, 2.0, 5.0, 10.0, 30.0)
"""Seconds between attempts."""


class StartPatience:
    """Waits between the attempts to reach one thing, for `seconds` in all."""

    def __init__(self, seconds: float) -> None:
        self._until = asyncio.get_running_loop().time() + seconds
        self._backoff = Backoff(PAUSES)

    @property
    def left(self) -> float:
        """Seconds that are left."""
        return max(0.0, self._until - asyncio.get_running_loop().time())

    async def wait(self, problem: str, at_least: float = 0.0) -> None:
        """Logs the problem and waits, `at_least` so many seconds.

        Raises `NotAvailable` with the problem when no time is left for that.
        """
        left = self.left
        if at_least > left or not left:
            raise NotAvailable([problem])
        pause = min(self._backoff.next(at_least), left)
        log.warning("not available yet", problem=problem, pause=round(pause, 1))
        await asyncio.sleep(pause)
