"""The waiting line: which turns of this process are answered now, which wait, and for what.

Theory of operation. There are limits on the answers that run at the same time: in all, in each
workspace and for each person. One turn of a thread is answered at a time, the oldest first. What
may not run yet waits in one line, fairly among people (`fair_order.py`): whoever asks forty
questions does not keep another person waiting for all of them. Within a round of the fair order the
older question is first, so a question that waited before a restart has its place again.

The line itself is limited, too. When one too many waits, the last one in it is refused, which is
one of those who ask the most, and not always the newcomer.

Pure: after each change `news` tells whose standing is another one now.
"""

from __future__ import annotations

from bisect import insort
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.core.fair_order import FairOrder
from bot.core.types import Hold, Queued

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from bot.core.types import Thread, Turn, TurnKey


@dataclass(frozen=True, slots=True)
class LoadLimits:
    """How much one process does at the same time."""

    running: int = 100
    """Answers in all."""

    per_workspace: int = 50
    """Answers in one workspace."""

    per_person: int = 3
    """Answers for one person."""

    waiting: int = 200
    """Questions that wait; what comes beyond that is refused."""


class Admission(StrEnum):
    """What the line has decided for good."""

    ADMITTED = "admitted"
    """It may be answered now."""

    REFUSED = "refused"
    """Too many wait already."""


Standing = Queued | Admission
"""Where a turn stands: it waits, or that is over."""


@dataclass(order=True, slots=True)
class _Entry:
    """A turn that waits; the lowest one is next."""

    round: int
    """Of the fair order."""
    asked: tuple[int, str]
    """When, in the order of time."""
    turn: Turn = field(compare=False)
    elsewhere: bool = field(compare=False, default=False)
    """Whether another process answers an older question of its thread, as far as we know."""

    @property
    def person(self) -> str:
        return _person(self.turn)


class WaitingLine:
    """Knows every turn that was entered and has not left."""

    def __init__(self, limits: LoadLimits | None = None) -> None:
        self._limits = limits or LoadLimits()
        self._fair = FairOrder()
        self._waiting: list[_Entry] = []
        self._running: dict[TurnKey, Turn] = {}
        self._threads: set[Thread] = set()
        self._per_workspace: Counter[str] = Counter()
        self._per_person: Counter[str] = Counter()
        self._refused: set[TurnKey] = set()
        self._told: dict[TurnKey, Standing] = {}

    # What happens

    def enter(self, turn: Turn) -> None:
        """A turn is to be answered. It is admitted, waits, or somebody is refused."""
        if not self._waiting and not self._running:
            self._fair.forget()
        insort(self._waiting, _Entry(self._fair.round_for(_person(turn)), _age(turn), turn))
        self._admit()
        if len(self._waiting) > self._limits.waiting:
            last = self._waiting.pop()
            self._fair.returned(last.person, last.round)
            self._refused.add(last.turn.key)

    def leave(self, turn: Turn) -> None:
        """The turn is answered, or need not be answered any more."""
        self._told.pop(turn.key, None)
        self._refused.discard(turn.key)
        if self._running.pop(turn.key, None):
            self._count(turn, -1)
        for entry in [each for each in self._waiting if each.turn.key == turn.key]:
            self._waiting.remove(entry)
            self._fair.returned(entry.person, entry.round)
        self._admit()

    def step_back(self, turn: Turn) -> None:
        """An admitted turn cannot begin: another process answers an older one of its thread."""
        del self._running[turn.key]
        self._count(turn, -1)
        entry = _Entry(self._fair.round_for(_person(turn)), _age(turn), turn, elsewhere=True)
        insort(self._waiting, entry)
        self._admit()

    def recheck(self, keys: Collection[TurnKey] | None = None) -> None:
        """What other processes were answering may have ended: for these turns, or for any."""
        for entry in self._waiting:
            if keys is None or entry.turn.key in keys:
                entry.elsewhere = False
        self._admit()

    # What follows

    @property
    def running(self) -> int:
        """How many have been admitted and have not left."""
        return len(self._running)

    def news(self) -> Mapping[TurnKey, Standing]:
        """The standing of each turn for which it is another one than was told last."""
        now = self._standings()
        news = {key: standing for key, standing in now.items() if self._told.get(key) != standing}
        self._told = now
        return news

    def _standings(self) -> dict[TurnKey, Standing]:
        return (
            dict.fromkeys(self._running, Admission.ADMITTED)
            | dict.fromkeys(self._refused, Admission.REFUSED)
            | self._places()
        )

    def _places(self) -> dict[TurnKey, Standing]:
        """The place of everybody who waits: what holds them, and how many are before them."""
        heads = self._heads()
        own = Counter(self._per_person)
        everywhere, here = 0, Counter[str]()
        places: dict[TurnKey, Standing] = {}
        for entry in self._waiting:
            hold, team = self._hold(entry, heads), entry.turn.thread.team
            before = {
                Hold.THREAD: 0,
                Hold.OWN: own[entry.person],
                Hold.OTHERS: here[team] if self._only_workspace_full(team) else everywhere,
            }
            places[entry.turn.key] = Queued(hold, before[hold])
            own[entry.person] += 1
            everywhere += hold is Hold.OTHERS
            here[team] += hold is Hold.OTHERS
        return places

    def _admit(self) -> None:
        """Lets in everybody who may run, in order."""
        if not self._waiting or self._is_full():
            return
        heads = self._heads()
        for entry in list(self._waiting):
            if self._hold(entry, heads) is Hold.OTHERS and not self._is_workspace_full(entry):
                self._waiting.remove(entry)
                self._running[entry.turn.key] = entry.turn
                self._count(entry.turn, 1)
                self._fair.served(entry.round)
            if self._is_full():
                return

    def _heads(self) -> dict[Thread, tuple[int, str]]:
        """When the oldest question of each thread was asked, of those that wait."""
        heads: dict[Thread, tuple[int, str]] = {}
        for entry in self._waiting:
            thread = entry.turn.thread
            heads[thread] = min(entry.asked, heads.get(thread, entry.asked))
        return heads

    def _hold(self, entry: _Entry, heads: Mapping[Thread, tuple[int, str]]) -> Hold:
        """What holds it longest: `OTHERS` also when nothing does."""
        thread = entry.turn.thread
        if entry.elsewhere or thread in self._threads or heads[thread] < entry.asked:
            return Hold.THREAD
        if self._per_person[entry.person] >= self._limits.per_person:
            return Hold.OWN
        return Hold.OTHERS

    def _is_full(self) -> bool:
        return len(self._running) >= self._limits.running

    def _is_workspace_full(self, entry: _Entry) -> bool:
        return self._per_workspace[entry.turn.thread.team] >= self._limits.per_workspace

    def _only_workspace_full(self, team: str) -> bool:
        return not self._is_full() and self._per_workspace[team] >= self._limits.per_workspace

    def _count(self, turn: Turn, change: int) -> None:
        for counter, key in (
            (self._per_workspace, turn.thread.team),
            (self._per_person, _person(turn)),
        ):
            counter[key] += change
            if not counter[key]:
                del counter[key]
        (self._threads.add if change > 0 else self._threads.discard)(turn.thread)


def _person(turn: Turn) -> str:
    return f"{turn.thread.team} {turn.user}"


def _age(turn: Turn) -> tuple[int, str]:
    """Sorts by time: a ts with more digits before the point is later."""
    return len(turn.ts.partition(".")[0]), turn.ts
