"""Owner of every running reply: one per thread at a time, each ended or handed over."""

from __future__ import annotations

import asyncio
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain, repeat
from typing import TYPE_CHECKING, Self

import structlog

from bot.core.reply import Phase
from bot.core.types import Deleted, Interrupted, Order, Stopped
from bot.engine.answer import Answer
from bot.engine.held_lease import HeldLease, uptime
from bot.engine.journaled_sink import JournaledSink
from bot.engine.quarantine import Quarantine
from bot.engine.turn_policy import TurnPolicy
from bot.errors import LeaseLost, SlackError, StoreError
from bot.tasks import Tasks
from bot.telemetry import about

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from types import TracebackType

    from bot.core.ports import Journal, Sink
    from bot.core.reply import Snapshot
    from bot.core.turns import Claim
    from bot.core.types import Lease, Turn, TurnKey
    from bot.engine.answer import AnswerServices

log = structlog.get_logger(__name__)

ORDERS: Mapping[Order, Stopped | Deleted] = {Order.STOP: Stopped(), Order.GONE: Deleted()}
"""What becomes of an answer about which somebody has said something."""

PAUSES = (0.5, 1, 2, 5)
"""Seconds between attempts to write an end into a journal that does not answer."""


class StopOutcome(StrEnum):
    """What became of a press on Stop."""

    STOPPED = "stopped"
    NOT_YOURS = "not_yours"
    OVER = "over"


@dataclass(slots=True)
class _Work:
    """One turn that is ours."""

    claim: Claim
    answer: Answer
    sink: JournaledSink
    tenure: HeldLease
    task: asyncio.Task[None]
    begun: int | None = None
    over: bool = False


