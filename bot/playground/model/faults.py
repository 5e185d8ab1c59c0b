"""What can be made to go wrong with the playground's model while it runs."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from bot.playground.model.scripted_reply import FOREVER, Cut, Piece, Reply, error_body
from bot.playground.switches import Switch, checked

SPOKEN = 40
"""Pieces sent before a stream stalls or breaks: enough to be seen, too few to be done."""

_BUSY = Reply(
    status=429,
    headers={"Retry-After": "5"},
    body=error_body("The fault panel says: too many requests.", code="rate_limit_exceeded"),
)
_BROKEN = Reply(status=500, body=error_body("The fault panel says: server error."))


@dataclass(slots=True)
class ModelFaults:
    """Settings are plain fields; they change the answers of the script, never a queued one."""

    speed: float = 50.0
    """Pieces per second, 0 being as fast as the wire."""
    delay: float = 0.0
    stall: bool = False
    cut: bool = False
    busy: bool = False
    broken: bool = False

    def describe(self) -> list[Switch]:
        return [switch(getattr(self, name)) for name, switch in _SWITCHES.items()]

    async def switch(self, name: str, value: Any) -> None:
        switch = _SWITCHES[name](getattr(self, name))
        setattr(self, name, checked(switch, value))

    def apply(self, reply: Reply) -> Reply:
        """The answer as the switches would have it."""
        if self.broken or self.busy:
            return _BROKEN if self.broken else _BUSY
        if reply.body is not None:
            return reply
        return replace(reply, pieces=(self.delay, *self._spoken(reply)), speed=self.speed)

    def _spoken(self, reply: Reply) -> tuple[Piece, ...]:
        if not (self.cut or self.stall):
            return tuple(reply.pieces)
        end: Piece = Cut.RESET if self.cut else FOREVER
        return (*islice(reply.pieces, SPOKEN), end)


def _number(name: str, label: str, maximum: float, step: float, hint: str = "") -> Any:
    return lambda value: Switch(name, label, "number", value, 0, maximum, step, hint)


def _flag(name: str, label: str, hint: str = "") -> Any:
    return lambda value: Switch(name, label, "flag", value, hint=hint)


_SWITCHES: dict[str, Callable[[Any], Switch]] = {
    "speed": _number("speed", "Tokens per second", 300, 1, "0 is all at once"),
    "delay": _number("delay", "Seconds before the first word", 60, 0.5),
    "stall": _flag("stall", "Falls silent in mid-answer", "the connection stays open"),
    "cut": _flag("cut", "Connection breaks in mid-answer"),
    "busy": _flag("busy", "Refuses with 429", "Retry-After: 5"),
    "broken": _flag("broken", "Refuses with 500"),
}
