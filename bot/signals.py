"""How a process is asked to end."""

from __future__ import annotations

import asyncio
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def ended_by_signal() -> Iterator[None]:
    """The first SIGINT or SIGTERM ends the body in good order, the second ends the process."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    signals = {signal.SIGINT, signal.SIGTERM}
    came = False

    def forget() -> None:
        for number in signals:
            loop.remove_signal_handler(number)

    def stop() -> None:
        nonlocal came
        if task and not came:  # two that come at the same moment are one
            task.cancel()
        came = True
        forget()

    for number in signals:
        loop.add_signal_handler(number, stop)
    try:
        yield
    except asyncio.CancelledError:
        if not (came and task) or task.uncancel():
            raise
    finally:
        forget()
