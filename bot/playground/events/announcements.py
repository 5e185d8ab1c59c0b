"""How the events of a new message come: in which order, and with which of its parts.

Slack tells a message that mentions the app by two events. Observed: `app_mention` may come first
and lack files and blocks, either of the two may be missing, and the files of another organisation
(Slack Connect) may follow later.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.playground.switches import Switch, checked

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.playground.workspace.event_payloads import Event

_MENTION = "app_mention"
_ONLY_IN_EVENTS = frozenset({"channel", "channel_type", "event_ts"})


@dataclass(slots=True)
class Announcements:
    """The habits in force. Without any, both events come at once and with everything."""

    thin_mentions: bool = False
    """Whether `app_mention` comes without files and blocks."""
    message_first: bool = False
    """Whether `message` comes before `app_mention`."""
    no_mention: bool = False
    """Whether `app_mention` does not come where `message` does."""
    no_message: bool = False
    """Whether `message` does not come where `app_mention` does."""
    apart: float = 0.0
    """Seconds between the two."""
    late_files: float = 0.0
    """Seconds after which files follow, by a `message_changed`; 0: with the message."""

    def timed(self, events: Sequence[Event]) -> Iterator[tuple[float, Event]]:
        """The events of one change, each with the seconds after which it is sent."""
        if any(event.get("hidden") for event in events) or not events:
            yield from ((0.0, event) for event in events)
            return
        told = events[-1]
        late = bool(self.late_files and told["type"] == "message" and told.get("files"))
        for number, event in enumerate(self._chosen(events)):
            shown = _without(event, "files", "subtype", "upload") if late else event
            yield number * self.apart, self._thinned(shown)
        if late:
            yield self.late_files, _changed(told, self.late_files)

    def describe(self) -> list[Switch]:
        return [switch(getattr(self, name)) for name, switch in _SWITCHES.items()]

    async def switch(self, name: str, value: Any) -> None:
        setattr(self, name, checked(_SWITCHES[name](getattr(self, name)), value))

    def _chosen(self, events: Sequence[Event]) -> list[Event]:
        """Those that come, in their order."""
        if len(events) < 2:
            return [*events]
        left_out = {_MENTION: self.no_mention, "message": self.no_message}
        chosen = [event for event in events if not left_out[event["type"]]]
        return chosen[::-1] if self.message_first else chosen

    def _thinned(self, event: Event) -> Event:
        is_thin = self.thin_mentions and event["type"] == _MENTION
        return _without(event, "files", "blocks", "attachments", "upload") if is_thin else event


def _without(event: Event, *names: str) -> Event:
    return {key: value for key, value in event.items() if key not in names}


def _changed(event: Event, seconds: float) -> Event:
    """The event of a message that has got its files so many seconds later."""
    now = f"{float(event['ts']) + seconds:.6f}"
    where = {key: event[key] for key in _ONLY_IN_EVENTS if key in event}
    message = _without(event, *_ONLY_IN_EVENTS) | {"type": "message"}
    before = _without(message, "files", "subtype", "upload")
    said = {"message": message, "previous_message": before, "hidden": True}
    return (
        where
        | said
        | {
            "type": "message",
            "subtype": "message_changed",
            "ts": now,
            "event_ts": now,
        }
    )


def _flag(name: str, label: str, hint: str = "") -> Any:
    return lambda value: Switch(name, label, "flag", value, hint=hint)


def _seconds(name: str, label: str, hint: str = "") -> Any:
    return lambda value: Switch(name, label, "number", value, 0, 60, 0.1, hint)


_SWITCHES: dict[str, Any] = {
    "thin_mentions": _flag("thin_mentions", "Mentions come without files and blocks"),
    "message_first": _flag("message_first", "The message's event comes before the mention's"),
    "no_mention": _flag("no_mention", "The mention's event does not come"),
    "no_message": _flag("no_message", "The message's event does not come", "where it is mentioned"),
    "apart": _seconds("apart", "Between the two events, seconds"),
    "late_files": _seconds("late_files", "Files follow after seconds", "0: with the message"),
}
