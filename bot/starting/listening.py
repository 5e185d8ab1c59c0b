"""Why a port cannot be listened on, and which setting to change."""

from __future__ import annotations

import errno
import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bot.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def listening(port: int, *, port_setting: str, host_setting: str = "") -> Iterator[None]:
    """Raises `SettingsError` in place of what listening on `port` raises.

    The settings are named as the operator knows them. Without `host_setting` the host is ours.
    """
    try:
        yield
    except (OSError, UnicodeError) as error:  # UnicodeError: no name of a host can be like that
        raise SettingsError([_problem(error, port, port_setting, host_setting)]) from error


def _problem(error: OSError | UnicodeError, port: int, port_setting: str, host_setting: str) -> str:
    number = error.errno if isinstance(error, OSError) else None
    if number == errno.EADDRINUSE:
        return (
            f"{port_setting}: port {port} is taken; end the program that uses it, "
            "or set another port"
        )
    if number in {errno.EACCES, errno.EPERM}:
        return f"{port_setting}: port {port} is not allowed to this user; set one from 1024 on"
    if host_setting and _is_about_the_host(error):
        return (
            f"{host_setting}: is no address of this machine; set 0.0.0.0 for all of them, "
            "or 127.0.0.1 for this machine only"
        )
    reason = getattr(error, "strerror", None) or type(error).__name__
    return f"{port_setting}: port {port} cannot be opened ({reason})"


def _is_about_the_host(error: OSError | UnicodeError) -> bool:
    """True when the address is unknown, or belongs to another machine."""
    if isinstance(error, UnicodeError | socket.gaierror):
        return True
    # Newer Pythons try every address, and then raise an error without a number.
    return error.errno in {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT, None}
