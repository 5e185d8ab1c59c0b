"""Model Markdown → Markdown that can mention nobody, for Slack's `markdown` block.

In that block `<!channel>` and `<@U…>` are live, so `<` and `>` become entities outside code, where
Slack shows them as they were. In code entities would be shown literally, so there only what looks
like a Slack token is broken, by a word joiner that no reader sees.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

WORD_JOINER = "\u2060"
FENCE = re.compile(r"^(?:[ \t>]|[-*+] |\d{1,9}[.)] )*(`{3,}|~{3,})([^`\n]*)$")
_INLINE = re.compile(r"\\[\\`<>]|(?<!`)(`+)(?!`)(?:.*?[^`])\1(?!`)")
_ENTITY = re.compile(r"&(?=(?:lt|gt|amp);)")
_TOKEN = re.compile(r"<(?=[!@#])")
_QUOTE = re.compile(r"^[ \t]*(?:>[ \t]?)+")
_BROADCAST = re.compile(r"@(?=(?:here|channel|everyone)\b)", re.IGNORECASE)


def open_fence(markdown: str, fence: str = "") -> str:
    """The opening line of the code block that `markdown` ends in, or "".

    `fence` is the opening line of the block that it begins in.
    """
    for line in markdown.split("\n"):
        fence = _after(line, fence)
    return fence


def escape(markdown: str) -> str:
    """The same Markdown with `<` and `>` as entities outside code, and no live token in it."""
    return "\n".join(_escaped_lines(markdown))


def plain(text: str, limit: int = 3000) -> str:
    """Model text for a `text` field: escaped as Slack asks, at most `limit` UTF-8 bytes."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = _BROADCAST.sub(f"@{WORD_JOINER}", text)
    if len(text.encode()) <= limit:
        return text
    return _whole_entities(text.encode()[: limit - 3].decode(errors="ignore")) + "…"


def unescape(markdown: str) -> str:
    """What `escape` was given, but for the joiners that no reader sees."""
    return markdown.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _whole_entities(text: str) -> str:
    """Without an entity that was cut in half at the end."""
    return re.sub(r"&[a-z]{0,3}$", "", text)


def _escaped_lines(markdown: str) -> Iterator[str]:
    fence = ""
    for line in markdown.split("\n"):
        before, fence = fence, _after(line, fence)
        yield _defused(line) if before or fence else _escaped(line)


def _after(line: str, fence: str) -> str:
    """The open fence after this line: CommonMark closes with as many of the same character."""
    match = FENCE.match(line)
    if match is None:
        return fence
    if not fence:
        return line.rstrip()
    mark = _marker(fence)
    closes = match[1][0] == mark[0] and len(match[1]) >= len(mark) and not match[2].strip()
    return "" if closes else fence


def _marker(fence: str) -> str:
    match = FENCE.match(fence)
    return match[1] if match else "```"


def _escaped(line: str) -> str:
    quote = _QUOTE.match(line)
    start = quote.end() if quote else 0
    out, at = [line[:start]], start
    for code in _INLINE.finditer(line, start):
        out += [_entities(line[at : code.start()]), _kept(code[0])]
        at = code.end()
    return "".join([*out, _entities(line[at:])])


def _kept(code: str) -> str:
    """Code, or an escape; one of `<` or `>` would be undone by the `&` of its entity."""
    return _entities(code[1]) if code in ("\\<", "\\>") else _defused(code)


def _entities(text: str) -> str:
    # What is written as an entity is meant to be read as one.
    text = _ENTITY.sub("&amp;", text).replace("<", "&lt;").replace(">", "&gt;")
    return _BROADCAST.sub(f"@{WORD_JOINER}", text)


def _defused(code: str) -> str:
    return _TOKEN.sub(f"<{WORD_JOINER}", code)
