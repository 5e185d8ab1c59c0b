"""A fair order among people: each is served once in a round, however much one of them asks for."""

from __future__ import annotations

from bot.core.bounded_map import BoundedMap

MOST_PEOPLE = 1000
"""People who are remembered; without its memory the order is less fair, and nothing else."""


class FairOrder:
    """Gives every request the number of the round in which it is served: lower ones go first.

    This is round robin without a queue of its own (in the literature: start-time fair queueing). A
    person's requests stand in rounds that follow each other. Somebody who comes later stands in the
    round that is being served now, before the later requests of those who have many.
    """

    def __init__(self) -> None:
        self._now = 0
        self._next: BoundedMap[str, int] = BoundedMap(MOST_PEOPLE)

    def round_for(self, who: str) -> int:
        """The round of one more request of this person."""
        found = max(self._now, self._next.get(who, 0))
        self._next[who] = found + 1
        return found

    def served(self, number: int) -> None:
        """A request of this round has been served."""
        self._now = max(self._now, number)

    def returned(self, who: str, number: int) -> None:
        """A request of this round will not be served; if it was the person's last, it is free."""
        if self._next.get(who) == number + 1:
            self._next[who] = number

    def forget(self) -> None:
        """There is enough for everybody again: nobody was served more than others."""
        self._now = 0
        self._next.clear()
