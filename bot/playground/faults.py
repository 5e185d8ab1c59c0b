"""Faults between the bot and Slack, which can be switched on and off while both run."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any

from bot.playground.switches import Switch, checked

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Rule = Callable[[str, Mapping[str, Any]], "Fault | None"]

ANY = "*"
"""In place of a method's name: every method."""


class Loss(Enum):
    """What the caller gets in place of the response to a call that was carried out."""

    CLOSE = "fin"
    RESET = "rst"
    SILENCE = "hang"
    PAGE = "html"
    GATEWAY = "504"


@dataclass(frozen=True, slots=True)
class Fault:
    """How one call fails. Calls whose response is lost or held back are carried out."""

    status: int = 200
    """The HTTP status of the response."""
    error: str = ""
    """Slack's error code."""
    retry_after: int | None = None
    """Seconds, with a 429."""
    lost: Loss | None = None
    held: float = 0.0
    """Seconds that the response is held back."""
    lands: float = 0.0
    """Seconds until a call whose response is lost is carried out; the loss comes at once."""

    @property
    def prevents(self) -> bool:
        """Whether the call is not carried out."""
        return self.status != 200 or bool(self.error)


@dataclass(slots=True)
class _Share:
    """Selects a share of the calls: evenly spaced, the same ones in every run."""

    due: float = 0.0

    def selects_next(self, share: float) -> bool:
        self.due += share
        if self.due < 1 - 1e-9:  # ten times 0.1 is a little less than 1
            return False
        self.due -= 1
        return True


@dataclass(slots=True)
class Faults:
    """The faults in force. `fail`, `refuse`, `lose` and `hold` plan faults for the next calls."""

    latency: float = 0.0
    """Seconds added to each call, half before it is carried out and half after."""
    rate_limited: set[str] = field(default_factory=set)
    """Methods answered with 429."""
    rate_limited_share: float = 0.0
    """Share of all calls answered with 429, from 0 to 1."""
    retry_after: int = 1
    """Seconds, in those 429s."""
    lost_answers: float = 0.0
    """Share of all calls that are carried out and whose response is lost."""
    failing: float = 0.0
    """Share of all calls answered with HTTP 500."""
    unavailable: bool = False
    """All calls are answered with HTTP 503."""
    socket_refused: bool = False
    """Socket Mode connections are answered with HTTP 503."""
    rule: Rule | None = field(default=None, repr=False)
    """Returns the fault of a call from its method and arguments, or None."""
    _planned: dict[str, list[Fault]] = field(default_factory=dict, repr=False)
    _shares: dict[str, _Share] = field(default_factory=dict, repr=False)

    def fail(self, method: str, error: str | int, *, times: int = 1) -> None:
        """The next calls are not carried out. `error`: Slack's error code, or an HTTP status."""
        http = isinstance(error, int)
        fault = Fault(status=int(error)) if http else Fault(error=str(error))
        self._plan(method, fault, times)

    def refuse(self, method: str, *, times: int = 1, retry_after: int = 1) -> None:
        """The next calls are answered with 429, even within the limits."""
        self._plan(method, Fault(status=429, retry_after=retry_after), times)

    def lose(self, method: str, *, times: int = 1, how: Loss = Loss.CLOSE) -> None:
        """The next calls are carried out, and their responses are lost."""
        self._plan(method, Fault(lost=how), times)

    def hold(self, method: str, seconds: float, *, times: int = 1) -> None:
        """The next calls are carried out, and answered this much later."""
        self._plan(method, Fault(held=seconds), times)

    def delay(
        self, method: str, seconds: float, *, times: int = 1, how: Loss = Loss.GATEWAY
    ) -> None:
        """The next calls are given up at once, and carried out this much later all the same."""
        self._plan(method, Fault(lost=how, lands=seconds), times)

    def clear(self) -> None:
        """Ends all faults, planned ones too."""
        fresh = Faults()
        for name in _SWITCHES:
            setattr(self, name, getattr(fresh, name))
        self.rule = None
        self._planned.clear()
        self._shares.clear()

    def take(self, method: str, arguments: Mapping[str, Any]) -> Fault | None:
        """The fault of this call, or None. Planned ones come first, in order, each once."""
        planned = self._planned.get(method) or self._planned.get(ANY)
        if planned:
            return planned.pop(0)
        if self.rule and (fault := self.rule(method, arguments)):
            return fault
        if self.unavailable:
            return Fault(status=503)
        if self.rate_limited & {method, ANY} or self._share("rate_limited_share"):
            return Fault(status=429, retry_after=self.retry_after)
        if self._share("lost_answers"):
            return Fault(lost=Loss.CLOSE)
        return Fault(status=500) if self._share("failing") else None

    def describe(self) -> list[Switch]:
        shown = [switch(getattr(self, name)) for name, switch in _SWITCHES.items()]
        return [*shown, _CLEAR]

    async def switch(self, name: str, value: Any) -> None:
        if name == _CLEAR.name:
            self.clear()
            return
        switch = _SWITCHES[name](getattr(self, name))
        setattr(self, name, checked(switch, value))

    def _plan(self, method: str, fault: Fault, times: int) -> None:
        self._planned.setdefault(method, []).extend([fault] * times)

    def _share(self, name: str) -> bool:
        return self._shares.setdefault(name, _Share()).selects_next(getattr(self, name))


def _number(name: str, label: str, maximum: float, step: float, hint: str = "") -> Any:
    return lambda value: Switch(name, label, "number", value, 0, maximum, step, hint)


def _share(name: str, label: str, hint: str = "") -> Any:
    return lambda value: Switch(name, label, "share", value, 0, 1, 0.05, hint)


def _flag(name: str, label: str, hint: str = "") -> Any:
    return lambda value: Switch(name, label, "flag", value, hint=hint)


_CLEAR = Switch("clear", "All faults off", "action")
_SWITCHES: dict[str, Any] = {
    "latency": _number("latency", "Latency of Slack, seconds", 10, 0.1, "half before, half after"),
    "rate_limited": lambda value: Switch(
        "rate_limited", "Methods refused with 429", "names", value, hint="* is every method"
    ),
    "rate_limited_share": _share("rate_limited_share", "Share of calls refused with 429"),
    "retry_after": _number("retry_after", "Retry-After of these, seconds", 60, 1),
    "lost_answers": _share("lost_answers", "Share of answers lost", "done, but never answered"),
    "failing": _share("failing", "Share of calls that fail with 500", "not done"),
    "unavailable": _flag("unavailable", "Slack is down", "every call fails with 503"),
    "socket_refused": _flag("socket_refused", "Sockets are refused"),
}
