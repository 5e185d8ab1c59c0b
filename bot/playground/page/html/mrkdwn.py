"""Slack's mrkdwn, the way Slack draws it: text with <tokens> and three entities → HTML."""

import re
from collections.abc import Callable
from typing import Final

from bot.playground.page.html import markup
from bot.playground.page.html.markup import Names

_FENCE = re.compile(r"```(?:\n)?(.+?)(?:\n)?```", re.DOTALL)
_QUOTED = re.compile(
    r"((?:^(?:&gt;|>)(?!&gt;|>)[^\n]*(?:\n|\Z))+|^(?:&gt;|>){3}.*)", re.MULTILINE | re.DOTALL
)
_MARK = re.compile(r"^(?:(?:&gt;|>){3}|(?:&gt;|>)) ?", re.MULTILINE)

# Order matters: what is kept as it is comes before what is styled.
_INLINE: Final = re.compile(
    r"`(?P<code>[^`\n]+)`"
    r"|<(?P<token>[^<>\n]+)>"
    r"|(?<![\w/])(?P<url>https?://[^\s<>|`]+[^\s<>|`.,;:!?)\]}'\"])"
    r"|(?<![\w:]):(?P<emoji>[a-z0-9_+'-]{1,60}(?:::skin-tone-\d)?):"
    r"|(?<![\w*])\*(?P<bold>[^\s*](?:[^*\n]*[^\s*])?)\*(?![\w*])"
    r"|(?<!\w)_(?P<italic>[^\s_](?:[^_\n]*[^\s_])?)_(?!\w)"
    r"|(?<![\w~])~(?P<strike>[^\s~](?:[^~\n]*[^\s~])?)~(?![\w~])"
)
_DEEPEST = 4


def to_html(source: object, names: Names) -> str:
    """A whole text: fences and quotes, and what is between them."""
    parts = _FENCE.split(markup.text(source))
    drawn = [
        markup.code(markup.decode(_bare(part))) if odd else _quotes(part, names)
        for part, odd in zip(parts, [False, True] * len(parts), strict=False)
    ]
    return "".join(drawn)


def inline(source: str, names: Names, depth: int = 0) -> str:
    drawn: list[str] = []
    end = 0
    for found in _INLINE.finditer(source):
        drawn += _plain(source[end : found.start()]), _draw(found, names, depth)
        end = found.end()
    return "".join(drawn) + _plain(source[end:])


def token(inner: str, names: Names) -> str:
    """What stands between angle brackets: somebody, somewhere, everybody, or a link."""
    target, _, label = inner.partition("|")
    for sign, draw in _TOKENS.items():
        if target.startswith(sign):
            return draw(target.removeprefix(sign), markup.decode(label), names)
    return markup.link(markup.decode(target), markup.escape(markup.decode(label or _short(target))))


def _quotes(source: str, names: Names) -> str:
    drawn = []
    for part in _QUOTED.split(source):
        quoted = _MARK.match(part)
        inner = inline(_MARK.sub("", part).rstrip("\n") if quoted else part, names)
        drawn.append(markup.tag("blockquote", inner) if quoted else inner)
    return "".join(drawn)


def _draw(found: re.Match[str], names: Names, depth: int) -> str:
    kind, inner = str(found.lastgroup), found[str(found.lastgroup)]
    if kind in _KEPT:
        return _KEPT[kind](inner, names)
    if depth >= _DEEPEST:
        return _plain(found[0])
    return markup.tag(_STYLES[kind], inline(inner, names, depth + 1))


def _plain(source: str) -> str:
    return markup.escape(markup.decode(source))


def _bare(source: str) -> str:
    """Inside a fence only the links that Slack itself has made are undone."""
    return re.sub(r"<(https?://[^<>|\n]+)(?:\|([^<>\n]*))?>", lambda m: m[2] or m[1], source)


def _short(target: str) -> str:
    return target.removeprefix("mailto:")


def _special(target: str, label: str, names: Names) -> str:
    del names
    name, _, rest = target.partition("^")
    shown = label or (f"@{name}" if name in _EVERYBODY else rest or name)
    if name == "date":
        return markup.escape(label or rest)
    return markup.mention("everybody" if name in _EVERYBODY else "group", shown)


_EVERYBODY = ("here", "channel", "everyone")
_TOKENS: dict[str, Callable[[str, str, Names], str]] = {
    "@": lambda target, label, names: markup.user(names, target, label),
    "#": lambda target, label, names: markup.channel(names, target, label),
    "!": _special,
}
_KEPT: dict[str, Callable[[str, Names], str]] = {
    "code": lambda inner, _: markup.tag("code", markup.escape(markup.decode(inner))),
    "token": token,
    "url": lambda inner, _: markup.link(markup.decode(inner), markup.escape(markup.decode(inner))),
    "emoji": lambda inner, _: markup.emoji(inner),
}
_STYLES = {"bold": "strong", "italic": "em", "strike": "s"}
