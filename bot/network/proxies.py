"""Which proxy a URL is reached through, by the variables that curl and requests read. Pure.

Every library reads these variables in its own way: aiohttp knows no ALL_PROXY and sends `wss://`
directly, httpx takes an unknown scheme for an error even where the proxy is not used. So they are
read here, once, for Slack, its socket and the model.
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Final
from urllib.parse import SplitResult, unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

VARIABLES: Final[Mapping[str, tuple[str, ...]]] = {
    "http": ("HTTP_PROXY", "ALL_PROXY"),
    "ws": ("HTTP_PROXY", "ALL_PROXY"),
    "https": ("HTTPS_PROXY", "ALL_PROXY"),
    "wss": ("HTTPS_PROXY", "ALL_PROXY"),
}
"""The variables for a scheme; the first that is set counts. A small-letter spelling comes first."""

EXCEPTIONS: Final = "NO_PROXY"
PORTS: Final[Mapping[str, int]] = {"http": 80, "ws": 80, "https": 443, "wss": 443}
SUPPORTED: Final = frozenset({"http", "https"})


class ProxyError(Exception):
    """A proxy that is needed cannot be used. The text names the variable and the remedy."""


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy, and where it was named."""

    url: str
    """`http://host:port`, perhaps with user and password."""

    variable: str
    """The name of the variable, as it is spelled there."""

    @property
    def place(self) -> str:
        """Host and port, without user and password."""
        return urlsplit(self.url).netloc.rpartition("@")[2]

    @property
    def address(self) -> str:
        """The URL without user and password."""
        return f"{urlsplit(self.url).scheme}://{self.place}"

    @property
    def headers(self) -> dict[str, str]:
        """User and password as the proxy is told them; empty without any."""
        user, colon, password = urlsplit(self.url).netloc.rpartition("@")[0].partition(":")
        if not user:
            return {}
        pair = f"{unquote(user)}{colon or ':'}{unquote(password)}".encode()
        return {"Proxy-Authorization": f"Basic {b64encode(pair).decode()}"}


def proxy_for(url: str, variables: Mapping[str, str]) -> Proxy | None:
    """Returns the proxy for a URL; None if it is reached directly, as this machine always is.

    Raises `ProxyError` if there is one, but no proxy that we can use.
    """
    target = urlsplit(url)
    if not target.hostname or _is_this_machine(target.hostname) or _is_excepted(target, variables):
        return None
    for name in VARIABLES.get(target.scheme, ()):
        for spelled in (name.lower(), name):
            if value := variables.get(spelled, "").strip():
                return _usable(value, spelled, target.hostname)
    return None


def _usable(value: str, variable: str, host: str) -> Proxy:
    url = value if "://" in value else f"http://{value}"
    remedy = f"name an HTTP proxy (http://host:port), or list {host} in {EXCEPTIONS}"
    try:
        parts = urlsplit(url)
        complete = parts.hostname and parts.port != 0
    except ValueError:
        complete = False
    if not complete:
        raise ProxyError(f"{variable}: is no URL of a proxy; {remedy}")
    if parts.scheme.startswith("socks"):
        raise ProxyError(f"{variable}: a SOCKS proxy is not supported; {remedy}")
    if parts.scheme not in SUPPORTED:
        raise ProxyError(f"{variable}: is no HTTP proxy; {remedy}")
    return Proxy(url, variable)


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _is_excepted(target: SplitResult, variables: Mapping[str, str]) -> bool:
    """Whether NO_PROXY has the target: its host, a domain it is in, its network, or `*`."""
    value = variables.get(EXCEPTIONS.lower()) or variables.get(EXCEPTIONS) or ""
    host = (target.hostname or "").rstrip(".").lower()
    port = target.port or PORTS.get(target.scheme)
    return any(_matches(entry, host, port) for entry in _entries(value))


def _entries(value: str) -> Iterator[str]:
    """The entries, which commas or blanks separate, without a scheme."""
    for entry in value.replace(",", " ").split():
        yield entry.rpartition("://")[2].rstrip("/").lower()


def _matches(entry: str, host: str, port: int | None) -> bool:
    if entry == "*":
        return True
    if "/" in entry or entry.count(":") > 1:
        return _in_network(entry, host, port)
    name, _, number = entry.partition(":")
    if number and number != str(port):
        return False
    domain = name.removeprefix("*").strip(".")
    return bool(domain) and (host == domain or host.endswith(f".{domain}"))


def _in_network(entry: str, host: str, port: int | None) -> bool:
    """For `10.0.0.0/8`, `::1`, `[::1]` and `[::1]:443`."""
    if entry.startswith("["):
        entry, _, number = entry[1:].partition("]")
        if number and number != f":{port}":
            return False
    try:
        return ip_address(host) in ip_network(entry, strict=False)
    except ValueError:
        return False
