"""Texts that are cut where they are too long."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def shortened(text: str, longest: int) -> str:
    """At most `longest` characters of the text, and a mark where more was left out."""
    return text if len(text) <= longest else f"{text[:longest].rstrip()} […]"


def enough(texts: Iterable[str], longest: int) -> list[str]:
    """The texts that are not empty, until they have more than `longest` characters in all.

    The rest is not made at all, so that work is sized by what is used of it.
    """
    kept: list[str] = []
    room = longest
    for text in filter(None, texts):
        kept.append(text)
        room -= len(text)
        if room < 0:
            break
    return kept
