"""Which certificates are trusted: those of the machine, or those that a variable names."""

from __future__ import annotations

import ssl
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import httpx2

if TYPE_CHECKING:
    from collections.abc import Mapping

FILES: Final = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
FOLDERS: Final = ("SSL_CERT_DIR",)
"""The variables of OpenSSL, requests and curl. The first file that is named counts."""


class CertificatesError(Exception):
    """A variable names certificates that cannot be read. The text names it and the remedy."""


def named(variables: Mapping[str, str]) -> dict[str, str]:
    """Returns the paths that are named, by variable: a file, folders, or both."""
    given = {name: variables.get(name, "").strip() for name in (*FILES, *FOLDERS)}
    file = next((name for name in FILES if given[name]), None)
    return {name: path for name, path in given.items() if path and name in (file, *FOLDERS)}


def trusted(variables: Mapping[str, str]) -> ssl.SSLContext:
    """Returns the context for all connections. Raises `CertificatesError`."""
    return _context(tuple(named(variables).items()))


@cache
def _context(paths: tuple[tuple[str, str], ...]) -> ssl.SSLContext:
    """Reading the certificates takes 30 ms, so all clients share them."""
    if not paths:
        return httpx2.create_ssl_context(trust_env=False)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    for variable, path in paths:
        _load(context, variable, path)
    return context


def _load(context: ssl.SSLContext, variable: str, path: str) -> None:
    # OpenSSL says nothing of a folder that is not there.
    places = path.split(":") if variable in FOLDERS else [path]
    for place in map(Path, places):
        try:
            if place.is_dir():
                next(place.iterdir(), None)
                context.load_verify_locations(capath=place)
            else:
                context.load_verify_locations(cafile=place)
        except ssl.SSLError:
            raise CertificatesError(
                f"{variable}: the file holds no certificates; name a file in PEM format"
            ) from None
        except OSError as error:
            raise CertificatesError(
                f"{variable}: cannot be read ({error.strerror}); correct the path, or unset it"
            ) from None
