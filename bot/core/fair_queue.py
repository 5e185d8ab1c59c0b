"""A queue that is fair among people and has a bound."""

from __future__ import annotations

from bisect import insort
from typing import TYPE_CHECKING, Generic, TypeVar

from bot.core.fair_order import FairOrder

if TYPE_CHECKING:
    from collections.abc import Hashable

T = TypeVar("T", bound="Hashable")


class FairQueue(Generic[T]):
    """Things to do later, each once; beyond `most` of them the last one is forgotten."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._order = FairOrder()
        self._arrivals = 0
        self._queue: list[tuple[int, int, T]] = []
        """In order: the round of the fair order, the arrival, the thing itself."""
        self._inside: set[T] = set()

    def __len__(self) -> int:
        return len(self._queue)

    def __contains__(self, thing: T) -> bool:
        return thing in self._inside

    def add(self, who: str, thing: T) -> None:
        """Adds a thing of this person, if it is not there."""
        if thing in self._inside:
            return
        if not self._queue:
            self._order.forget()
        self._arrivals += 1
        insort(self._queue, (self._order.round_for(who), self._arrivals, thing))
        self._inside.add(thing)
        if len(self._queue) > self._most:
            *_, last = self._queue.pop()
            self._inside.remove(last)

    def take(self) -> T | None:
        """Removes the next one and returns it."""
        if not self._queue:
            return None
        number, _, thing = self._queue.pop(0)
        self._order.served(number)
        self._inside.remove(thing)
        return thing
