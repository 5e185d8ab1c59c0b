"""`python -m bot`. Runs on any Python 3, to say in one line what a wrong Python lacks."""

import os
import signal
import sys

REMEDY = "run `make setup`, then `.venv/bin/python -m bot`"
MISCONFIGURED = 78
"""Exit code for a wrong set-up (EX_CONFIG of sysexits.h)."""


def main() -> None:
    """Starts the command line. Exits with 78 where this Python cannot."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        # Until there is something to be put in order, Ctrl-C ends us without a traceback.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    _open_streams()
    if sys.version_info < (3, 11):  # noqa: UP036 - no package manager has checked it
        _refuse("Python 3.11 or newer is needed")
    try:
        from bot.cli import main as start  # noqa: PLC0415 - what it imports may be missing

        start()
    except ImportError as error:
        package = (error.name or "bot").partition(".")[0]
        if package == "bot":
            raise
        other = "" if isinstance(error, ModuleNotFoundError) else "usable "
        _refuse("this Python has no " + other + package)


def _open_streams() -> None:
    """Opens what the caller has closed (`>&-`), to nowhere.

    Otherwise a file or a socket would have its number, and get what is written there.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free
    sys.stdout = sys.stdout or os.fdopen(1, "w")
    sys.stderr = sys.stderr or os.fdopen(2, "w")


def _refuse(reason: str) -> None:
    sys.stderr.write("bot: " + reason + ": " + REMEDY + "\n")
    sys.exit(MISCONFIGURED)


if __name__ == "__main__":
    main()
