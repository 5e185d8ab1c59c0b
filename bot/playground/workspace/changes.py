"""Changes of the workspace, and the feed that passes them to the events and the page."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

Message = dict[str, Any]
ChangeKind = Literal["posted", "updated", "deleted", "ephemeral", "reacted", "status"]


def copied(value: T) -> T:
    """A deep copy of a JSON value. Every change is copied, and `copy.deepcopy` is slow."""
    return cast("T", _copied(value))


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copied(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_copied(inner) for inner in value]
    return value


@dataclass(frozen=True, slots=True)
class Change:
    kind: ChangeKind
    channel_id: str
    message: Message
    """A copy of the message after the change; of a deleted one, before it."""
    previous: Message | None = None
    """An updated message before the change."""
    at: float = 0.0
    """Seconds since the epoch."""
    detail: dict[str, Any] = field(default_factory=dict)
    """Of a reaction: its event's type, the user and the emoji."""


class Feed:
    """Calls every listener with every change, in order."""

    def __init__(self) -> None:
        self._listeners: list[Callable[[Change], None]] = []

    def subscribe(self, listener: Callable[[Change], None]) -> Callable[[], None]:
        """Returns a function that unsubscribes the listener."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def tell(self, change: Change) -> None:
        for listener in tuple(self._listeners):
            listener(change)
