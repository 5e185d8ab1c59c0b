"""Flows → Slack's mrkdwn, for workspaces that take no richer form.

A marker there is one only between blanks or punctuation, so a space is put where a letter or a
character of Chinese, Japanese or Korean would touch it. Nothing can be escaped but `&`, `<` and
`>`; what must not be read as markup gets a word joiner beside it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from bot.rendering.flow import Code, Heading, Item, Paragraph, Rule, Table
from bot.rendering.formats.elements import SCHEMES
from bot.rendering.formats.nesting import (
    NEWLINE,
    Marker,
    Markup,
    linked,
    loosened,
    nested,
    shared_style,
    split,
)
from bot.rendering.formats.tables import preformatted
from bot.rendering.layout.slices import joined
from bot.text.joiners import WORD_JOINER, ZERO_WIDTH_SPACE, escaped, without_addresses
from bot.text.runs import BOLD, CODE, ITALIC, STRIKE, text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.rendering.flow import Flow
    from bot.text.runs import Run, Runs

_MARKERS: Final = {BOLD: "*", ITALIC: "_", STRIKE: "~"}
_MARK: Final = re.compile(r"(?<!\w)[*_~`](?=\S)|(?<=\S)[*_~`](?!\w)")
_EMOJI: Final = re.compile(r":(?=[a-z0-9_+'-]+:)")
_PUNCTUATION: Final = re.compile(r"[^\w\s*_~`>]")
_UNSAFE: Final = re.compile(r"[|<> &]")
_ENCODED: Final = {"|": "%7C", "<": "%3C", ">": "%3E", " ": "%20", "&": "&amp;"}
_INDENT: Final = " " * 4


def mrkdwn(flows: Iterable[Flow]) -> str:
    """The mrkdwn of one part. Every `<` in it begins a link to an address that may be clicked."""
    out = ""
    before: Flow | None = None
    for flow in joined(flows):
        if block := _block(flow):
            out += (_between(before, flow) if before else "") + block
            before = flow
    return out


def _between(before: Flow, flow: Flow) -> str:
    if isinstance(flow, Heading):
        return "\n\n"
    closes = isinstance(flow, Item | Code) or isinstance(before, Heading | Code)
    return "\n" if closes else "\n\n"


def _block(flow: Flow) -> str:
    match flow:
        case Code():
            return _fenced(flow.text)
        case Table():
            return _fenced(preformatted(flow).text)
        case Rule():
            return "———"
        case Item():
            return _quoted(_item(flow), flow.quote)
        case Heading():
            return _text(tuple(run._replace(style=run.style | BOLD) for run in flow.runs))
        case Paragraph():
            return _quoted(_indented(_text(flow.runs), _INDENT * flow.depth), flow.quote)


def _item(item: Item) -> str:
    marker = "• " if item.number is None else f"{item.number}. "
    outer = _INDENT * item.depth
    return outer + marker + _indented(_text(item.runs), outer + " " * len(marker)).lstrip(" ")


def _indented(text: str, indent: str) -> str:
    return "\n".join(indent + line if line else "" for line in text.split("\n"))


def _quoted(text: str, quote: int) -> str:
    # Slack has one level of quotes.
    return "\n".join(f"> {line}" for line in text.split("\n")) if quote and text else text


def _fenced(text: str) -> str:
    broken = escaped(text).replace("```", WORD_JOINER.join("```"))
    return f"```\n{broken}\n```"


def _text(runs: Runs) -> str:
    """The mrkdwn of runs. A marker ends with its line, so each line has its own."""
    return "\n".join(_line(line) for line in split(runs, NEWLINE))


def _line(runs: Sequence[Run]) -> str:
    if not runs:
        return ""
    markup = _assembled(nested([_piece(url, group) for url, group in linked(loosened(runs))]))
    # Slack reads these as the sign of a quote, even as an entity.
    return WORD_JOINER + markup if markup.startswith(("&gt;", "＞")) else markup


def _piece(url: str, group: list[Run]) -> Markup:
    first = group[0]
    if url.lower().startswith(SCHEMES):
        return Markup(shared_style(group) & ~CODE, _link(url, text_of(tuple(group))))
    if first.emoji:
        return Markup(first.style & ~CODE, first.text)
    # A backtick cannot stand in code.
    if first.style & CODE and first.text.strip() and "`" not in first.text:
        return Markup(first.style & ~CODE, f"`{escaped(first.text)}`", code=True)
    return Markup(first.style & ~CODE, _literal(first.text))


def _link(url: str, label: str) -> str:
    target = _UNSAFE.sub(lambda match: _ENCODED[match[0]], url)
    # Slack takes the first bar for the end of the address; this one only looks like it.
    shown = escaped(label.strip()).replace("|", "∣")
    return f"<{target}|{shown}>" if shown else f"<{target}>"


def _literal(text: str) -> str:
    marked = _MARK.sub(rf"{WORD_JOINER}\g<0>{WORD_JOINER}", escaped(without_addresses(text)))
    return _EMOJI.sub(f":{WORD_JOINER}", marked)


def _assembled(items: Iterable[Marker | Markup]) -> str:
    line = _Line()
    for item in items:
        match item:
            case Marker(opens=True):
                line.open(_MARKERS[item.style])
            case Marker():
                line.close(_MARKERS[item.style])
            case Markup():
                line.write(item.markup, code=item.code)
    return line.text


class _Line:
    """Writes a line, with spaces where markers need them."""

    def __init__(self) -> None:
        self.text = ""
        self._opened = False
        self._closed = False

    def open(self, marker: str) -> None:
        self._apart()
        self.text += marker
        self._opened, self._closed = True, False

    def close(self, marker: str) -> None:
        # After punctuation Slack has been seen to read no marker, and to lose what follows.
        self.text += (ZERO_WIDTH_SPACE if _PUNCTUATION.match(self.text[-1:]) else "") + marker
        self._opened, self._closed = False, True

    def write(self, markup: str, *, code: bool) -> None:
        if code:
            self._apart()
        elif self._closed and _touches(markup[:1]):
            self.text += " "
        self.text += markup
        self._opened, self._closed = False, code

    def _apart(self) -> None:
        if not self._opened and (self._closed or _touches(self.text[-1:])):
            self.text += " "


def _touches(char: str) -> bool:
    return char.isalnum() or not (char.isascii() or char.isspace())
