"""Delivers events to the app, with Slack's retries for those that are not acknowledged."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any

from bot.playground.events.announcements import Announcements
from bot.playground.events.envelopes import Envelope, Outcome, Retry, event_envelope
from bot.playground.switches import Switch

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.playground.events.envelopes import Transport
    from bot.playground.tasks import Tasks
    from bot.playground.workspace.changes import Change
    from bot.playground.workspace.workspace import Workspace

_KEPT = 2_000


@dataclass(frozen=True, slots=True)
class Timetable:
    """How long Slack waits for an acknowledgement, and when it tries again."""

    ack_timeout: float = 3.0
    """Seconds."""
    retry_delays: tuple[float, ...] = (0.0, 60.0, 300.0)
    """Seconds before each retry."""
    retry_scale: float = 1.0
    """Factor for all retry delays, so that a test need not wait for minutes."""
    hold: float = 360.0
    """Seconds that an event waits for a socket while none is open."""
    warning: float = 10.0
    """Seconds between a `disconnect` with the reason `warning` and the end of the socket."""


@dataclass(slots=True)
class Delivered:
    """One envelope and what came of it. Times are seconds on the monotonic clock."""

    envelope: Envelope
    attempts: int = 0
    ignored: int = 0
    """Attempts that the app did not acknowledge although its connection was good."""
    outcome: Outcome | None = None
    """None while a further attempt may follow."""
    sent_at: float = field(default_factory=time.monotonic)
    settled_at: float | None = None

    def settle(self, outcome: Outcome) -> None:
        """No further attempt will follow."""
        self.outcome, self.settled_at = outcome, time.monotonic()

    @property
    def event(self) -> dict[str, Any]:
        event: dict[str, Any] = self.envelope.payload.get("event", {})
        return event


class Delivery:
    """Sends events, clicks and commands through `transport`, and logs the newest 2,000.

    `notify` is called after each outcome.
    """

    def __init__(
        self,
        workspace: Workspace,
        transport: Transport,
        tasks: Tasks,
        timetable: Timetable,
        notify: Callable[[], None],
    ) -> None:
        self.transport = transport
        self.announcements = Announcements()
        """How the events of new messages come."""
        self.log: deque[Delivered] = deque(maxlen=_KEPT)
        self._workspace = workspace
        self._tasks = tasks
        self._timetable = timetable
        self._notify = notify
        self._numbers = count(1)

    def on_change(self, change: Change) -> None:
        """Sends the events that this change of the workspace raises."""
        for seconds, event in self.announcements.timed(self._workspace.events_for(change)):
            if seconds:
                later = self._send_later(event, change.at + seconds, seconds)
                self._tasks.start(later, name="send later")
            else:
                self.send(event, change.at)

    def send(self, event: dict[str, Any], now: float) -> Delivered:
        """Starts the delivery of an event in a task of its own. `now`: seconds since the epoch."""
        return self._start(event_envelope(self._workspace, event, next(self._numbers), now), None)

    def again(self, delivered: Delivered, number: int = 1) -> Delivered:
        """Delivers an event twice, as Slack sometimes does: the same event_id.

        `number` is the retry it claims to be; 0 means none.
        """
        return self._start(delivered.envelope, Retry(number, "timeout") if number else None)

    async def send_once(self, envelope: Envelope) -> Outcome:
        """Sends a click or a command, which Slack does not retry."""
        delivered = self._logged(envelope)
        outcome = await self._attempt(delivered, None)
        delivered.settle(outcome)
        self._notify()
        return outcome

    def describe(self) -> list[Switch]:
        again = Switch("redeliver", "Deliver the last event again", "action")
        return [again, *self.announcements.describe()]

    async def switch(self, name: str, value: Any) -> None:
        if name != "redeliver":
            await self.announcements.switch(name, value)
            return
        events = [delivered for delivered in self.log if delivered.envelope.kind == "events_api"]
        if events:
            self.again(events[-1])

    async def _send_later(self, event: dict[str, Any], now: float, seconds: float) -> None:
        await asyncio.sleep(seconds)
        self.send(event, now)

    def _start(self, envelope: Envelope, retry: Retry | None) -> Delivered:
        delivered = self._logged(envelope)
        name = f"deliver {envelope.payload['event_id']}"
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
        self._notify()

    async def _attempt(self, delivered: Delivered, retry: Retry | None) -> Outcome:
        delivered.attempts += 1
        outcome = await self.transport.deliver(delivered.envelope, retry)
        delivered.ignored += outcome.ignored
        return outcome

    def _logged(self, envelope: Envelope) -> Delivered:
        delivered = Delivered(envelope)
        self.log.append(delivered)
        return delivered
