"""Errors of the machine that can come from anywhere: a full disk, too many files, no permission."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING, Final

from bot.errors import NotAvailable, SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.errors import StartError

REMEDIES: Final[Mapping[int, str]] = {
    errno.EACCES: "check the permissions of this user",
    errno.EPERM: "check the permissions of this user",
    errno.EROFS: "choose a place that can be written",
    errno.ENOSPC: "free some space",
    errno.EDQUOT: "free some space",
    errno.EMFILE: "raise the limit of open files (ulimit -n)",
    errno.ENFILE: "end other programs, or raise the machine's limit of open files",
    errno.ENOMEM: "end other programs, or use a larger machine",
    errno.EIO: "check the disk, and the terminal or pipe that is written to",
}
"""What the operator can do, by the number of the error. Others are bugs of ours."""

LASTING: Final = {errno.EACCES, errno.EPERM, errno.EROFS}
"""Errors that come again until somebody changes something."""


def machine_error(error: OSError) -> StartError | None:
    """Returns what is wrong and what to do about it; None for an error that may be a bug."""
    remedy = REMEDIES.get(error.errno or 0)
    if remedy is None:
        return None
    where = f" ({error.filename})" if isinstance(error.filename, str) else ""
    problem = f"this machine: {error.strerror or type(error).__name__}{where}; {remedy}"
    return (SettingsError if error.errno in LASTING else NotAvailable)([problem])
