"""Waking every task that waits for a change."""

from __future__ import annotations

import asyncio


class Wakeups:
    """Wakes all tasks that wait; a task that waits again waits for the next change.

    Take `next()` before you check the condition and await it afterwards: a change between the
    check and the wait is then not missed.
    """

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def next(self) -> asyncio.Event:
        """The event that the next `wake_all` sets."""
        return self._event

    def wake_all(self) -> None:
        """Something changed: everybody who waits checks again."""
        self._event.set()
        self._event = asyncio.Event()
