"""Why a connection could not be made, in words for the operator: what is wrong, and what to do."""

from __future__ import annotations

import errno
import socket
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

NO_ROUTE: Final = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN}


@dataclass(frozen=True, slots=True)
class Unreachable:
    """Why there is no connection."""

    reason: str
    """What is wrong, and what to do about it."""

    lasting: bool = False
    """True when it fails until somebody changes something."""


HOST_UNKNOWN: Final = Unreachable("the host is unknown; check its name, DNS and the network")
REFUSED: Final = Unreachable("nothing listens there; check host and port, and whether it runs")
NO_ANSWER: Final = Unreachable("no answer; check network, proxy and firewall")
NO_CONNECTION: Final = Unreachable("no connection; check network, proxy and firewall")
NO_TLS: Final = Unreachable("what listens there does not speak TLS; check the port", lasting=True)


def unreachable(error: BaseException) -> Unreachable:
    """Returns the first cause that is found in the error, or in those that it was raised for."""
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return _not_trusted(cause)
        if isinstance(cause, ssl.SSLError):
            return NO_TLS
        if isinstance(cause, socket.gaierror):
            return HOST_UNKNOWN
        if _is(cause, {errno.ECONNREFUSED}):
            return REFUSED
        if isinstance(cause, TimeoutError) or _is(cause, NO_ROUTE):
            return NO_ANSWER
    return NO_CONNECTION


def _not_trusted(error: ssl.SSLCertVerificationError) -> Unreachable:
    # aiohttp raises an error of the same class around that of the system.
    inner = getattr(error, "certificate_error", error)
    why = getattr(inner, "verify_message", "") or "it cannot be verified"
    return Unreachable(
        f"its certificate is not trusted ({why}); "
        "SSL_CERT_FILE can name the certificates of your network",
        lasting=True,
    )


def _is(error: BaseException, numbers: set[int]) -> bool:
    """True for these numbers of errors; asyncio writes those of several addresses into a text."""
    if not isinstance(error, OSError):
        return False
    return error.errno in numbers or any(f"[Errno {number}]" in str(error) for number in numbers)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error and what it was raised for; aiohttp keeps the system's error in `os_error`."""
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        cause = waiting.pop(0)
        if cause is None or id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        waiting += [getattr(cause, "os_error", None), cause.__cause__, cause.__context__]
