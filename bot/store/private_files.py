"""The SQLite file and those beside it: for the user who runs the bot, and for nobody else."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

MODE = 0o600
BESIDE = ("", "-wal", "-shm", "-journal")
"""What SQLite appends to the name of the file. It makes them with the mode of the file itself."""


def create_private(path: Path) -> None:
    """Makes an empty file, which is an empty database. Raises `OSError`."""
    with suppress(FileExistsError):  # another process was faster
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, MODE))


def make_private(path: Path) -> None:
    """Takes the files of an earlier version from everybody else. Those of another user stay."""
    for name in BESIDE:
        file = path.with_name(path.name + name)
        with suppress(OSError):
            if stat.S_IMODE(file.stat().st_mode) & ~MODE:
                file.chmod(MODE)


def can_be_replaced(folder: Path) -> bool:
    """True where every user of the machine may put another file in place of ours."""
    mode = folder.stat().st_mode
    return bool(mode & stat.S_IWOTH) and not mode & stat.S_ISVTX
