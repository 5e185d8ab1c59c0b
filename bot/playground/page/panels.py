"""Groups of switches as one list for the page, which marks those that were moved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.playground.switches import Panel


_CLEAR = "clear"
"""The faults can clear themselves; the page has one button that does it for every panel."""


class Panels:
    """Named panels, and how their switches stood at the start."""

    def __init__(self, panels: Mapping[str, Panel]) -> None:
        self._panels = dict(panels)
        self._start = {(s["panel"], s["name"]): s["value"] for s in self._read()}

    def describe(self) -> list[dict[str, Any]]:
        return [each | {"moved": self._moved(each)} for each in self._read()]

    async def switch(self, panel: str, name: str, value: Any) -> None:
        """An unknown panel or name is a KeyError, a wrong value a ValueError or TypeError."""
        await self._panels[panel].switch(name, value)

    async def reset(self) -> None:
        for each in self.describe():
            if each["moved"]:
                start = self._start[each["panel"], each["name"]]
                await self.switch(each["panel"], each["name"], start)

    def _read(self) -> list[dict[str, Any]]:
        return [
            switch.as_json() | {"panel": name, "value": _plain(switch.value)}
            for name, panel in self._panels.items()
            for switch in panel.describe()
            if switch.name != _CLEAR
        ]

    def _moved(self, switch: Mapping[str, Any]) -> bool:
        start = self._start.get((switch["panel"], switch["name"]))
        return bool(switch["kind"] != "action" and switch["value"] != start)


def _plain(value: Any) -> Any:
    return sorted(value) if isinstance(value, set | frozenset) else value
