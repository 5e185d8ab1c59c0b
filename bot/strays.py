"""What Python writes to stderr by itself, put into the log without its words.

These are errors that nobody can catch, such as those of finalizers, the ends of threads, and
warnings. Python shows the text of the exception, or a line of source with values in it.
"""

from __future__ import annotations

import sys
import threading
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from types import TracebackType


def catch_strays() -> None:
    """From now on they are in the log. For a whole process: nothing puts it back."""
    sys.unraisablehook = _unraisable
    threading.excepthook = _of_thread
    warnings.showwarning = _warned


def _unraisable(found: sys.UnraisableHookArgs) -> None:
    _log_error("error that nobody can catch", found.exc_value, found.exc_traceback)


def _of_thread(found: threading.ExceptHookArgs) -> None:
    if not isinstance(found.exc_value, SystemExit):
        _log_error("thread failed", found.exc_value, found.exc_traceback)


def _log_error(said: str, error: BaseException | None, traceback: TracebackType | None) -> None:
    shown = error.with_traceback(traceback) if error else None
    _log().error(said, exc_info=shown)


def _warned(
    message: Warning | str,  # noqa: ARG001 - the signature is Python's
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,  # noqa: ARG001
    line: str | None = None,  # noqa: ARG001
) -> None:
    place = f"{Path(filename).name}:{lineno}"
    _log().warning("warning of Python", kind=category.__name__, place=place)


def _log() -> Any:
    """The log, set up by whoever comes first."""
    from bot import telemetry  # noqa: PLC0415 - `--help` needs none

    telemetry.be_set_up()
    return telemetry.log
