"""What changed in the workspace, said to everybody who listens: the events, the page, the tests."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

Message = dict[str, Any]
ChangeKind = Literal["posted", "updated", "deleted", "ephemeral", "reacted", "status"]


def copied(value: T) -> T:
    """A copy of a JSON value. Every edit is copied for its listeners, and `deepcopy` is slow."""
    return cast("T", _copied(value))


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copied(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_copied(inner) for inner in value]
    return value


@dataclass(frozen=True, slots=True)
class Change:
    """`message` is a copy: what listeners do with it cannot reach the workspace."""

    kind: ChangeKind
    channel_id: str
    message: Message
    previous: Message | None = None
    at: float = 0.0
    detail: dict[str, Any] = field(default_factory=dict)


class Feed:
    """Tells listeners of every change, in the order of the changes."""

    def __init__(self) -> None:
        self._listeners: list[Callable[[Change], None]] = []

    def subscribe(self, listener: Callable[[Change], None]) -> Callable[[], None]:
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def tell(self, change: Change) -> None:
        for listener in tuple(self._listeners):
            listener(change)
