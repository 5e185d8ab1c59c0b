"""Waiting for something to become true, woken by what happens and never by a timer."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class Pulse:
    def __init__(self) -> None:
        self._beat = asyncio.Event()

    def tick(self, *_: object) -> None:
        """Something happened: whoever waits looks again."""
        self._beat.set()
        self._beat = asyncio.Event()

    async def until(self, predicate: Callable[[], T], timeout: float) -> T:  # noqa: ASYNC109 - told in the error
        """What the predicate returns as soon as it is true; TimeoutError when that takes longer."""
        async with asyncio.timeout(timeout):
            while not (value := predicate()):
                await self._beat.wait()
            return value
