"""Values from outside, whose types are checked before they are used."""

from __future__ import annotations

from typing import Any, Final

from bot.transcript.invisible import visible

Element = dict[str, Any]

MOST: Final = 1_000
"""Entries of one list that are read; Slack's own limits are far below."""
LONGEST: Final = 100_000
"""Characters of a string that are read; Slack cuts messages at 40,000."""


def mappings(value: object) -> list[Element]:
    """The mappings in a list; [] for anything else."""
    found = value[:MOST] if isinstance(value, list) else []
    return [each for each in found if isinstance(each, dict)]


def mapping(value: object) -> Element:
    """The mapping; {} for anything else."""
    return value if isinstance(value, dict) else {}


def string(value: object) -> str:
    """The string without invisible characters; "" for anything else."""
    return visible(value[:LONGEST]) if isinstance(value, str) else ""


def number(value: object) -> int:
    """A whole number from 0 to 999,999; 0 for anything else."""
    return min(max(value, 0), 999_999) if isinstance(value, int) else 0
