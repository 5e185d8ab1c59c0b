"""Brings events to the app, and again when they are not acknowledged, on Slack's timetable."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any

from bot.playground.events.envelopes import Outcome, Parcel, Retry, event_parcel
from bot.playground.switches import Switch

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.playground.events.envelopes import Route
    from bot.playground.tasks import Tasks
    from bot.playground.workspace.changes import Change
    from bot.playground.workspace.workspace import Workspace

_KEPT = 2_000


@dataclass(frozen=True, slots=True)
class Timetable:
    """Slack waits 3 s for an acknowledgement, then tries again at once, after 1 and 5 minutes."""

    ack_timeout: float = 3.0
    retry_delays: tuple[float, ...] = (0.0, 60.0, 300.0)
    retry_scale: float = 1.0
    hold: float = 360.0
    """Seconds that events raised while no socket is open are kept for one."""
    warning: float = 10.0
    """Seconds between a `disconnect` with the reason `warning` and the end of the socket."""


@dataclass(slots=True)
class Delivered:
    """One parcel and what became of it; `outcome` is None as long as that is open.

    Times are monotonic.
    """

    parcel: Parcel
    attempts: int = 0
    outcome: Outcome | None = None
    sent_at: float = field(default_factory=time.monotonic)
    settled_at: float | None = None

    def settle(self, outcome: Outcome) -> None:
        """Nothing more will be tried."""
        self.outcome, self.settled_at = outcome, time.monotonic()

    @property
    def event(self) -> dict[str, Any]:
        event: dict[str, Any] = self.parcel.payload.get("event", {})
        return event


class Delivery:
    def __init__(
        self,
        workspace: Workspace,
        route: Route,
        tasks: Tasks,
        timetable: Timetable,
        tick: Callable[[], None],
    ) -> None:
        self.route = route
        self.log: deque[Delivered] = deque(maxlen=_KEPT)
        self._workspace = workspace
        self._tasks = tasks
        self._timetable = timetable
        self._tick = tick
        self._numbers = count(1)

    def heard(self, change: Change) -> None:
        for event in self._workspace.events_for(change):
            self.send(event, change.at)

    def send(self, event: dict[str, Any], now: float) -> Delivered:
        """Starts the delivery of an event; its first attempt is under way when this returns."""
        return self._start(event_parcel(self._workspace, event, next(self._numbers), now), None)

    def again(self, delivered: Delivered, number: int = 1) -> Delivered:
        """Slack may deliver twice what was acknowledged: the same event_id, as a retry or not."""
        return self._start(delivered.parcel, Retry(number, "timeout") if number else None)

    def describe(self) -> list[Switch]:
        return [Switch("redeliver", "Deliver the last event again", "action")]

    async def switch(self, name: str, _value: Any) -> None:
        events = [delivered for delivered in self.log if delivered.parcel.kind == "events_api"]
        if name == "redeliver" and events:
            self.again(events[-1])

    async def ask(self, parcel: Parcel) -> Outcome:
        """Clicks and commands are tried once: a person waits, and sees it fail."""
        delivered = self._logged(parcel)
        delivered.attempts = 1
        outcome = await self.route.carry(parcel, None)
        delivered.settle(outcome)
        self._tick()
        return outcome

    def _start(self, parcel: Parcel, retry: Retry | None) -> Delivered:
        delivered = self._logged(parcel)
        name = f"deliver {parcel.payload['event_id']}"
        self._tasks.start(self._deliver(delivered, retry), name=name)
        return delivered

    async def _deliver(self, delivered: Delivered, retry: Retry | None) -> None:
        outcome = await self._attempt(delivered, retry)
        for number, delay in enumerate(self._timetable.retry_delays, 1):
            if outcome.accepted or outcome.final:
                break
            await asyncio.sleep(delay * self._timetable.retry_scale)
            outcome = await self._attempt(delivered, Retry(number, outcome.reason))
        delivered.settle(outcome)
        self._tick()

    async def _attempt(self, delivered: Delivered, retry: Retry | None) -> Outcome:
        delivered.attempts += 1
        return await self.route.carry(delivered.parcel, retry)

    def _logged(self, parcel: Parcel) -> Delivered:
        delivered = Delivered(parcel)
        self.log.append(delivered)
        return delivered
