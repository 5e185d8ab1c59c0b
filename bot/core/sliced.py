"""Long work as a generator that pauses after each short step, so that others can run in between."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, TypeVar

T = TypeVar("T")

Sliced = Generator[None, None, T]
"""Work that pauses at each `yield`, and returns its result. `bot/slices.py` runs it."""


def let_go(entries: list[Any]) -> Sliced[None]:
    """Takes the entries out of a list, one at a time.

    Giving back the memory of a large page of messages at once would take a tenth of a second.
    """
    while entries:
        entries.pop()
        yield


def result_of(work: Sliced[T]) -> T:
    """Does all of the work at once."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]
