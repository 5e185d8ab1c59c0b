"""Values from outside, whose types are checked before they are used."""

from __future__ import annotations

from typing import Any, Final

from bot.text.visible import visible

Element = dict[str, Any]

MOST: Final = 1_000
"""Entries of one list that are read; Slack's own limits are far below."""
LONGEST: Final = 100_000
"""Characters that are read of a message, as Markdown."""
LONGEST_STRING: Final = 50_000
"""Characters that are read of a string; Slack cuts messages at 40,000."""


def mappings(value: object) -> list[Element]:
    """The mappings in a list; [] for anything else."""
    found = value[:MOST] if isinstance(value, list) else []
    return [each for each in found if isinstance(each, dict)]


def mapping(value: object) -> Element:
    """The mapping; {} for anything else."""
    return value if isinstance(value, dict) else {}


def string(value: object) -> str:
    """The string; "" for anything else.

    Invisible characters are left out before anything is made of it: they would hide marks and line
    ends from the rules that look for them.
    """
    return visible(value[:LONGEST_STRING]) if isinstance(value, str) else ""


def number(value: object) -> int:
    """A whole number from 0 to 999,999; 0 for anything else."""
    return min(max(value, 0), 999_999) if isinstance(value, int) else 0
