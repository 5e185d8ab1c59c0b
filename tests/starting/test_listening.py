"""What cannot be listened on is told by the setting that must be changed."""

import errno
import socket

import pytest

from bot.errors import SettingsError
from bot.starting.listening import listening


def problem(error, **names):
    given = {"port_setting": "PORT", "host_setting": "BOT_HOST"} | names
    with pytest.raises(SettingsError) as caught, listening(3000, **given):
        raise error
    [line] = caught.value.problems
    return line


@pytest.mark.parametrize(
    ("error", "named"),
    [
        (OSError(errno.EADDRINUSE, "in use"), "PORT: port 3000 is taken"),
        (PermissionError(errno.EACCES, "no"), "PORT: port 3000 is not allowed"),
        (OSError(errno.EADDRNOTAVAIL, "no"), "BOT_HOST: is no address of this machine"),
        (OSError("could not bind on any address"), "BOT_HOST: is no address of this machine"),
        (socket.gaierror(socket.EAI_NONAME, "unknown"), "BOT_HOST: is no address"),
        (UnicodeError("label too long"), "BOT_HOST: is no address"),
        (OSError(errno.ENOBUFS, "No buffer space"), "PORT: port 3000 cannot be opened (No buffer"),
    ],
)
def test_the_setting_is_named(error, named):
    assert problem(error).startswith(named)


def test_without_a_setting_for_the_host_the_port_is_named():
    """The playground listens on this machine only."""
    line = problem(OSError(errno.EADDRNOTAVAIL, "no"), port_setting="X", host_setting="")

    assert line == "X: port 3000 cannot be opened (no)"


def test_other_errors_pass():
    with pytest.raises(ZeroDivisionError), listening(1, port_setting="PORT"):
        raise ZeroDivisionError
