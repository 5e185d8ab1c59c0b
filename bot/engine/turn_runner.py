"""One claimed turn: it waits in line, is answered, and its end is recorded in the journal.

Who waits, and for what, is decided by `core/line.py`. The runner tells each answer its standing: an
answer shows its place, begins or is refused, as its own events say.
"""

from __future__ import annotations

import asyncio
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from bot.backoff import Backoff
from bot.core.line import Admission, WaitingLine
from bot.core.reply import Phase
from bot.core.types import Deleted, Interrupted, Order, Queued, Stopped, Withdrawn
from bot.engine.clocks import loop_time
from bot.engine.turn_policy import Crowded
from bot.errors import LeaseLost, SlackError, StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from bot.core.line import Standing
    from bot.core.ports import Journal
    from bot.core.reply import Snapshot
    from bot.core.turns import Claim
    from bot.core.types import TurnKey
    from bot.engine.answer import Answer
    from bot.engine.held_lease import HeldLease
    from bot.engine.journaled_sink import JournaledSink
    from bot.engine.quarantine import Quarantine
    from bot.engine.turn_policy import TurnPolicy

log = structlog.get_logger(__name__)

ORDER_EVENTS: Mapping[Order, Stopped | Deleted | Withdrawn] = {
    Order.STOP: Stopped(),
    Order.GONE: Deleted(),
    Order.WITHDRAWN: Withdrawn(),
    Order.ORPHANED: Deleted(),
}
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

    def standing(self, standing: Standing) -> None:
        """The line has decided: it waits, it may begin, or too many wait already."""
        if self.answer.over:
            return
        match standing:
            case Queued():
                self.answer.place(standing)
            case Admission.ADMITTED:
                self.answer.admit()
            case Admission.REFUSED:
                self.answer.fail(Crowded.kind, Crowded("too many questions wait"))

    def follow(self, order: Order) -> None:
        """Ends the answer as somebody asked for."""
        self.answer.end(ORDER_EVENTS[order])


class TurnRunner:
    """Runs claimed turns. They wait in one line; suspects wait for other suspects first."""

    def __init__(
        self,
        journal: Journal,
        policy: TurnPolicy,
        quarantine: Quarantine,
        is_open: Callable[[], bool],
    ) -> None:
        """`is_open` becomes false when the process shuts down: then nothing new is answered."""
        self._journal = journal
        self._policy = policy
        self._quarantine = quarantine
        self._is_open = is_open
        self._line = WaitingLine(policy.load)
        self._entered: dict[TurnKey, RunningTurn] = {}

    @property
    def running(self) -> int:
        """How many turns are being answered."""
        return self._line.running

    async def run(self, running: RunningTurn) -> None:
        """Returns when the end is recorded.

        Raises `LeaseLost` when another process has the turn now, and `StoreError` when the journal
        fails before the answer has an end.
        """
        claim, spoken = running.claim, running.sink.spoken
        quarantine = self._quarantine.enter(claim, spoken, lambda: running.answer.over)
        async with quarantine if claim.suspect else nullcontext():
            try:
                await self._wait_in_line(running)
                await self._answer(running)
            finally:
                self._leave_line(running)

    def recheck(self, keys: Collection[TurnKey] | None = None) -> None:
        """Turns that wait may begin: these, or perhaps any."""
        self._line.recheck(keys)
        self._tell_standings()
        self._quarantine.recheck()

    async def _wait_in_line(self, running: RunningTurn) -> None:
        """Returns when the turn has begun, or its answer is over already."""
        if not running.answer.over:
            self._enter_line(running)
        if running.attempt is not None and running.answer.queued:
            running.attempt = None
            await running.sink.put_off()
        while running.attempt is None and not await self._is_over_in_line(running):
            running.attempt = await self._journal.begin(running.claim.lease)
            if running.attempt is None:
                self._line.step_back(running.claim.turn)
                self._tell_standings()

    async def _is_over_in_line(self, running: RunningTurn) -> bool:
        """Whether its answer is over before it has come to its turn. Returns when either is."""
        await running.answer.wait_in_line()
        if running.answer.over:
            self._leave_line(running)
        return running.answer.over

    def _enter_line(self, running: RunningTurn) -> None:
        self._entered[running.claim.turn.key] = running
        self._line.enter(running.claim.turn)
        self._tell_standings()

    def _leave_line(self, running: RunningTurn) -> None:
        if self._entered.pop(running.claim.turn.key, None):
            self._line.leave(running.claim.turn)
            self._tell_standings()

    def _tell_standings(self) -> None:
        for key, standing in self._line.news().items():
            self._entered[key].standing(standing)

    async def _answer(self, running: RunningTurn) -> None:
        how = _without_a_last_word(running.claim)
        began = loop_time()
        try:
            last = await self._written(running)
            how = last.phase
            seconds = round(loop_time() - began, 2)
            said = "looked again" if running.claim.looks else "answer ended"
            log.info(said, phase=how.value, seconds=seconds, characters=len(last.text))
        except SlackError as error:
            log.warning("answer cannot be shown", detail=str(error))
        except (StoreError, LeaseLost):
            raise
        except Exception as error:  # noqa: BLE001 - a bug must not come again and again
            await self._show_bug(running, error)
        # Also where not all of it could be removed: it must not be tried again for ever.
        await self._record_end(running, Phase.WITHDRAWN if running.answer.withdrawn else how)

    async def _written(self, running: RunningTurn) -> Snapshot:
        """The last snapshot, which is in Slack now. Raises as `Answer.run` does."""
        if not running.answer.over:
            self._apply_policy(running)
        return await running.answer.run()

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


def _without_a_last_word(claim: Claim) -> Phase:
    """How a turn ends whose last word Slack does not take: one that had ended keeps its ending."""
    return claim.ending.phase if claim.looks and claim.ending else Phase.FAILED
