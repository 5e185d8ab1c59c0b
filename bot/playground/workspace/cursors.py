"""Pages of a list, with Slack's opaque cursors."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from bot.playground.workspace.api_error import ApiError

if TYPE_CHECKING:
    from collections.abc import Sequence

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    items: list[T]
    next_cursor: str = ""
    """Empty on the last page."""

    @property
    def has_more(self) -> bool:
        return bool(self.next_cursor)


def page(items: Sequence[T], limit: int, cursor: str | None) -> Page[T]:
    """The page that the cursor points to, or the first; ApiError for a malformed cursor."""
    start = _decode(cursor) if cursor else 0
    end = start + limit
    return Page(list(items[start:end]), _encode(end) if end < len(items) else "")


def _encode(offset: int) -> str:
    return base64.b64encode(f"next:{offset}".encode()).decode()


def _decode(cursor: str) -> int:
    try:
        return int(base64.b64decode(cursor, validate=True).decode().removeprefix("next:"))
    except (binascii.Error, ValueError):
        raise ApiError("invalid_cursor") from None
