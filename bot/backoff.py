"""Growing pauses between attempts: the one place that says how long to wait before the next one."""

from __future__ import annotations

from random import uniform
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

NO_JITTER: Final = (1.0, 1.0)


class Backoff:
    """Hands out pauses, in seconds, one for each failed attempt. The last pause repeats.

    Each pause is multiplied by a random factor between the two of `jitter`, so that clients that
    failed together do not come back together.
    """

    def __init__(
        self,
        pauses: Sequence[float],
        *,
        jitter: tuple[float, float] = NO_JITTER,
        random: Callable[[float, float], float] = uniform,
    ) -> None:
        """`pauses` has one entry or more; `random(a, b)` returns a number from a to b."""
        self._pauses = tuple(pauses)
        self._jitter = jitter
        self._random = random
        self.failures = 0
        """Attempts that have failed since the last `reset`."""

    def next(self, at_least: float = 0.0) -> float:
        """Counts a failure. Returns the seconds to wait: at least `at_least`."""
        pause = self._pauses[min(self.failures, len(self._pauses) - 1)]
        self.failures += 1
        return max(pause * self._random(*self._jitter), at_least)

    def reset(self) -> None:
        """An attempt has succeeded: the next failure is the first one again."""
        self.failures = 0


def doubling(first: float, longest: float) -> tuple[float, ...]:
    """Pauses from `first` seconds on, each twice as long as the one before, up to `longest`."""
    pauses = [first]
    while pauses[-1] < longest:
        pauses.append(min(pauses[-1] * 2, longest))
    return tuple(pauses)
