"""Limits of messages that Slack does not publish, or that are not confirmed for bots."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.playground.rules.block_rules import MAX_BLOCK_UNITS, check_blocks
from bot.playground.switches import Switch, checked
from bot.playground.workspace.api_error import ApiError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(slots=True)
class Sizes:
    block_units: int = MAX_BLOCK_UNITS
    """Characters of text in all blocks of a message."""
    keeps_rich_text: bool = False
    """Whether an edit that removes the last rich_text block is refused.

    Slack documents it; whether it applies to a bot's own messages is not known, so it is off.
    """

    def check(self, blocks: Any) -> None:
        check_blocks(blocks, self.block_units)

    def check_change(self, old: Iterable[Mapping[str, Any]], new: Any) -> None:
        if self.keeps_rich_text and _rich(old) and not _rich(new):
            raise ApiError("block_mismatch")

    def describe(self) -> list[Switch]:
        return [switch(getattr(self, name)) for name, switch in _SWITCHES.items()]

    async def switch(self, name: str, value: Any) -> None:
        setattr(self, name, checked(_SWITCHES[name](getattr(self, name)), value))


def _rich(blocks: Iterable[Mapping[str, Any]]) -> bool:
    return any(block["type"] == "rich_text" for block in blocks)


_SWITCHES: dict[str, Any] = {
    "block_units": lambda value: Switch(
        "block_units", "Largest message, characters", "number", value, 500, MAX_BLOCK_UNITS, 1
    ),
    "keeps_rich_text": lambda value: Switch(
        "keeps_rich_text", "Rich text may not be edited away", "flag", value
    ),
}
