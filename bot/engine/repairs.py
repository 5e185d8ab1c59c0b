"""Repairs: a message whose turn has ended looks live, and somebody presses a button of it.

Theory of operation. Slack may carry an edit out so late that it lands after the second look at an
ended turn. Then "Writing …" and Stop stand there for good. The press is what tells us.

- While the turn's ending is kept, that look comes before its time, and repeats the last word.
- Else nobody knows the words any more. The message keeps those that it has, and says so.

Whoever writes has the right to it from the journal, for as long as a lease: no two presses, looks,
rounds or processes write at a time, and no call outlives the lease. One that is given up may be
made again by the next press. The message is read before; the fence tells whether anybody has worked
on the turn since, or repaired it.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Self

import structlog

from bot.engine.clocks import uptime
from bot.engine.held_lease import HeldLease
from bot.errors import SlackError, StoreError
from bot.tasks import Tasks

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.core.ports import Journal, StaleMessages
    from bot.core.turns import Repair
    from bot.core.types import TurnKey

log = structlog.get_logger(__name__)


class Repairs:
    """Repairs messages that were pressed. Leaving it ends what is under way."""

    def __init__(self, journal: Journal, stale: StaleMessages, seconds: float) -> None:
        """A lease of the journal lasts `seconds`."""
        self._journal = journal
        self._stale = stale
        self._seconds = seconds
        self._under_way: set[tuple[TurnKey, str]] = set()
        self._tasks = Tasks("repairs")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._tasks.cancel()

    def pressed(self, key: TurnKey, ts: str) -> None:
        """A button of the message `ts`, which belongs to the turn, was pressed.

        What fails is logged: the next press tries again.
        """
        if (key, ts) not in self._under_way:
            self._under_way.add((key, ts))
            self._tasks.start(self._try(key, ts), name=f"message {ts}")

    async def _try(self, key: TurnKey, ts: str) -> None:
        try:
            await self._repair(key, ts)
        except (SlackError, StoreError) as error:
            log.warning("message not repaired", ts=ts, detail=str(error))
        finally:
            self._under_way.discard((key, ts))

    async def _repair(self, key: TurnKey, ts: str) -> None:
        record = await self._journal.find(key)
        if record is None or not record.state.ended:
            return
        message = await self._stale.find(key, record.round, ts)
        if message is None or await self._journal.look_now(key):
            return
        asked = uptime()
        if repair := await self._journal.repair(key):
            held = HeldLease(self._journal, repair.lease, self._seconds, asked)
            await self._without_words(repair, message, held, record.fence)

    async def _without_words(
        self, repair: Repair, message: Mapping[str, Any], held: HeldLease, fence: int
    ) -> None:
        """Writes, if this repair has the next fence after `fence`."""
        try:
            if repair.lease.fence == fence + 1:
                async with held.call():
                    await self._stale.mend(repair, message, held.may_send)
                log.info("message repaired", ts=repair.turn.ts)
        finally:
            with suppress(StoreError):  # then it ends by itself
                await self._journal.repaired(repair)
