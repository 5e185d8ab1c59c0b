"""Waits until a call may go out: the limits of Slack, shared by all replies of this process.

Theory of operation. Each limit is a `Bucket` (`core/pacing.py`): one for each team and bucket name,
and for some names one more for each channel. A call passes through the narrow one first, then the
wide one, so that a call that waits for its channel takes nothing from the others.

In front of each bucket is a gate with a queue, ordered by urgency (last words, first words, more,
status), then fairly among people, then by arrival: who asks forty questions in one channel does not
keep another one's placeholder waiting (`core/fair_order.py`). "More" and "status" need no fairness,
because each reply waits with one such call at a time. Only the first in the queue asks the bucket.
When the bucket says "wait", it sleeps for that long, but a more urgent call that arrives meanwhile
becomes the first and asks instead. A call that leaves the queue, granted or cancelled, wakes the
new first and nobody else: a crowd of n calls costs n wake-ups.

Two edits of one message keep a least distance in time, so that one reply does not spend the burst
that another one could use. Last words and first words do not wait for that distance.

When Slack refuses a call, all its buckets close for the time that Slack names. Only the narrowest
one also slows down.

Gates nobody waits at, whose bucket is full again, are forgotten when there are many.

A call may wait because of Slack (a bucket is closed, or the calls of the last minute are all that
Slack promises) or because of our caution (distance, a small burst, a share for others, a lower rate
after a refusal). `acquire` tells the two apart: people are told of Slack's limits only.
"""

from __future__ import annotations

import asyncio
from bisect import insort
from contextlib import suppress
from dataclasses import dataclass, field
from math import isfinite
from typing import TYPE_CHECKING

from bot.core.bounded_map import BoundedMap
from bot.core.fair_order import FairOrder
from bot.core.pacing import URGENT, Bucket
from bot.core.types import CallKind, Effect

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable

    from bot.core.pacing import Rate, Rates
    from bot.core.types import Call

URGENCY = {CallKind.LAST: 0, CallKind.FIRST: 1, CallKind.MORE: 2, CallKind.STATUS: 3}
"""Lower goes first."""

MOST_GATES = 1000
"""Gates that are remembered; more only where calls wait."""


class Pacer:
    """Implements the Budget port: grants calls in order of urgency, fairly among people."""

    def __init__(
        self,
        rates: Rates,
        *,
        interval: float = 1.0,
        status: float = 10.0,
        clock: Callable[[], float] | None = None,
    ) -> None:
        """`interval` and `status`: least seconds between two edits of one message.

        `interval` is for edits with more of an answer, `status` for edits that only say how it is
        coming along. `clock` gives monotonic seconds.
        """
        self._rates = rates
        self._intervals = {CallKind.MORE: interval, CallKind.STATUS: status}
        self._clock = clock or asyncio.get_running_loop().time
        self._gates: BoundedMap[Hashable, _Gate] = BoundedMap(
            MOST_GATES, lambda gate: gate.is_like_new
        )
        self._next_edit: dict[Hashable, float] = {}

    async def acquire(self, call: Call) -> float:
        """Returns when `call` may go out: the seconds for which Slack's limits held it."""
        await self._keep_distance(call)
        return sum([await gate.pass_through(call) for gate in self._gates_of(call)])

    def refused(self, call: Call, retry_after: float) -> None:
        """Slack refused `call`: its buckets grant nothing for `retry_after` seconds."""
        narrow, *wider = self._gates_of(call)
        narrow.bucket.back_off(self._clock(), retry_after)
        for gate in wider:
            gate.bucket.close(self._clock(), retry_after)

    async def _keep_distance(self, call: Call) -> None:
        if call.kind not in self._intervals or call.effect is not Effect.EDIT:
            return
        edit = (call.kind, call.team, call.channel, call.message)
        now = self._clock()
        self._next_edit = {each: at for each, at in self._next_edit.items() if at > now}
        if edit in self._next_edit:
            await asyncio.sleep(self._next_edit[edit] - now)
        self._next_edit[edit] = self._clock() + self._intervals[call.kind]

    def _gates_of(self, call: Call) -> Iterable[_Gate]:
        """The narrowest first."""
        if rate := self._rates.per_channel.get(call.bucket):
            yield self._gate((call.team, call.bucket, call.channel), rate)
        rate = self._rates.by_bucket.get(call.bucket, self._rates.others)
        yield self._gate((call.team, call.bucket), rate)

    def _gate(self, key: Hashable, rate: Rate) -> _Gate:
        if key not in self._gates:
            self._gates[key] = _Gate(Bucket(rate), self._clock)
        return self._gates[key]


@dataclass(order=True, slots=True)
class _Ticket:
    """One call that waits; the lowest one goes first."""

    urgency: int
    round: int
    """In which round of the fair order; 0 for calls that need no fairness."""
    arrival: int
    kind: CallKind = field(compare=False)
    is_first: asyncio.Event = field(compare=False, default_factory=asyncio.Event)


class _Gate:
    """One bucket and the calls that wait for it."""

    def __init__(self, bucket: Bucket, clock: Callable[[], float]) -> None:
        self.bucket = bucket
        self._clock = clock
        self._queue: list[_Ticket] = []
        self._arrivals = 0
        self._orders = {kind: FairOrder() for kind in URGENT}

    @property
    def is_like_new(self) -> bool:
        """Whether a new one would do the same from now on."""
        return not self._queue and self.bucket.is_like_new(self._clock())

    async def pass_through(self, call: Call) -> float:
        """Returns when the bucket has granted it: the seconds for which Slack's limit held it."""
        asked = self._clock()
        closed_before = self.bucket.closed_for(asked)
        await self._wait_in_line(self._ticket(call))
        now = self._clock()
        if self.bucket.is_used_up(now):
            return now - asked
        return self.bucket.closed_for(now) - closed_before

    def _ticket(self, call: Call) -> _Ticket:
        if not self._queue and self.bucket.is_full(self._clock()):
            for each in self._orders.values():
                each.forget()
        order = self._orders.get(call.kind)
        self._arrivals += 1
        return _Ticket(
            URGENCY[call.kind],
            order.round_for(call.asker) if order else 0,
            self._arrivals,
            call.kind,
        )

    async def _wait_in_line(self, ticket: _Ticket) -> None:
        insort(self._queue, ticket)
        try:
            while wait := self._wait_for(ticket):
                await self._sleep(ticket, wait)
            if order := self._orders.get(ticket.kind):
                order.served(ticket.round)
        finally:
            self._queue.remove(ticket)
            if self._queue:
                self._queue[0].is_first.set()

    def _wait_for(self, ticket: _Ticket) -> float:
        """Seconds: 0.0 when the bucket grants it; infinite when the ticket is not the first."""
        if ticket is not self._queue[0]:
            return float("inf")
        return self.bucket.reserve(self._clock(), ticket.kind)

    async def _sleep(self, ticket: _Ticket, seconds: float) -> None:
        """Returns after `seconds`, or earlier when the ticket has become the first."""
        ticket.is_first.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds if isfinite(seconds) else None):
                await ticket.is_first.wait()
