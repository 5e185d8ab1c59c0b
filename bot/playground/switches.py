"""What can be switched at run time, described so that a page can draw it without knowing it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal, Protocol


@dataclass(frozen=True, slots=True)
class Switch:
    """`share` is a number between 0 and 1; an `action` has no value, it is pressed."""

    name: str
    label: str
    kind: Literal["flag", "number", "share", "names", "action"]
    value: Any = None
    minimum: float | None = None
    maximum: float | None = None
    step: float | None = None
    hint: str = ""

    def as_json(self) -> dict[str, Any]:
        value = sorted(self.value) if isinstance(self.value, set) else self.value
        return asdict(self) | {"value": value}


class Panel(Protocol):
    """A group of switches: the faults, the limits, the sockets, the model."""

    def describe(self) -> list[Switch]: ...

    async def switch(self, name: str, value: Any) -> None:
        """Sets it, or presses it; an unknown name is a KeyError, a wrong value a ValueError."""


def checked(switch: Switch, value: Any) -> Any:
    """The value as this kind of switch takes it, or ValueError."""
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
