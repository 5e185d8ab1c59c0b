"""Owner of every running answer: takes turns up, stops them, hands them over when we shut down.

Theory of operation. A turn is in the journal before anybody works on it, and every process looks
there for turns that are due. So a turn outlives the process that accepted it.

- `submit` starts a task for a turn. The task claims the turn in the journal, and only one process
  gets the claim. `TurnRunner` does the rest. There are only so many tasks: of further turns only
  the key is kept, in a backlog that is fair among people.
- Only one turn of a thread is answered at a time, and only so many at all (`core/line.py`). Others
  are claimed and wait in line, visibly.
- Two background tasks run every second or so: one renews the leases of all running turns, the other
  finds due turns: those of processes that died, and those that were committed but never submitted.
- Stop and deletion end a running answer at once. For a turn of another process they are written to
  the journal as an order, which that process reads when it renews its leases. A deleted question
  takes its answer with it. One that had ended is opened again: a complete one stays and loses its
  buttons, any other goes.
- A turn that may have crashed a process begins in quarantine (`quarantine.py`).
- When we shut down, turns that wait in line are released at once, so that others can begin them;
  answers under way may finish, and those that do not are marked as interrupted and released.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Self

import structlog

from bot.core.fair_queue import FairQueue
from bot.core.turns import ClickOutcome
from bot.core.types import Interrupted, Order
from bot.engine.answer import Answer
from bot.engine.clocks import uptime
from bot.engine.greetings import looked_up, newest
from bot.engine.held_lease import HeldLease
from bot.engine.journaled_sink import JournaledSink
from bot.engine.quarantine import Quarantine
from bot.engine.turn_policy import TurnPolicy
from bot.engine.turn_runner import RunningTurn, TurnRunner
from bot.errors import LeaseLost, StoreError
from bot.tasks import Tasks
from bot.telemetry import about

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from bot.core.ports import Journal, Sink
    from bot.core.turns import Claim
    from bot.core.types import Lease, Turn, TurnKey
    from bot.engine.answer import AnswerServices

log = structlog.get_logger(__name__)

BEING_REFUSED = 50
"""Turns that are worked on beyond those that run or wait: too many wait, and they are told so."""

MOST_IN_BACKLOG = 10_000
"""Turns known beyond those. More are in the journal, and are found there when these are done."""


class Conversations:
    """Runs the turns of this process. Enter it before the first `submit`; leaving cancels all."""

    def __init__(
        self,
        journal: Journal,
        services: AnswerServices,
        sink_for: Callable[[Claim, Callable[[], bool]], Sink],
        policy: TurnPolicy | None = None,
    ) -> None:
        """`sink_for` is given the claim, and what a sink asks right before a request leaves."""
        self._journal = journal
        self._services = services
        self._sink_for = sink_for
        self._policy = policy or TurnPolicy()
        self._submitted: set[TurnKey] = set()
        load = self._policy.load
        self._most = load.running + load.waiting + BEING_REFUSED
        self._backlog: FairQueue[TurnKey] = FairQueue(MOST_IN_BACKLOG)
        self._running: dict[TurnKey, RunningTurn] = {}
        self._turns = Tasks("conversations")
        self._background = Tasks("background")
        self._open = True
        self._runner = TurnRunner(
            journal,
            self._policy,
            Quarantine(journal, self._background, self._policy.quarantine_seconds),
            lambda: self._open,
        )

    async def __aenter__(self) -> Self:
        self._background.start(self._every_interval(self._renew_leases), name="leases")
        self._background.start(self._every_interval(self._find_due_turns), name="due")
        return self

    async def __aexit__(self, *_: object) -> None:
        self._open = False
        await self._turns.cancel()
        await self._background.cancel()

    @property
    def running(self) -> int:
        """How many answers are being written."""
        return self._runner.running

    @property
    def waiting(self) -> int:
        """How many questions wait."""
        return len(self._submitted) + len(self._backlog) - self.running

    # What others ask for

    def submit(self, turn: Turn) -> None:
        """Starts work on a turn that is in the journal, unless somebody works on it already."""
        self._take_up(turn.key, f"{turn.thread.team} {turn.user}")

    async def stop(self, key: TurnKey, user: str) -> ClickOutcome:
        """Stops the answer to `key`, in whatever process it is, if `user` asked the question.

        Raises `StoreError` when the journal must be asked and does not answer.
        """
        if running := self._running.get(key):
            if running.claim.turn.user != user:
                return ClickOutcome.NOT_YOURS
            await self._order_here(running, Order.STOP)
            return ClickOutcome.STOPPED
        record = await self._journal.find(key)
        if record is None or record.state.ended:
            return ClickOutcome.OVER
        if record.user != user:
            return ClickOutcome.NOT_YOURS
        stopped = await self._journal.order(key, Order.STOP)
        return ClickOutcome.STOPPED if stopped else ClickOutcome.OVER

    async def deleted(self, team: str, channel: str, ts: str, question: Turn | None = None) -> None:
        """The message `ts` was deleted. If it is an answer, nothing more is written there.

        If it is a question, its answer is removed; one that has ended and is complete stays,
        without the buttons that need the question. With a `question` that is not known yet, its
        event may still come: then it is known as deleted. Raises `StoreError` when the journal does
        not answer.
        """
        key = (team, channel, ts)
        if running := await self._unfinished(key):
            if running.claim.order is not Order.ORPHANED:
                await self._order_here(running, Order.WITHDRAWN)
        elif running := self._answering_in(channel, ts):
            await self._order_here(running, Order.GONE)
        elif answered := await self._journal.answering(team, channel, ts):
            await self._journal.order(answered, Order.GONE)
        elif await self._journal.withdraw(key, question):
            self._take_up(key)

    async def drain(self, seconds: float) -> None:
        """Lets answers finish, then hands them over. Returns after `seconds` at most."""
        self._open = False
        await self._leave_line()
        hand_over = max(seconds * self._policy.hand_over_share, min(seconds / 2, 1.0))
        patience = seconds - hand_over
        if self.running:
            log.info("stopping; answers may finish", answers=self.running, seconds=round(patience))
        await self._offer()
        if not await self._turns.drain(patience):
            for running in self._running.values():
                running.answer.end(Interrupted())
            await self._turns.drain(hand_over)
        await self._turns.cancel()

    async def _leave_line(self) -> None:
        waiting = [run.task for run in self._running.values() if run.attempt is None]
        for task in waiting:
            task.cancel()
        if waiting:
            await asyncio.wait(waiting)

    # One turn

    def _take_up(self, key: TurnKey, asker: str = "") -> None:
        """Starts work on a turn, or leaves it in the backlog while there is too much of it."""
        if not self._open:
            self._background.start(self._offer(), name="offer")
        elif key not in self._submitted:
            self._backlog.add(asker, key)
            self._work_off_backlog()

    def _work_off_backlog(self) -> None:
        while self._open and len(self._submitted) < self._most and (key := self._backlog.take()):
            self._submitted.add(key)
            self._turns.start(self._work_on(key), name=f"turn {key[2]}")

    async def _work_on(self, key: TurnKey) -> None:
        try:
            if running := await self._claim(key):
                with about(running.claim.turn):
                    await self._runner.run(running)
        except LeaseLost as error:
            log.warning("turn passed to another process", ts=key[2], detail=str(error))
        except StoreError as error:
            # It stays in the journal and is found again when the journal answers.
            log.warning("turn put off", ts=key[2], detail=str(error))
        finally:
            self._submitted.discard(key)
            self._running.pop(key, None)
            self._runner.recheck()
            self._work_off_backlog()

    async def _claim(self, key: TurnKey) -> RunningTurn | None:
        asked, task = uptime(), asyncio.current_task()
        claim = await self._journal.claim(key)
        if claim is None or task is None:
            return None
        if not self._open:
            await self._journal.release(claim.lease)
            return None
        use = self._services
        claim = await looked_up(claim, self._journal, use.people, use.history)
        running = self._prepared(claim, asked, task)
        self._running[key] = running
        if claim.order:
            self._follow_order(running, claim.order)
        return running

    def _prepared(self, claim: Claim, asked: float, task: asyncio.Task[None]) -> RunningTurn:
        held_lease = HeldLease(self._journal, claim.lease, self._policy.lease, asked)
        shown = self._sink_for(claim, held_lease.may_send)
        sink = JournaledSink(shown, self._journal, claim, held_lease)
        known = partial(newest, claim.turn, self._journal)
        answer = Answer(claim.turn, sink, self._services, claim.ending, known)
        attempt = claim.attempts if claim.begun else None
        return RunningTurn(claim, answer, sink, held_lease, task, attempt)

    # Orders

    async def _order_here(self, running: RunningTurn, order: Order) -> None:
        """Follows an order, and notes it for the process that goes on should this one die."""
        self._follow_order(running, order)
        with suppress(StoreError):
            await self._journal.order(running.claim.turn.key, order)

    def _follow_order(self, running: RunningTurn, order: Order) -> None:
        running.follow(order)
        self._runner.recheck()

    async def _unfinished(self, key: TurnKey) -> RunningTurn | None:
        """The turn if it runs here; one whose end is being recorded is waited for, and gone."""
        running = self._running.get(key)
        if running is None or not running.finished:
            return running
        await asyncio.wait([running.task])
        return self._running.get(key)

    def _answering_in(self, channel: str, ts: str) -> RunningTurn | None:
        """The running turn that has its answer, or a part of it, in this message."""
        for running in self._running.values():
            if running.claim.turn.thread.channel == channel and ts in running.sink.posts:
                return running
        return None

    # In the background

    async def _renew_leases(self) -> None:
        """Renews the leases of all running turns, and reads the orders of other processes."""
        asked, running_turns = uptime(), list(self._running.values())
        if not running_turns:
            return
        kept = await self._journal.renew([running.claim.lease for running in running_turns])
        for running in running_turns:
            self._renewed(running, kept, asked)

    def _renewed(
        self, running: RunningTurn, kept: Mapping[Lease, Order | None], asked: float
    ) -> None:
        lease = running.claim.lease
        if lease in kept:
            running.held_lease.renewed(asked)
            if order := kept[lease]:
                self._follow_order(running, order)
        elif self._running.get(lease.key) is running and not running.finished:
            log.warning("lease lost", ts=lease.key[2])
            if running.sink.under_way:
                self._background.start(running.sink.overtaken(), name=f"look {lease.key[2]}")
            running.task.cancel()

    async def _find_due_turns(self) -> None:
        """Submits due turns. One of ours that waits in line is due when its thread is free."""
        if not self._open:
            return
        due = dict.fromkeys(await self._journal.due())
        for key in due:
            self._take_up(key)
        self._runner.recheck(due)

    async def _offer(self) -> None:
        """Lets other processes begin at once what we do not begin any more."""
        with suppress(StoreError):  # then the leases expire by themselves
            await self._journal.offer()

    async def _every_interval(self, work: Callable[[], Awaitable[None]]) -> None:
        """Repeats `work` for ever, whatever it raises: without it turns end or are never found."""
        while True:
            try:
                await work()
            except StoreError as error:
                log.warning("journal does not answer", detail=str(error))
            except Exception as error:
                log.error("background work failed", exc_info=error)  # noqa: TRY400
            await asyncio.sleep(self._policy.check_interval)
