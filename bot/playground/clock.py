"""The two clocks of the playground, both replaceable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Clock:
    wall: Callable[[], float]
    """Seconds since the epoch: the timestamps of messages and events."""
    monotonic: Callable[[], float]
    """Seconds from any start: rate limits and the log of calls."""
