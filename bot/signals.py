"""SIGINT, SIGTERM and SIGHUP end the process in good order."""

from __future__ import annotations

import asyncio
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from signal import _HANDLER

AFTERWARDS: Final[Mapping[signal.Signals, signal.Handlers]] = {
    signal.SIGINT: signal.SIG_DFL,
    signal.SIGTERM: signal.SIG_DFL,
    # A terminal that closes sends one from the kernel and one from the shell, and systemd may send
    # one after SIGTERM: the second is no wish to kill.
    signal.SIGHUP: signal.SIG_IGN,
}
"""What a further signal does once the first of them has been received."""


@contextmanager
def ended_by_signal() -> Iterator[None]:
    """Cancels the body at the first SIGINT, SIGTERM or SIGHUP, and swallows that cancellation.

    A second SIGINT or SIGTERM kills the process; a second SIGHUP does nothing. SIGHUP stays ignored
    where it was before (`nohup`). Other cancellations pass.
    """
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    before = _handlers()
    received = False

    def stop() -> None:
        nonlocal received
        if task and not received:  # two signals at the same moment count as one
            task.cancel()
        received = True
        _replace(loop, AFTERWARDS)

    for number in before:
        loop.add_signal_handler(number, stop)
    try:
        yield
    except asyncio.CancelledError:
        if not (received and task) or task.uncancel():
            raise
    finally:
        _replace(loop, before)


@contextmanager
def interruptible() -> Iterator[None]:
    """In the body Ctrl-C raises `KeyboardInterrupt`, so that the body can put things in order."""
    before = signal.getsignal(signal.SIGINT)
    if before is signal.SIG_DFL:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _handlers() -> dict[signal.Signals, _HANDLER]:
    """The present handlers of the signals that end us."""
    found = {number: signal.getsignal(number) for number in AFTERWARDS}
    if found[signal.SIGHUP] is signal.SIG_IGN:
        del found[signal.SIGHUP]
    return found


def _replace(loop: asyncio.AbstractEventLoop, handlers: Mapping[signal.Signals, _HANDLER]) -> None:
    for number, handler in handlers.items():
        loop.remove_signal_handler(number)
        signal.signal(number, handler)
