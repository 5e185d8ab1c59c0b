"""How the work on a text grows with its length, told on any machine, fast or busy."""

from collections.abc import Callable
from time import process_time

TIMES = 8
"""How many times longer the long text is: linear work takes 8 times longer, quadratic 64 times."""

MOST = 24
"""Up to this ratio the work grows with the length: far from 8 and from 64."""

ATTEMPTS = 5
"""Other processes can only slow the work down, so the least time of a few is the true one."""


def grows_with_length(work: Callable[[int], object], length: int) -> bool:
    """Whether `work(n)`, for a text of n pieces, takes time in proportion to n."""
    short = long = float("inf")
    for _ in range(ATTEMPTS):
        short = min(short, _seconds(work, length))
        long = min(long, _seconds(work, length * TIMES))
        if long <= short * MOST:
            return True
    return False


def _seconds(work: Callable[[int], object], length: int) -> float:
    """Seconds of this process's own time, as the mean of enough runs to be measured."""
    began = process_time()
    runs = 0
    while runs == 0 or process_time() - began < 0.002:
        work(length)
        runs += 1
    return (process_time() - began) / runs
