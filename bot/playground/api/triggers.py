"""Trigger ids: each click or command issues one, which opens one modal within three seconds."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count

from bot.playground.workspace.api_error import ApiError

_LIFETIME = 3.0  # seconds (docs: interactivity)


@dataclass(slots=True)
class _Trigger:
    user: str
    issued: float
    exchanged: bool = False


class Triggers:
    def __init__(self) -> None:
        self._triggers: dict[str, _Trigger] = {}
        self._numbers = count(1)

    def issue(self, now: float, user: str = "") -> str:
        """A new trigger id for an action of this user."""
        trigger_id = f"{next(self._numbers)}.playground.{int(now)}"
        self._triggers[trigger_id] = _Trigger(user, now)
        return trigger_id

    def exchange(self, trigger_id: str, now: float) -> str:
        """Uses the id up and returns its user; ApiError when it is unknown, used or too old."""
        trigger = self._triggers.get(trigger_id)
        if trigger is None:
            raise ApiError("invalid_arguments")
        if trigger.exchanged:
            raise ApiError("exchanged_trigger_id")
        trigger.exchanged = True
        if now - trigger.issued > _LIFETIME:
            raise ApiError("expired_trigger_id")
        return trigger.user
