"""Which targets of a model's links become links, and what their labels must say.

Model text may try to lead a reader astray. So only plain web, mail and phone links are kept; a
label that names another host than the target gets the real one added; anything else stays text.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import SplitResult, quote, unquote, urlsplit

from bot.rendering.parsing.sanitize import clean
from bot.text.scripts import CJK

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST: Final = 3_000
"""Characters a target may have (docs: `url` of a link element; Slack refuses longer ones)."""

_UNSAFE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\\]")
_ENCODED: Final = re.compile(r"[\s<>\"`]")
_NAME: Final = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_HOST: Final = re.compile(rf"{_NAME}(?:\.{_NAME})*")
_ADDRESS: Final = re.compile(r"([\w.+-]{1,64})@([^\s@]+)", re.ASCII)
_PHONE: Final = re.compile(r"[\d+.()\-]*\d[\d+.()\-]*", re.ASCII)
_PORTS: Final = {"http": 80, "https": 443}

_DOT: Final = re.compile(rf"(?<=[^\W{CJK}])[\u3002\uff61](?=[^\W{CJK}])")
_SAID: Final = re.compile(
    r"(?:(?<!\w)\w++:)?//(?:[^\s/?#@]*@)?(?P<url>[\w.-]+)"
    r"|(?P<address>(?<![\w.+-])[\w.+-]++@(?P<domain>[\w.-]+))"
    r"|(?P<host>(?<![\w-])(?<![\w-]\.)"
    r"[\w-]++(?:\.[\w-]++)*\.(?:[^\W\d_]{2,63}|xn--[\w-]+)(?![\w-]))"
    r"|(?P<ip>\d{1,3}(?:\.\d{1,3}){3})"
)
"""What reads as a host or an address. A word is looked at from its beginning only, where all is
found that would be found from within: a word of thousands of letters is not read as many times."""
_FOREIGN: Final = re.compile(rf"[^\x00-\x7f{CJK}]")
_FILE_ENDINGS: Final = (
    "c cfg cpp cs css csv docx gif go htm html ini ipynb java jpeg jpg js json jsx kt lock log mjs "
    "pdf php png pptx rb scss sql svg toml ts tsx txt vue wav webp xlsx xml yaml yml"
)
_FILES: Final = frozenset(_FILE_ENDINGS.split())
"""Endings of file names that are no top-level domains: `Node.js` is no host."""


class LinkVerdict(NamedTuple):
    """What the policy makes of one link."""

    url: str
    """The target as it may be shown, or "" if this may not be a link."""

    label: str
    """The given label; where it says something else than the target, the real one follows it."""


class LinkPolicy:
    """Accepts only http, https, mailto and tel.

    `allow`, if not empty, limits links to hosts and paths ("example.com", "example.com/docs",
    "*.example.com"), and to "mailto:" or "tel:" if listed. Raises ValueError for any other entry.
    """

    def __init__(self, allow: tuple[str, ...] = ()) -> None:
        self._places = tuple(_place(entry) for entry in allow if entry not in ("mailto:", "tel:"))
        self._schemes = frozenset(entry.removesuffix(":") for entry in allow if entry[-1:] == ":")
        self._limited = bool(allow)

    def judge(self, url: str, label: str) -> LinkVerdict:
        """What may be shown of a link to `url` with this label; never raises."""
        url = url.strip()
        if len(url) > LONGEST or _UNSAFE.search(url) or clean(url) != url:
            return LinkVerdict("", label)
        try:
            return self._judged(urlsplit(url), label)
        except (ValueError, UnicodeError):
            return LinkVerdict("", label)

    def _judged(self, url: SplitResult, label: str) -> LinkVerdict:
        if url.scheme in _PORTS:
            return self._web(url, label)
        if self._limited and url.scheme not in self._schemes:
            return LinkVerdict("", label)
        if url.scheme == "mailto":
            return _mail(unquote(url.path), label)
        if url.scheme == "tel" and _PHONE.fullmatch(url.path):
            return _phone(url.path, label)
        return LinkVerdict("", label)

    def _web(self, url: SplitResult, label: str) -> LinkVerdict:
        host = _authority(url)
        if not host or not self._allowed(url, host):
            return LinkVerdict("", label)
        port = "" if url.port is None else f":{url.port}"
        place = f"[{host}]" if ":" in host else host
        kept = url if url.netloc.isascii() else url._replace(netloc=place + port)
        target = _ENCODED.sub(lambda found: quote(found[0]), kept.geturl())
        if len(target) > LONGEST:
            return LinkVerdict("", label)
        return LinkVerdict(target, _honest(label, host, host))

    def _allowed(self, url: SplitResult, host: str) -> bool:
        return not self._limited or any(place.holds(url, host) for place in self._places)


@dataclass(frozen=True, slots=True)
class _Place:
    """A place that links may lead to."""

    host: str
    below: bool
    """True for all hosts below `host`, and not `host` itself."""

    port: int | None
    """None for the default port of the scheme."""

    path: str
    """The path that links must begin with, without a slash at its end; "" for any."""

    def holds(self, url: SplitResult, host: str) -> bool:
        inside = host.endswith("." + self.host) if self.below else host == self.host
        port = None if url.port == _PORTS[url.scheme] else url.port
        return inside and port == self.port and _leads_into(self.path, url.path)


def _place(entry: str) -> _Place:
    url = urlsplit(f"//{entry.strip().split('://')[-1]}")
    below = url.netloc.startswith("*.")
    host = _authority(url._replace(netloc=url.netloc.removeprefix("*.")))
    if not host or url.query or url.fragment or not url.path.isascii():
        raise ValueError(f"{entry!r} is neither a host nor a host with a path")
    return _Place(host, below, url.port, url.path.rstrip("/"))


def _leads_into(folder: str, path: str) -> bool:
    if not folder:
        return True
    if ".." in re.split(r"[/\\]", unquote(path)):
        return False
    return path == folder or path.startswith(folder + "/")


def _authority(url: SplitResult) -> str:
    """The host in ASCII; "" if there is none, or if there is a user name or password."""
    if re.search(r"[@%\s]", url.netloc) or not url.hostname or (url.port or 1) > 65_535:
        return ""
    if ":" in url.hostname:
        return url.hostname if re.fullmatch(r"[0-9a-f:.]+", url.hostname) else ""
    host = _ascii(url.hostname)
    return host if _HOST.fullmatch(host) else ""


def _ascii(host: str) -> str:
    """The host as DNS looks it up: Punycode, lower case, without a dot at the end."""
    return (host if host.isascii() else host.encode("idna").decode()).lower().rstrip(".")


def _mail(address: str, label: str) -> LinkVerdict:
    """A mailto link without subject and body, which could carry data out of the conversation."""
    found = _ADDRESS.fullmatch(address)
    if found is None:
        return LinkVerdict("", label)
    domain = _ascii(found[2])
    if not _HOST.fullmatch(domain):
        return LinkVerdict("", label)
    address = f"{found[1]}@{domain}"
    return LinkVerdict(f"mailto:{address}", _honest(label, domain, address))


def _phone(number: str, label: str) -> LinkVerdict:
    said = re.sub(r"\D", "", unicodedata.normalize("NFKC", label))
    said = said.lstrip("0")
    honest = len(said) < 3 or said.endswith(re.sub(r"\D", "", number)[-len(said) :])
    return LinkVerdict(f"tel:{number}", label if honest else noted(label, number))


class Destination(NamedTuple):
    """Where a link leads that the policy has accepted."""

    host: str
    shown: str
    """What is said of it: the host, or the address of a mail."""


def destination(url: str) -> Destination | None:
    """The host of an accepted link; None for one without, such as a phone number."""
    parts = urlsplit(url)
    if parts.scheme in _PORTS:
        host = _authority(parts)
        return Destination(host, host) if host else None
    if parts.scheme == "mailto":
        return Destination(parts.path.rpartition("@")[2], parts.path)
    return None


def misleads(before: str, label: str, behind: str, real: Destination) -> bool:
    """Whether a label and the text that touches it, all `visible`, name another host together.

    What a label that is noted already names is not counted again.
    """
    text = before + label + behind
    begin, end = len(before), len(before) + len(label)
    notes = label.endswith(noted("", real.shown).casefold())
    return any(
        found.start() < end
        and found.end() > begin
        and not (notes and found.end() <= end)
        and _differs(found, real.host, real.shown)
        for found in hosts(text)
    )


def _honest(label: str, host: str, real: str) -> str:
    """The label, followed by `real` if it names another host or address."""
    return noted(label, real) if any(_differs(said, host, real) for said in _said(label)) else label


def noted(label: str, real: str) -> str:
    """The label with the real host behind it."""
    note = f" ({real})"
    return label if label.endswith(note) else label + note


def _said(label: str) -> Iterator[re.Match[str]]:
    """The hosts and addresses that a reader sees in a label."""
    return hosts(visible(label))


def visible(text: str) -> str:
    """What a reader sees of a text, in small letters: letters that look alike are one."""
    text = unicodedata.normalize("NFKC", _DOT.sub(".", text))
    return "".join(each for each in text if not _is_invisible(each)).casefold()


def hosts(text: str) -> Iterator[re.Match[str]]:
    """What reads as a host or an address in a text; names of files do not."""
    for found in _SAID.finditer(text):
        if not (found["host"] and found["host"].rpartition(".")[2] in _FILES):
            yield found


def _is_invisible(character: str) -> bool:
    return unicodedata.category(character) in ("Cf", "Cc", "Mn", "Me") or character in (
        "\u115f\u1160\u3164\uffa0"
    )


def _differs(said: re.Match[str], host: str, real: str) -> bool:
    """Whether the label names another host, or uses letters that look like others."""
    name = (said["url"] or said["domain"] or said["host"] or said["ip"]).rstrip(".-_")
    if _FOREIGN.search(name):
        return True
    if said["address"] and "@" in real and said["address"] != real.lower():
        return True
    return _bare(name) != _bare(host)


def _bare(host: str) -> str:
    try:
        return _ascii(host).removeprefix("www.")
    except UnicodeError:
        return host
