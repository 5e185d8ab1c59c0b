"""What came from outside and has no type until it has been looked at."""

from __future__ import annotations

from typing import Any, Final

from bot.transcript.invisible import visible

Element = dict[str, Any]

MOST: Final = 1_000
"""Things looked at in one list; Slack's own limits are far below."""
LONGEST: Final = 100_000
"""Characters; Slack cuts messages at 40,000."""


def mappings(value: object) -> list[Element]:
    """The mappings in a list; nothing where there is no list."""
    found = value[:MOST] if isinstance(value, list) else []
    return [each for each in found if isinstance(each, dict)]


def mapping(value: object) -> Element:
    """The mapping; an empty one where there is none."""
    return value if isinstance(value, dict) else {}


def string(value: object) -> str:
    """The string, without what nobody sees."""
    return visible(value[:LONGEST]) if isinstance(value, str) else ""


def number(value: object) -> int:
    """A small number; lists are not nested deeper, and counted no further."""
    return min(max(value, 0), 999_999) if isinstance(value, int) else 0
