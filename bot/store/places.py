"""Places where a SQLite file is not safe. They still work, so they are only warned of."""

from __future__ import annotations

from pathlib import Path

import structlog

log = structlog.get_logger(__name__)

MOUNTS = Path("/proc/mounts")
NETWORK = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs"}


def warn(path: Path, *, loses_files: bool) -> None:
    """Logs a warning when the file, or its locks, cannot be relied on.

    `loses_files`: this host loses its files at every restart.
    """
    if loses_files:
        log.warning(
            "THE DATABASE IS LOST AT EVERY RESTART: this host keeps no files. "
            "Set DATABASE_URL to a PostgreSQL"
        )
    try:
        mounts = MOUNTS.read_text(errors="replace")
    except OSError:  # no Linux
        return
    if (kind := mounted(path, mounts)) in NETWORK:
        log.warning("SQLite's locks cannot be relied on over a network file system", kind=kind)


def mounted(path: Path, mounts: str) -> str:
    """The type of the file system that holds `path`, by the lines of /proc/mounts."""
    fields = [line.split() for line in mounts.splitlines()]
    points = {_unescaped(words[1]): words[2] for words in fields if len(words) > 2}
    around = [str(folder) for folder in (path, *path.parents) if str(folder) in points]
    return points[around[0]] if around else ""


def _unescaped(point: str) -> str:
    """The kernel writes blanks and the like as octal numbers."""
    for octal, character in ((r"\040", " "), (r"\011", "\t"), (r"\012", "\n"), (r"\134", "\\")):
        point = point.replace(octal, character)
    return point
