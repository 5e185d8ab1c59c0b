"""The two clocks of the engine. Both count seconds and never go back."""

from __future__ import annotations

import asyncio
import time


def loop_time() -> float:
    """The running event loop's clock: for deadlines, pauses and durations."""
    return asyncio.get_running_loop().time()


def uptime() -> float:
    """Seconds since the machine started, including those it slept: a lease expires meanwhile.

    Where the system has no such clock (CLOCK_BOOTTIME is Linux's), sleep does not count.
    """
    clock = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    return time.clock_gettime(clock)
