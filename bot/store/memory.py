"""The journal in memory: deduplicates and keeps order, and forgets everything at a restart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.types import Lease
from bot.errors import BotError

if TYPE_CHECKING:
    from bot.core.types import Thread, Turn, TurnKey

REMEMBERED = 20_000
"""Keys kept for deduplication: days of a busy workspace; Slack retries for minutes."""


class JournalShut(BotError):
    """The process is about to end; Slack will deliver the question again, to the next one."""


class MemoryJournal:
    """Implements the Journal port for one process. See the README for what that means."""

    def __init__(self) -> None:
        self._known: dict[TurnKey, None] = {}
        self._waiting: dict[TurnKey, Turn] = {}
        self._running: dict[Thread, Lease] = {}
        self._fence = 0
        self._open = True

    def shut(self) -> None:
        """From now on nothing is taken in: it would be forgotten when the process ends."""
        self._open = False

    async def accept(self, turn: Turn) -> bool:
        """Takes the turn in; False for a duplicate. Raises `JournalShut`."""
        if not self._open:
            raise JournalShut("shutting down")
        if turn.key in self._known:
            return False
        self._remember(turn.key)
        self._waiting[turn.key] = turn
        return True

    async def claim(self, turn: Turn) -> Lease | None:
        """A lease, when the turn waits and is the oldest open one of its thread."""
        if turn.thread in self._running or self._oldest(turn.thread) != turn:
            return None
        del self._waiting[turn.key]
        self._fence += 1
        lease = Lease(turn.key, self._fence)
        self._running[turn.thread] = lease
        return lease

    async def renew(self, lease: Lease) -> bool:
        """A lease of this process is good until it ends."""
        return lease in self._running.values()

    async def posted(self, lease: Lease, ts: str) -> None:
        """Nothing to remember: what dies with us cannot be taken up again."""

    async def close(self, lease: Lease, answer: str) -> None:
        """See `posted`."""

    async def ended(self, lease: Lease, how: str) -> None:  # noqa: ARG002 - the port's
        """Frees the thread for its next turn."""
        for thread, held in list(self._running.items()):
            if held == lease:
                del self._running[thread]

    async def due(self) -> list[Turn]:
        """The oldest waiting turn of every thread that is free."""
        oldest = {turn.thread: turn for turn in sorted(self._waiting.values(), key=_age)[::-1]}
        return sorted(
            (turn for thread, turn in oldest.items() if thread not in self._running), key=_age
        )

    def _oldest(self, thread: Thread) -> Turn | None:
        waiting = [turn for turn in self._waiting.values() if turn.thread == thread]
        return min(waiting, key=_age, default=None)

    def _remember(self, key: TurnKey) -> None:
        self._known[key] = None
        if len(self._known) > REMEMBERED:
            del self._known[next(iter(self._known))]


def _age(turn: Turn) -> tuple[int, str]:
    """Slack's ts orders by time; longer digits mean later."""
    return (len(turn.ts), turn.ts)
