"""Settings that can be changed at run time, described so that a page can show them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Switch:
    name: str
    label: str
    kind: Literal["flag", "number", "share", "names", "action"]
    """A `share` is a number from 0 to 1; an `action` is a button without a value."""
    value: Any = None
    minimum: float | None = None
    maximum: float | None = None
    step: float | None = None
    """1 makes a number whole."""
    hint: str = ""

    def as_json(self) -> dict[str, Any]:
        value = sorted(self.value) if isinstance(self.value, set) else self.value
        return asdict(self) | {"value": value}


class Panel(Protocol):
    """A group of switches, such as the faults or the rate limits."""

    def describe(self) -> list[Switch]: ...

    async def switch(self, name: str, value: Any) -> None:
        """Sets a switch or presses a button; KeyError or ValueError when that is impossible."""


async def set_switch(panels: Iterable[Panel], name: str, value: Any) -> None:
    """Sets the switch of this name; KeyError when no panel has it, ValueError for a bad value."""
    for panel in panels:
        if any(switch.name == name for switch in panel.describe()):
            await panel.switch(name, value)
            return
    raise KeyError(name)


def checked(switch: Switch, value: Any) -> Any:
    """The value converted for this kind of switch; ValueError when it does not fit."""
    if switch.kind == "flag":
        if not isinstance(value, bool):
            raise ValueError(f"{switch.name} is either on or off")
        return value
    if switch.kind == "names":
        return {str(name) for name in value}
    number = float(value)
    low, high = switch.minimum or 0.0, switch.maximum
    if not low <= number <= (float("inf") if high is None else high):
        raise ValueError(f"{switch.name} is out of its range")
    return int(number) if switch.step == 1 else number
