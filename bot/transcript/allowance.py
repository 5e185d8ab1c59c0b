"""How much is read of one message: a limit on its text and on the number of its parts."""

from __future__ import annotations

from typing import Any, Final

PER_MESSAGE: Final = 200_000
"""Characters that are read of one message, in its text, its blocks and its attachments."""

PER_PART: Final = 50_000
"""Characters that are read of a text or an attachment."""

PER_BLOCK: Final = 25_000
"""Characters that are read of one block; Slack allows 12,000 of Markdown (docs: markdown block)."""

ENTRY: Final = 10
"""Characters that each value counts in addition to its own, since it takes time as well."""

DEEPEST: Final = 60
"""Levels of lists and objects that are read."""


class Allowance:
    """What may still be read of one message. Texts are cut and entries left out beyond it."""

    def __init__(self, characters: int = PER_MESSAGE) -> None:
        self.left = characters
        self.has_cut = False
        """Whether something did not fit."""
        self._whole = characters

    @property
    def used(self) -> int:
        """Characters that were taken so far."""
        return self._whole - self.left

    def take(self, value: Any, most: int = PER_PART) -> Any:
        """As much of a value from JSON as fits, at most `most` characters of it."""
        part = Allowance(min(self.left, most))
        taken = part._taken(value, DEEPEST)
        self.left -= part.used
        self.has_cut |= part.has_cut
        return taken

    def _taken(self, value: Any, depth: int) -> Any:
        self.left -= ENTRY
        if isinstance(value, str):
            return self._string(value)
        if isinstance(value, list):
            return self._list(value, depth - 1)
        return self._object(value, depth - 1) if isinstance(value, dict) else value

    def _string(self, value: str) -> str:
        kept = value[: max(self.left, 0)]
        self.left -= len(kept)
        self.has_cut |= len(kept) < len(value)
        return kept

    def _list(self, value: list[Any], depth: int) -> list[Any]:
        taken: list[Any] = []
        for each in value:
            if self._is_full(depth):
                break
            taken.append(self._taken(each, depth))
        return taken

    def _object(self, value: dict[str, Any], depth: int) -> dict[str, Any]:
        taken: dict[str, Any] = {}
        for key, each in value.items():
            if self._is_full(depth):
                break
            taken[key] = self._taken(each, depth)
        return taken

    def _is_full(self, depth: int) -> bool:
        """Whether a further entry is left out, which then is told."""
        is_full = self.left <= 0 or depth <= 0
        self.has_cut |= is_full
        return is_full
