"""The way to a URL: its proxy and its certificates, for the two HTTP libraries that we use."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from aiohttp import ClientHttpProxyError, ClientProxyConnectionError, ClientRequest
from multidict import CIMultiDict
from yarl import URL

from bot.errors import SettingsError
from bot.network.certificates import CertificatesError, named, trusted
from bot.network.proxies import EXCEPTIONS, Proxy, ProxyError, proxy_for

if TYPE_CHECKING:
    from collections.abc import Mapping

PROXY_ERRORS: Final = (ClientProxyConnectionError, ClientHttpProxyError)
"""What aiohttp raises when there is no way through the proxy."""

NO_PROXY: Final = "the proxy does not connect"


@dataclass(frozen=True, slots=True)
class Network:
    """The environment's proxies and certificates. Without variables every way is direct."""

    variables: Mapping[str, str] = field(default_factory=dict, repr=False)
    """The environment, of which only the names in `proxies` and `certificates` are read."""

    def proxy(self, url: str) -> Proxy | None:
        """Returns the proxy for a URL. Raises `SettingsError` if it cannot be used."""
        try:
            return proxy_for(url, self.variables)
        except ProxyError as error:
            raise SettingsError([str(error)]) from None

    def no_proxy(self, url: str) -> str:
        """What is wrong, and what to do, when the proxy for a URL does not connect."""
        proxy = self.proxy(url)
        problem = f"the proxy of {proxy.variable} does not connect" if proxy else NO_PROXY
        return f"{problem}; correct it, or list the host in {EXCEPTIONS}"

    def tls(self, url: str) -> ssl.SSLContext:
        """Returns the context for a URL. Raises `SettingsError` if certificates cannot be read.

        Plain http needs none, so a wrong variable does no harm there.
        """
        if urlsplit(url).scheme not in {"https", "wss"}:
            return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        try:
            return trusted(self.variables)
        except CertificatesError as error:
            raise SettingsError([str(error)]) from None

    def certificates(self) -> dict[str, str]:
        """The paths of certificates that variables name, by variable."""
        return named(self.variables)

    def request_class(self) -> type[ClientRequest]:
        """The class for an aiohttp session, whose requests each go through their proxy."""
        network = self

        class ProxiedRequest(ClientRequest):
            def update_proxy(self, proxy: Any, proxy_auth: Any, proxy_headers: Any) -> None:
                if found := network.proxy(str(self.url)):
                    proxy, proxy_headers = URL(found.address), CIMultiDict(found.headers)
                super().update_proxy(proxy, proxy_auth, proxy_headers)

        return ProxiedRequest


DIRECT = Network()
"""No proxy, and the certificates of the machine."""
