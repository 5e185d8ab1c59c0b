"""Waiting until a condition is true: checked again at each change, without polling."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class Notifier:
    def __init__(self) -> None:
        self._changed = asyncio.Event()

    def notify(self, *_: object) -> None:
        """Something changed: everybody who waits checks again."""
        self._changed.set()
        self._changed = asyncio.Event()

    async def wait_for(self, predicate: Callable[[], T], timeout: float) -> T:  # noqa: ASYNC109 - told in the error
        """The predicate's value once it is true; TimeoutError after `timeout` seconds."""
        async with asyncio.timeout(timeout):
            while not (value := predicate()):
                await self._changed.wait()
            return value
