"""The only words of HTML that the playground writes: everything else is escaped on its way in."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from html import escape as _escape
from typing import Any

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

from bot.playground.page.html.emoji import named

# What a link may be; anything else is shown as text. Stricter than any URL parser on purpose.
_LINK = re.compile(r"(?:https?://[^\s<>\"'\\]+|(?:mailto|tel):[^\s<>\"'\\]+)", re.IGNORECASE)
_SURROGATE = re.compile("[\ud800-\udfff\0]")
_LANGUAGE = re.compile(r"[\w+#.-]{1,30}")
_COLOURED = 20_000
_FORMATTER = HtmlFormatter(nowrap=True)


@dataclass(frozen=True, slots=True)
class Names:
    """What ids are called: for mentions, which Slack keeps as ids."""

    users: Mapping[str, str] = field(default_factory=dict)
    channels: Mapping[str, str] = field(default_factory=dict)


def text(value: object) -> str:
    """A string, whatever came; lone surrogates and NUL would break the page's JSON or its HTML."""
    return _SURROGATE.sub("\ufffd", value) if isinstance(value, str) else ""


def mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def mappings(value: object) -> list[Mapping[str, Any]]:
    return [mapping(each) for each in value] if isinstance(value, list) else []


def number(value: object, most: int = 10_000) -> int:
    whole = isinstance(value, int) and not isinstance(value, bool)
    return max(0, min(most, value)) if whole and isinstance(value, int) else 0


def escape(value: object) -> str:
    return _escape(text(value))


def decode(value: str) -> str:
    """Slack's three entities, as they are shown."""
    return value.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def tag(name: str, inner: str, /, **attributes: object) -> str:
    """An element of content that is HTML already; attributes are escaped, falsy ones left out."""
    shown = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{_escape(str(value))}"'
        for key, value in attributes.items()
        if value
    )
    return f"<{name}{shown}>{inner}</{name}>"


def link(target: object, inner: str) -> str:
    """An anchor where the target is one to follow, else its label with the target beside it."""
    url = text(target)
    if not linkable(url):
        return f"{inner} {tag('span', f'({escape(url)})', class_='dead-link')}" if url else inner
    return tag("a", inner, href=url, target="_blank", rel="noopener noreferrer nofollow")


def linkable(url: str) -> bool:
    return bool(_LINK.fullmatch(url))


def emoji(name: str, unicode: str = "") -> str:
    shown = _code_points(unicode) or emoji_text(name)
    return tag("span", escape(shown), class_="emoji", title=f":{name}:")


def emoji_text(name: str) -> str:
    """The character of this name, or `:name:` where there is none."""
    return named(name) or f":{text(name)}:"


def mention(kind: str, label: str, **attributes: object) -> str:
    return tag("span", escape(label), class_=f"mention {kind}", **attributes)


def user(names: Names, user_id: str, label: str = "") -> str:
    return mention("user", f"@{names.users.get(user_id) or label or user_id}", data_user=user_id)


def channel(names: Names, channel_id: str, label: str = "") -> str:
    name = names.channels.get(channel_id) or label or channel_id
    return mention("channel", f"#{name}", data_channel=channel_id)


@lru_cache(maxsize=256)
def code(source: str, language: str = "") -> str:
    """A code block, coloured where its language is known; each edit asks for the same again."""
    known = language if _LANGUAGE.fullmatch(language) else ""
    label = tag("span", escape(known), class_="language") if known else ""
    inner = tag("code", _coloured(source.removesuffix("\n"), known))
    return tag("div", f"{label}{tag('pre', inner, tabindex='0')}", class_="code")


def unknown(kind: object, what: str = "block") -> str:
    label = f"{what} “{text(kind)[:60] or '?'}” is not drawn by the playground"
    return tag("div", escape(label), class_="unknown")


def _coloured(source: str, language: str) -> str:
    if not language or len(source) > _COLOURED:
        return escape(source)
    try:
        lexer = get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return escape(source)
    return str(highlight(source, lexer, _FORMATTER))


def _code_points(points: str) -> str:
    """Slack writes `1f468-200d-1f4bb`."""
    if not re.fullmatch(r"[0-9a-fA-F]{2,6}(?:-[0-9a-fA-F]{2,6}){0,9}", points):
        return ""
    found = [int(point, 16) for point in points.split("-")]
    return text("".join(map(chr, found))) if max(found) <= 0x10FFFF else ""
