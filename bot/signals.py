"""SIGINT and SIGTERM end the process in good order."""

from __future__ import annotations

import asyncio
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def ended_by_signal() -> Iterator[None]:
    """Cancels the body at the first SIGINT or SIGTERM, and swallows that cancellation.

    The second signal has its usual effect: it kills the process. Other cancellations pass.
    """
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    signals = {signal.SIGINT, signal.SIGTERM}
    received = False

    def remove_handlers() -> None:
        for number in signals:
            loop.remove_signal_handler(number)

    def stop() -> None:
        nonlocal received
        if task and not received:  # two signals at the same moment count as one
            task.cancel()
        received = True
        remove_handlers()

    for number in signals:
        loop.add_signal_handler(number, stop)
    try:
        yield
    except asyncio.CancelledError:
        if not (received and task) or task.uncancel():
            raise
    finally:
        remove_handlers()
