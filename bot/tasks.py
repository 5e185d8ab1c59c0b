"""The one place where tasks start: each has a name and an owner, and none is left behind."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Self, TypeVar

import structlog

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from types import TracebackType

log = structlog.get_logger(__name__)
T = TypeVar("T")


class Tasks:
    """Owns tasks. Leaving it cancels what still runs and waits until it is gone."""

    def __init__(self, owner: str) -> None:
        self._owner = owner
        self._running: set[asyncio.Task[Any]] = set()

    def __len__(self) -> int:
        return len(self._running)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.cancel()

    def start(self, coroutine: Coroutine[Any, Any, T], *, name: str) -> asyncio.Task[T]:
        """Starts a task named `owner:name`. An error that nobody awaits is logged, not lost."""
        task = asyncio.create_task(coroutine, name=f"{self._owner}:{name}")  # noqa: TID251 - here
        self._running.add(task)
        task.add_done_callback(self._done)
        return task

    async def drain(self, seconds: float) -> bool:
        """Waits for what runs, at most `seconds`; True when nothing is left."""
        if self._running:
            await asyncio.wait(self._running, timeout=seconds)
        return not self._running

    async def cancel(self) -> None:
        """Cancels what runs, and waits: a task may have a last word to write."""
        for task in self._running:
            task.cancel()
        if self._running:
            await asyncio.wait(self._running)

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("task failed", task=task.get_name(), exc_info=error)
