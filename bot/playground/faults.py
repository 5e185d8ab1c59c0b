"""What can go wrong between the bot and Slack, switched on and off while both run."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any

from bot.playground.switches import Switch, checked

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Rule = Callable[[str, Mapping[str, Any]], "Fault | None"]

ANY = "*"
"""In place of a method's name: whichever method comes."""


class Loss(Enum):
    """What comes in place of the answer to a call that was carried out."""

    CLOSE = "fin"
    RESET = "rst"
    SILENCE = "hang"
    PAGE = "html"


@dataclass(frozen=True, slots=True)
class Fault:
    """How one call goes wrong. What is lost or `held` back is carried out all the same.

    `held` is how many seconds the answer is late.
    """

    status: int = 200
    error: str = ""
    retry_after: int | None = None
    lost: Loss | None = None
    held: float = 0.0

    @property
    def prevents(self) -> bool:
        """The call is not carried out."""
        return self.status != 200 or bool(self.error)


@dataclass(slots=True)
class _Share:
    """Strikes this share of the calls, evenly and the same way in every run."""

    due: float = 0.0

    def strikes(self, share: float) -> bool:
        self.due += share
        if self.due < 1 - 1e-9:  # ten times 0.1 is a little less than 1
            return False
        self.due -= 1
        return True


@dataclass(slots=True)
class Faults:
    """Settings are plain fields; `fail`, `refuse`, `lose` and `hold` plan for the next calls.

    `rule` may decide over each call by itself, from its method and its arguments.
    """

    latency: float = 0.0
    rate_limited: set[str] = field(default_factory=set)
    rate_limited_share: float = 0.0
    retry_after: int = 1
    lost_answers: float = 0.0
    failing: float = 0.0
    unavailable: bool = False
    socket_refused: bool = False
    rule: Rule | None = field(default=None, repr=False)
    _planned: dict[str, list[Fault]] = field(default_factory=dict, repr=False)
    _shares: dict[str, _Share] = field(default_factory=dict, repr=False)

    def fail(self, method: str, error: str | int, *, times: int = 1) -> None:
        """The next calls are not carried out: an error code of Slack's, or an HTTP status."""
        http = isinstance(error, int)
        fault = Fault(status=int(error)) if http else Fault(error=str(error))
        self._plan(method, fault, times)

    def refuse(self, method: str, *, times: int = 1, retry_after: int = 1) -> None:
        """The next calls are answered with 429, whatever the limits say."""
        self._plan(method, Fault(status=429, retry_after=retry_after), times)

    def lose(self, method: str, *, times: int = 1, how: Loss = Loss.CLOSE) -> None:
        """The next calls are carried out, and their answers never come."""
        self._plan(method, Fault(lost=how), times)

    def hold(self, method: str, seconds: float, *, times: int = 1) -> None:
        """The next calls are carried out, and answered so much later."""
        self._plan(method, Fault(held=seconds), times)

    def clear(self) -> None:
        """Everything works again."""
        fresh = Faults()
        for name in _SWITCHES:
            setattr(self, name, getattr(fresh, name))
        self.rule = None
        self._planned.clear()
        self._shares.clear()

    def strike(self, method: str, arguments: Mapping[str, Any]) -> Fault | None:
        """The fault of this call, if it is to have one. Planned ones are used up, in order."""
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
        return self._shares.setdefault(name, _Share()).strikes(getattr(self, name))


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
