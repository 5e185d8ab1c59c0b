"""Why there is no connection, found wherever in the chain of errors it stands."""

import errno
import socket
import ssl

import pytest

from bot.starting.unreachable import (
    HOST_UNKNOWN,
    NO_ANSWER,
    NO_CONNECTION,
    NO_TLS,
    REFUSED,
    unreachable,
)


class Wrapped(Exception):
    """Keeps the system's error as aiohttp does."""

    def __init__(self, error):
        super().__init__("wrapped")
        self.os_error = error


SEVERAL = OSError(
    "Multiple exceptions: [Errno 111] Connect call failed ('::1', 1), [Errno 111] Connect call"
)


@pytest.mark.parametrize("wrap", [lambda error: error, Wrapped])
@pytest.mark.parametrize(
    ("error", "found"),
    [
        (socket.gaierror(socket.EAI_NONAME, "unknown"), HOST_UNKNOWN),
        (ConnectionRefusedError(errno.ECONNREFUSED, "no"), REFUSED),
        (TimeoutError(), NO_ANSWER),
        (OSError(errno.EHOSTUNREACH, "no route"), NO_ANSWER),
        (ssl.SSLError(1, "wrong version number"), NO_TLS),
        (OSError(errno.EINVAL, "odd"), NO_CONNECTION),
    ],
)
def test_the_cause_is_found(error, found, wrap):
    assert unreachable(wrap(error)) == found


@pytest.mark.skipif(errno.ECONNREFUSED != 111, reason="the number is Linux's")
def test_the_causes_of_several_addresses_are_read_from_the_text():
    assert unreachable(SEVERAL) == REFUSED


def test_a_cause_behind_another_error_is_found():
    error = RuntimeError("outer")
    error.__cause__ = Wrapped(ConnectionRefusedError(errno.ECONNREFUSED, "no"))
    error.__cause__.__context__ = error

    assert unreachable(error) == REFUSED


def test_a_certificate_that_is_not_trusted_is_named_with_its_reason():
    error = ssl.SSLCertVerificationError(1, "no")
    error.verify_message = "self-signed certificate"
    found = unreachable(error)

    assert found.lasting
    assert "(self-signed certificate)" in found.reason
