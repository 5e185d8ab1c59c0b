"""One claimed turn: it waits in line, is answered, and its end is recorded in the journal."""

from __future__ import annotations

import asyncio
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from bot.backoff import Backoff
from bot.core.reply import Phase
from bot.core.types import Deleted, Interrupted, Order, Stopped
from bot.engine.clocks import loop_time
from bot.engine.wakeups import Wakeups
from bot.errors import LeaseLost, SlackError, StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.core.ports import Journal, People
    from bot.core.reply import Snapshot
    from bot.core.turns import Claim
    from bot.core.types import Turn
    from bot.engine.answer import Answer
    from bot.engine.held_lease import HeldLease
    from bot.engine.journaled_sink import JournaledSink
    from bot.engine.quarantine import Quarantine
    from bot.engine.turn_policy import TurnPolicy

log = structlog.get_logger(__name__)

ORDER_EVENTS: Mapping[Order, Stopped | Deleted] = {Order.STOP: Stopped(), Order.GONE: Deleted()}
"""How an order ends an answer."""

PAUSES = (0.5, 1, 2, 5)
"""Seconds between attempts to record an end in a journal that does not answer."""


@dataclass(slots=True)
class RunningTurn:
    """A turn that this process has claimed, and what works on it."""

    claim: Claim
    answer: Answer
    sink: JournaledSink
    held_lease: HeldLease
    task: asyncio.Task[None]

    attempt: int | None
    """How often the turn has been begun, this time included; None while it waits in line."""

    finished: bool = False
    """True when all that is left to do is to record the end."""

    def follow(self, order: Order) -> None:
        """Ends the answer as somebody asked for."""
        self.answer.end(ORDER_EVENTS[order])


class TurnRunner:
    """Runs claimed turns. Those of one thread wait for each other, and suspects for suspects."""

    def __init__(
        self,
        journal: Journal,
        people: People,
        help_for: Callable[[Turn], str],
        policy: TurnPolicy,
        quarantine: Quarantine,
        is_open: Callable[[], bool],
    ) -> None:
        """`is_open` becomes false when the process shuts down: then nothing new is answered."""
        self._journal = journal
        self._people = people
        self._help_for = help_for
        self._policy = policy
        self._quarantine = quarantine
        self._is_open = is_open
        self._line = Wakeups()

    async def run(self, running: RunningTurn) -> None:
        """Returns when the end is recorded.

        Raises `LeaseLost` when another process has the turn now, and `StoreError` when the journal
        fails before the answer has an end.
        """
        claim, spoken = running.claim, running.sink.spoken
        quarantine = self._quarantine.enter(claim, spoken, lambda: running.answer.over)
        async with quarantine if claim.suspect else nullcontext():
            await self._wait_in_line(running)
            await self._answer(running)

    def recheck(self) -> None:
        """All turns that wait check again whether they may begin."""
        self._line.wake_all()
        self._quarantine.recheck()

    async def _wait_in_line(self, running: RunningTurn) -> None:
        """Returns when no older question of the thread is open, or the answer is over already."""
        while running.attempt is None and not running.answer.over:
            changed = self._line.next()
            running.attempt = await self._journal.begin(running.claim.lease)
            if running.attempt is None:
                await running.answer.show_queued()
                await changed.wait()

    async def _answer(self, running: RunningTurn) -> None:
        how = Phase.FAILED
        began = loop_time()
        try:
            last = await self._written(running)
            how = last.phase
            seconds = round(loop_time() - began, 2)
            log.info("answer ended", phase=how.value, seconds=seconds, characters=len(last.text))
        except SlackError as error:
            log.warning("answer cannot be shown", detail=str(error))
        except (StoreError, LeaseLost):
            raise
        except Exception as error:  # noqa: BLE001 - a bug must not come again and again
            await self._show_bug(running, error)
        await self._record_end(running, how)

    async def _written(self, running: RunningTurn) -> Snapshot:
        """The last snapshot, which is in Slack now. Raises as `Answer.run` does."""
        answer, turn = running.answer, running.claim.turn
        if not answer.over:
            self._apply_policy(running)
        if answer.over or turn.asks:
            return await answer.run()
        # A greeting reads no history, so the user's language has not been looked up yet.
        await self._people.learn([turn.user])
        return await answer.say(self._help_for(turn))

    def _apply_policy(self, running: RunningTurn) -> None:
        """Ends what must not be answered, or not by a process that shuts down."""
        if refusal := self._policy.refusal(running.claim, running.attempt or 0):
            running.answer.fail(refusal.kind, refusal)
        elif not self._is_open():
            running.answer.end(Interrupted())

    async def _show_bug(self, running: RunningTurn, error: Exception) -> None:
        """A bug in the writer: the answer ends with an error, if that can still be written."""
        running.answer.fail("internal", error)
        try:
            await running.answer.run()
        except Exception as again:
            log.error("answer cannot be shown", exc_info=again)  # noqa: TRY400

    async def _record_end(self, running: RunningTurn, how: Phase) -> None:
        """Tells the journal, however long that takes: an end it does not know is written again."""
        lease, running.finished = running.claim.lease, True
        backoff = Backoff(PAUSES)
        while True:
            try:
                if how is Phase.INTERRUPTED:
                    await self._journal.release(lease)
                else:
                    await running.sink.note()
                    await self._journal.ended(lease, how.value)
            except StoreError as error:
                log.warning("end not written yet", detail=str(error))
                await asyncio.sleep(backoff.next())
            else:
                return
