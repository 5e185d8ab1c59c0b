"""The waiting around the buckets: one bucket per (team, method), shared by all replies."""

from __future__ import annotations

import asyncio
from bisect import insort
from contextlib import suppress
from math import isfinite
from typing import TYPE_CHECKING

from bot.core.pacing import Bucket, Rate
from bot.core.types import CallKind

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable

    from bot.core.types import Call

DEFAULT_RATES = {
    "chat.update": Rate(per_minute=50),
    "chat.postMessage": Rate(per_minute=300, burst=10),
    "users.info": Rate(per_minute=100, burst=4, kept=0),  # tier 4
}
"""Slack's floors (tier 3 for edits; posts are "several hundred" a minute for a workspace)."""

PER_CHANNEL = {"chat.postMessage": Rate(per_minute=60, burst=3, kept=1)}
"""Slack takes about one post a second into one channel."""

OTHERS = Rate(per_minute=50, burst=4)

URGENCY = {CallKind.LAST: 0, CallKind.FIRST: 1, CallKind.MORE: 2, CallKind.STATUS: 3}


class Pacer:
    """Implements the Budget port: lets calls out in order of urgency, then of arrival."""

    def __init__(
        self,
        rates: dict[str, Rate] | None = None,
        *,
        interval: float = 1.0,
        status: float = 10.0,
        clock: Callable[[], float] | None = None,
    ) -> None:
        """The least seconds between two edits of one message.

        `interval` is for those with more of an answer, `status` for those that say how it stands.
        """
        self._rates = DEFAULT_RATES | (rates or {})
        self._intervals = {CallKind.MORE: interval, CallKind.STATUS: status}
        self._clock = clock or asyncio.get_running_loop().time
        self._gates: dict[Hashable, _Gate] = {}
        self._next: dict[Hashable, float] = {}

    async def acquire(self, call: Call) -> None:
        """Returns when `call` may go out."""
        await self._space(call)
        for gate in self._on_the_way(call):
            await gate.pass_through(call.kind)

    def refused(self, call: Call, retry_after: float) -> None:
        """Slack refused: this method of this team is closed for a while.

        Slower after that is only the narrowest way, which for posts is the channel's.
        """
        narrow, *wider = self._on_the_way(call)
        narrow.bucket.back_off(self._clock(), retry_after)
        for gate in wider:
            gate.bucket.close(self._clock(), retry_after)

    async def _space(self, call: Call) -> None:
        """Edits of one message keep a distance, so that a burst is left for somebody else."""
        if call.kind not in self._intervals or call.method != "chat.update":
            return
        edit = (call.kind, call.team, call.channel, call.payload["ts"])
        now = self._clock()
        self._next = {edit: at for edit, at in self._next.items() if at > now}
        if edit in self._next:
            await asyncio.sleep(self._next[edit] - now)
        self._next[edit] = self._clock() + self._intervals[call.kind]

    def _on_the_way(self, call: Call) -> Iterable[_Gate]:
        if rate := PER_CHANNEL.get(call.method):
            yield self._gate((call.team, call.method, call.channel), rate)
        yield self._gate((call.team, call.method), self._rates.get(call.method, OTHERS))

    def _gate(self, key: Hashable, rate: Rate) -> _Gate:
        if key not in self._gates:
            self._gates[key] = _Gate(Bucket(rate), self._clock)
        return self._gates[key]


class _Gate:
    """One bucket and those who wait for it. Only who is first looks at the bucket."""

    def __init__(self, bucket: Bucket, clock: Callable[[], float]) -> None:
        self.bucket = bucket
        self._clock = clock
        self._waiting: list[tuple[int, int, asyncio.Event]] = []
        self._arrivals = 0

    async def pass_through(self, kind: CallKind) -> None:
        ticket = (URGENCY[kind], self._arrivals, asyncio.Event())
        self._arrivals += 1
        insort(self._waiting, ticket)
        try:
            while wait := self._wait_for(ticket, kind):
                await self._sleep(ticket, wait)
        finally:
            self._waiting.remove(ticket)
            if self._waiting:
                self._waiting[0][2].set()

    def _wait_for(self, ticket: tuple[int, int, asyncio.Event], kind: CallKind) -> float:
        """0.0 when it is this ticket's turn and the bucket grants it."""
        if ticket is not self._waiting[0]:
            return float("inf")
        return self.bucket.reserve(self._clock(), kind)

    async def _sleep(self, ticket: tuple[int, int, asyncio.Event], seconds: float) -> None:
        """Until the time has come, or all ahead have gone."""
        come = ticket[2]
        come.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds if isfinite(seconds) else None):
                await come.wait()
