"""Types of settings' values: how each is checked, in words that never repeat the value."""

from __future__ import annotations

import re
from ipaddress import ip_address, ip_network
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr
from pydantic_settings import NoDecode

OWNERS = {"xoxb-": "SLACK_BOT_TOKEN", "xapp-": "SLACK_APP_TOKEN", "sk-": "OPENAI_API_KEY"}
"""The variable of a secret, by how the secret begins."""

OFF = "off"
LAST_PORT = 65535

DATABASES = frozenset({"sqlite", "postgres", "postgresql"})

PRIVATE_NETWORKS = tuple(
    ip_network(network)
    for network in (
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "100.64.0.0/10",
        "169.254.0.0/16",
        "fc00::/7",
        "fe80::/10",
    )
)
PRIVATE_NAMES = (".local", ".internal", ".lan", ".home.arpa", ".svc")
"""Ends of names that no public DNS knows. A name without a dot is private, too."""

SCHEMES = frozenset({"mailto:", "tel:"})
HOST_LABEL = r"(?!-)[\w-]{1,63}(?<!-)"
LINK_TARGET = re.compile(rf"(\*\.)?{HOST_LABEL}(\.{HOST_LABEL})*(:\d{{1,5}})?(/[^\s?#]*)?")

FOOTER = frozenset({"model", "seconds", "caution"})

QUOTES = tuple("\"'`“”„‟‘’‚‛«»")
"""Marks that no value begins or ends with."""

OTHER_TOKENS = {
    "xoxp-": "this is a user token; copy the bot token, which stands at the same place",
    "xoxe": "this is a token of token rotation, which is not supported; make the app without it",
}
"""What to do about a token of Slack that is none of ours, by how it begins."""


def unquoted(value: str) -> str:
    """The value without the quotes around it. Docker takes them for a part of it."""
    around = value[:1]
    inner = value.removeprefix(around).removesuffix(around)
    # More of them are the value's own: "yes" or "no".
    is_pair = around in {"'", '"'} and value == around + inner + around and around not in inner
    return inner.strip() if is_pair else value


def is_quoted(value: object) -> bool:
    """True for a text that has a quotation mark at its beginning or end."""
    return isinstance(value, str) and (value.startswith(QUOTES) or value.endswith(QUOTES))


def is_loopback(url: str) -> bool:
    """True for an address of this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def is_exposed(url: str) -> bool:
    """True for plain http to a host that is neither on this machine nor in a private network."""
    host = (urlsplit(url).hostname or "").rstrip(".")
    if urlsplit(url).scheme != "http" or is_loopback(url):
        return False
    try:
        address = ip_address(host)
    except ValueError:
        return "." in host and not host.endswith(PRIVATE_NAMES)
    return not any(address in network for network in PRIVATE_NETWORKS)


def _secret(usual: str = "", *, always: bool = False) -> AfterValidator:
    """A check for a secret that begins with `usual`, or must if `always`. It never repeats it."""

    def check(secret: SecretStr) -> SecretStr:
        value = secret.get_secret_value()
        begins = f"must begin with {usual}" if always else "is something else"
        for beginning, owner in OWNERS.items():
            if beginning != usual and value.startswith(beginning):
                raise ValueError(f"{begins}; it looks swapped with {owner}")
        if always and not value.startswith(usual):
            others = [what for kind, what in OTHER_TOKENS.items() if value.startswith(kind)]
            raise ValueError("; ".join([begins, *others]))
        if not (value.isascii() and value.isprintable()) or " " in value:
            raise ValueError("must be plain ASCII without blanks or line breaks")
        return secret

    return AfterValidator(check)


def _url(url: str) -> str:
    try:
        parts = urlsplit(url)
        complete = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        complete = False
    if not complete:
        raise ValueError("must be a URL such as https://host/path")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("must be a plain URL: no user, password, query or fragment")
    return url


def _slack_url(url: str) -> str:
    if not url.startswith("https://") and not is_loopback(url):
        raise ValueError("must begin with https:// (plain http only on this machine)")
    return url.rstrip("/") + "/"


def _database(url: SecretStr) -> SecretStr:
    if re.split(r"[+:]", url.get_secret_value().lower())[0] not in DATABASES:
        raise ValueError("must begin with sqlite:///, postgres:// or postgresql://")
    return url


def _link_targets(value: Any) -> Any:
    """A tuple of hosts, each with an optional `*.` and path, and of schemes without a host."""
    if not isinstance(value, str):
        return value
    targets = [each for each in map(str.strip, value.split(",")) if each]
    for number, target in enumerate(targets, 1):
        if target not in SCHEMES and not LINK_TARGET.fullmatch(target):
            raise ValueError(f"entry {number} must be a host or host/path: example.com/docs")
    return tuple(targets)


def _footer(value: str) -> str:
    parts = {part.strip() for part in value.split(",")} - {""}
    if parts != {"off"} and not parts <= FOOTER:
        raise ValueError(f"must be off, or some of {', '.join(sorted(FOOTER))}")
    return value


def _lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


Word = BeforeValidator(_lower)
Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Rate = Annotated[float, Field(gt=0, allow_inf_nan=False)]


def _admin_address(address: str) -> str:
    host, _, port = address.rpartition(":")
    if address != OFF and not (host.strip("[]") and port.isdecimal() and int(port) <= LAST_PORT):
        raise ValueError("must be a host and a port, such as 127.0.0.1:9090, or off")
    return address


AdminAddress = Annotated[str, AfterValidator(_admin_address)]
Most = Annotated[int, Field(ge=1)]
Port = Annotated[int, Field(ge=0, le=65535)]
Secret = Annotated[SecretStr, _secret()]
BotToken = Annotated[SecretStr, _secret("xoxb-", always=True)]
AppToken = Annotated[SecretStr, _secret("xapp-", always=True)]
Key = Annotated[SecretStr, _secret("sk-")]
SlackURL = Annotated[str, AfterValidator(_url), AfterValidator(_slack_url)]
ModelURL = Annotated[str, AfterValidator(_url)]
DatabaseURL = Annotated[SecretStr, AfterValidator(_database)]
Footer = Annotated[str, Word, AfterValidator(_footer)]
LinkTargets = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_link_targets)]
