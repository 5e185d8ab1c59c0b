"""Trigger ids: each click gives one, good for one modal, for who clicked, within three seconds."""

from __future__ import annotations

from itertools import count

from bot.playground.workspace.refused import Refused

_LIFETIME = 3.0  # seconds (docs: interactivity)


class Triggers:
    def __init__(self) -> None:
        self._issued: dict[str, float] = {}
        self._users: dict[str, str] = {}
        self._numbers = count(1)

    def issue(self, now: float, user: str = "") -> str:
        trigger = f"{next(self._numbers)}.playground.{int(now)}"
        self._issued[trigger] = now
        self._users[trigger] = user
        return trigger

    def exchange(self, trigger: str, now: float) -> str:
        """Uses it up, or says how it is bad. Returns whose click it was."""
        if trigger not in self._issued:
            raise Refused("invalid_arguments")
        issued = self._issued[trigger]
        self._issued[trigger] = float("-inf")
        if issued == float("-inf"):
            raise Refused("exchanged_trigger_id")
        if now - issued > _LIFETIME:
            raise Refused("expired_trigger_id")
        return self._users.pop(trigger)
