"""Errors of the machine are told in a line; errors that may be bugs of ours are not hidden."""

import errno

import pytest

from bot.errors import NotAvailable, SettingsError
from bot.starting.machine_limits import machine_error


@pytest.mark.parametrize(
    ("number", "kind", "remedy"),
    [
        (errno.ENOSPC, NotAvailable, "free some space"),
        (errno.EMFILE, NotAvailable, "ulimit -n"),
        (errno.EROFS, SettingsError, "can be written"),
        (errno.EACCES, SettingsError, "permissions"),
    ],
)
def test_it_says_what_to_do(number, kind, remedy):
    found = machine_error(OSError(number, "What happened", "/srv/file"))

    assert type(found) is kind
    assert str(found).startswith("this machine: What happened (/srv/file); ")
    assert remedy in str(found)


@pytest.mark.parametrize("error", [OSError("no number"), OSError(errno.ENOENT, "no"), OSError()])
def test_what_may_be_a_bug_is_none_of_them(error):
    assert machine_error(error) is None