class Conversations:
    """Takes turns up as their threads become free; stops, hands over, and takes over.

    While it is entered it keeps its leases, and looks for turns that nobody works on: those of
    processes that died, and those of ours that were committed but never submitted.
    """

    def __init__(
        self,
        journal: Journal,
        desk: AnswerServices,
        sink_for: Callable[[Claim], Sink],
        help_for: Callable[[Turn], str],
        terms: TurnPolicy | None = None,
    ) -> None:
        self._journal = journal
        self._desk = desk
        self._sink_for = sink_for
        self._help_for = help_for
        self._terms = terms or TurnPolicy()
        self._submitted: set[TurnKey] = set()
        self._working: dict[TurnKey, _Work] = {}
        self._tasks = Tasks("conversations")
        self._keeper = Tasks("keeper")
        self._freed = asyncio.Event()
        self._probation = Quarantine(journal, self._keeper, self._terms.alone)
        self._open = True

    async def __aenter__(self) -> Self:
        self._keeper.start(self._pulse(self._keep), name="leases")
        self._keeper.start(self._pulse(self._look), name="due")
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._open = False
        await self._tasks.cancel()
        await self._keeper.cancel()

    # What others ask for

    def submit(self, key: TurnKey) -> None:
        """Works on a turn that is in the journal, unless somebody does already."""
        if not self._open:
            self._keeper.start(self._offer(), name="offer")
        elif key not in self._submitted:
            self._submitted.add(key)
            self._tasks.start(self._turn(key), name=f"turn {key[2]}")

    async def stop(self, key: TurnKey, user: str) -> StopOutcome:
        """Stops the answer to `key`, in whatever process it is, when `user` is who asked."""
        if work := self._working.get(key):
            if work.claim.turn.user != user:
                return StopOutcome.NOT_YOURS
            self._obey(work, Order.STOP)
            await self._note(key, Order.STOP)
            return StopOutcome.STOPPED
        entry = await self._journal.find(key)
        if entry is None or entry.state.ended:
            return StopOutcome.OVER
        if entry.user != user:
            return StopOutcome.NOT_YOURS
        stopped = await self._journal.order(key, Order.STOP)
        return StopOutcome.STOPPED if stopped else StopOutcome.OVER

    async def deleted(self, team: str, channel: str, ts: str) -> None:
        """A message was deleted: a question is not answered on, an answer not written on."""
        key = (team, channel, ts)
        if work := self._working.get(key) or self._written_in(channel, ts):
            self._obey(work, Order.GONE)
            await self._note(work.claim.turn.key, Order.GONE)
        else:
            answered = await self._journal.answering(team, channel, ts)
            await self._journal.order(answered or key, Order.GONE)

    async def drain(self, seconds: float) -> None:
        """Lets answers finish, then hands them over; takes `seconds` at the most."""
        self._open = False
        waiting = [work.task for work in self._working.values() if work.begun is None]
        for task in waiting:
            task.cancel()
        if waiting:
            await asyncio.wait(waiting)
        await self._offer()
        words = max(seconds * self._terms.hand_over, min(seconds / 2, 1.0))
        if not await self._tasks.drain(seconds - words):
            for work in self._working.values():
                work.answer.end(Interrupted())
            await self._tasks.drain(words)
        await self._tasks.cancel()

    # One turn

    async def _turn(self, key: TurnKey) -> None:
        try:
            if work := await self._take(key):
                with about(work.claim.turn):
                    await self._work(work)
        except LeaseLost as error:
            log.warning("turn passed to another process", ts=key[2], detail=str(error))
        except StoreError as error:
            # It stays in the journal, and is looked for again as soon as that answers.
            log.warning("turn put off", ts=key[2], detail=str(error))
        finally:
            self._submitted.discard(key)
            self._working.pop(key, None)
            self._wake()

    async def _take(self, key: TurnKey) -> _Work | None:
        asked, task = uptime(), asyncio.current_task()
        claim = await self._journal.claim(key)
        if claim is None or task is None:
            return None
        if not self._open:
            await self._journal.release(claim.lease)
            return None
        tenure = HeldLease(self._journal, claim.lease, self._terms.lease, asked)
        sink = JournaledSink(self._sink_for(claim), self._journal, claim, tenure)
        answer = Answer(claim.turn, sink, self._desk, claim.ending)
        work = _Work(claim, answer, sink, tenure, task, claim.attempts if claim.begun else None)
        self._working[key] = work
        if claim.order:
            self._obey(work, claim.order)
        return work

    async def _work(self, work: _Work) -> None:
        claim, spoken = work.claim, work.sink.spoken
        suspect = work.begun is None and claim.attempts >= self._terms.careful
        watched = self._probation.of(claim, spoken, lambda: work.answer.over)
        async with watched if suspect else nullcontext():
            await self._line_up(work)
            await self._answer(work)

    async def _line_up(self, work: _Work) -> None:
        """Waits, visibly, until no older question of the thread is open."""
        while work.begun is None and not work.answer.over:
            freed = self._freed
            work.begun = await self._journal.begin(work.claim.lease)
            if work.begun is None:
                await work.answer.wait()
                await freed.wait()

    async def _answer(self, work: _Work) -> None:
        how = Phase.FAILED
        began = asyncio.get_running_loop().time()
        try:
            last = await self._run(work)
            how = last.phase
            seconds = round(asyncio.get_running_loop().time() - began, 2)
            log.info("answer ended", phase=how.value, seconds=seconds, characters=len(last.text))
        except SlackError as error:
            log.warning("answer cannot be shown", detail=str(error))
        except (StoreError, LeaseLost):
            raise
        except Exception as error:  # noqa: BLE001 - a bug must not come again and again
            await self._give_up(work, error)
        await self._end(work, how)

    async def _give_up(self, work: _Work, error: Exception) -> None:
        """A bug of the writer's: it is said, if that can still be written."""
        work.answer.fail("internal", error)
        try:
            await work.answer.run()
        except Exception as again:
            log.error("answer cannot be shown", exc_info=again)  # noqa: TRY400

    async def _run(self, work: _Work) -> Snapshot:
        answer, turn = work.answer, work.claim.turn
        if not answer.over:
            self._look_at(work)
        if answer.over or turn.asks:
            return await answer.run()
        # No history is read, so nobody has looked up yet in which language to greet.
        await self._desk.people.learn([turn.user])
        return await answer.say(self._help_for(turn))

    def _look_at(self, work: _Work) -> None:
        """Ends what is not to be answered, at all or by us."""
        if refusal := self._terms.refusal(work.claim, work.begun or 0):
            work.answer.fail(refusal.kind, refusal)
        elif not self._open:
            work.answer.end(Interrupted())

    async def _end(self, work: _Work, how: Phase) -> None:
        """Tells the journal, however long that takes: an end that is not known is written again."""
        lease, work.over = work.claim.lease, True
        for pause in chain(PAUSES, repeat(PAUSES[-1])):
            try:
                if how is Phase.INTERRUPTED:
                    await self._journal.release(lease)
                else:
                    await work.sink.note()
                    await self._journal.ended(lease, how.value)
            except StoreError as error:
                log.warning("end not written yet", detail=str(error))
                await asyncio.sleep(pause)
            else:
                return

    # All of them

    async def _keep(self) -> None:
        """Renews the leases, and hears what was asked for in other processes."""
        asked, held = uptime(), list(self._working.values())
        if not held:
            return
        kept = await self._journal.renew([work.claim.lease for work in held])
        for work in held:
            self._heard(work, kept, asked)

    def _heard(self, work: _Work, kept: Mapping[Lease, Order | None], asked: float) -> None:
        lease = work.claim.lease
        if lease in kept:
            work.tenure.renewed(asked)
            if order := kept[lease]:
                self._obey(work, order)
        elif self._working.get(lease.key) is work and not work.over:
            log.warning("lease lost", ts=lease.key[2])
            work.task.cancel()

    async def _look(self) -> None:
        """Finds what nobody works on. What waits in line here looks again."""
        for key in await self._journal.due() if self._open else ():
            self.submit(key)
            if (work := self._working.get(key)) and work.begun is None:
                self._wake()

    async def _offer(self) -> None:
        """While we leave, others may begin what we do not."""
        with suppress(StoreError):  # then the leases run out by themselves
            await self._journal.offer()

    async def _pulse(self, beat: Callable[[], Awaitable[None]]) -> None:
        """Does so for ever, whatever happens: without it answers stop, or are never found."""
        while True:
            try:
                await beat()
            except StoreError as error:
                log.warning("journal does not answer", detail=str(error))
            except Exception as error:
                log.error("pulse failed", exc_info=error)  # noqa: TRY400
            await asyncio.sleep(self._terms.pulse)

    def _written_in(self, channel: str, ts: str) -> _Work | None:
        """Whose answer stands in this message."""
        for work in self._working.values():
            if work.claim.turn.thread.channel == channel and ts in work.sink.posts:
                return work
        return None

    async def _note(self, key: TurnKey, order: Order) -> None:
        """What has been obeyed is noted: whoever goes on, should we die, must know."""
        with suppress(StoreError):
            await self._journal.order(key, order)

    def _obey(self, work: _Work, order: Order) -> None:
        work.answer.end(ORDERS[order])
        self._wake()

    def _wake(self) -> None:
        """Those who wait in line look again."""
        self._freed.set()
        self._freed = asyncio.Event()
        self._probation.look_again()
