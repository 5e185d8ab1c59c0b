"""Owner of every running answer: takes turns up, stops them, hands them over when we shut down.

Theory of operation. A turn is in the journal before anybody works on it, and every process looks
there for turns that are due. So a turn outlives the process that accepted it.

- `submit` starts a task for a turn. The task claims the turn in the journal, and only one process
  gets the claim. `TurnRunner` does the rest.
- Only one turn of a thread is answered at a time. Later ones are claimed and wait in line, visibly.
- Two background tasks run every second or so: one renews the leases of all running turns, the other
  finds due turns: those of processes that died, and those that were committed but never submitted.
- Stop and deletion end a running answer at once. For a turn of another process they are written to
  the journal as an order, which that process reads when it renews its leases.
- A turn that may have crashed a process begins in quarantine (`quarantine.py`).
- When we shut down, turns that wait in line are released at once, so that others can begin them;
  answers under way may finish, and those that do not are marked as interrupted and released.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Self

import structlog

from bot.core.turns import ClickOutcome
from bot.core.types import Interrupted, Order
from bot.engine.answer import Answer
from bot.engine.clocks import uptime
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


class Conversations:
    """Runs the turns of this process. Enter it before the first `submit`; leaving cancels all."""

    def __init__(
        self,
        journal: Journal,
        services: AnswerServices,
        sink_for: Callable[[Claim], Sink],
        help_for: Callable[[Turn], str],
        policy: TurnPolicy | None = None,
    ) -> None:
        """`help_for` gives the text that answers a turn in which only the bot's name was said."""
        self._journal = journal
        self._services = services
        self._sink_for = sink_for
        self._policy = policy or TurnPolicy()
        self._submitted: set[TurnKey] = set()
        self._running: dict[TurnKey, RunningTurn] = {}
        self._turns = Tasks("conversations")
        self._background = Tasks("background")
        self._open = True
        self._runner = TurnRunner(
            journal,
            services.people,
            help_for,
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

    # What others ask for

    def submit(self, key: TurnKey) -> None:
        """Starts work on a turn that is in the journal, unless somebody works on it already."""
        if not self._open:
            self._background.start(self._offer(), name="offer")
        elif key not in self._submitted:
            self._submitted.add(key)
            self._turns.start(self._work_on(key), name=f"turn {key[2]}")

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

    async def deleted(self, team: str, channel: str, ts: str) -> None:
        """The message `ts` was deleted: if it is a question or an answer, the answer ends.

        Raises `StoreError` when the journal must be asked and does not answer.
        """
        key = (team, channel, ts)
        if running := self._running.get(key) or self._answering_in(channel, ts):
            await self._order_here(running, Order.GONE)
        else:
            answered = await self._journal.answering(team, channel, ts)
            await self._journal.order(answered or key, Order.GONE)

    async def drain(self, seconds: float) -> None:
        """Lets answers finish, then hands them over. Returns after `seconds` at most."""
        self._open = False
        await self._leave_line()
        await self._offer()
        hand_over = max(seconds * self._policy.hand_over_share, min(seconds / 2, 1.0))
        if not await self._turns.drain(seconds - hand_over):
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

    async def _claim(self, key: TurnKey) -> RunningTurn | None:
        asked, task = uptime(), asyncio.current_task()
        claim = await self._journal.claim(key)
        if claim is None or task is None:
            return None
        if not self._open:
            await self._journal.release(claim.lease)
            return None
        running = self._prepared(claim, asked, task)
        self._running[key] = running
        if claim.order:
            self._follow_order(running, claim.order)
        return running

    def _prepared(self, claim: Claim, asked: float, task: asyncio.Task[None]) -> RunningTurn:
        held_lease = HeldLease(self._journal, claim.lease, self._policy.lease, asked)
        sink = JournaledSink(self._sink_for(claim), self._journal, claim, held_lease)
        answer = Answer(claim.turn, sink, self._services, claim.ending)
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
            running.task.cancel()

    async def _find_due_turns(self) -> None:
        """Submits due turns. One of ours that waits in line is due when it may begin."""
        for key in await self._journal.due() if self._open else ():
            self.submit(key)
            if (running := self._running.get(key)) and running.attempt is None:
                self._runner.recheck()

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
