"""Runs → inline Markdown that is read as the same runs, by us and by Slack.

Slack reads strict CommonMark, without the amendment for Chinese, Japanese and Korean. Where a
marker needs a letter beside it to count, a zero-width space is put there.
"""

from __future__ import annotations

import re
import unicodedata
from enum import Enum
from typing import TYPE_CHECKING, Final, NamedTuple

from bot.rendering.formats.nesting import Marker, Markup, linked, loosened, nested, shared_style
from bot.text.code_spans import code_span
from bot.text.joiners import ZERO_WIDTH_SPACE, without_broadcasts, without_tokens
from bot.text.runs import BOLD, CODE, ITALIC, STRIKE, Run

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_MARKERS: Final = {BOLD: "**", ITALIC: "*", STRIKE: "~~"}
_ENTITIES: Final = {"<": "&lt;", ">": "&gt;", "&": "&amp;"}

_SPECIAL: Final = re.compile(
    r"""
      [\\`*~<>]
    | (?<![A-Za-z0-9])_ | _(?![A-Za-z0-9])  # within a word it is no marker
    | &(?=\#?\w+;)                          # would be read as an entity
    | \](?=\()                              # would end the label of a link
    | (?<=\[)\^                             # a footnote
    | :(?=[a-z0-9_+'-]+:)                   # an emoji
    | (?<=http):(?=//) | (?<=https):(?=//)  # an address, which was meant to be none
    | \$(?=\$) | (?<=\$)\$                  # a formula
    """,
    re.VERBOSE | re.IGNORECASE,
)
_BRACKET: Final = re.compile(r"(?<!\\)[\[\]]")
_LINE: Final = re.compile(
    r"""^(?:
      (?P<mark>\#{1,6}(?=\s|$) | [-+](?=[\s|:-]|$) | =+(?=\s*$) | [|:](?=[^\n-]*-)(?=[ \t|:-]*$))
    | (?P<number>\d{1,9})(?P<dot>[.)](?=\s|$))
    | (?P<label>\[[^\]\\\n]*\])(?=:)
    | (?P<formula>\\\[)
    )""",
    re.VERBOSE | re.MULTILINE,
)
_INDENT: Final = re.compile(r"\n[ \t]+")
_BLANKS: Final = re.compile(r"(?<!\s)\s*\n\s*")
_TARGET: Final = re.compile(r"[\\()]|&(?=\#?\w+;)")
_UNSAFE: Final = re.compile(r"[\s<>\x00-\x1f]")


class Kind(Enum):
    """What a piece of markup is for its neighbours."""

    OPEN = "open"
    CLOSE = "close"
    CODE = "code"
    LINK = "link"
    TEXT = "text"


class Token(NamedTuple):
    """Markup of one kind."""

    kind: Kind
    markup: str
    end: int = 0
    """As in `Marker`, for a marker that opens."""


_END: Final = Token(Kind.TEXT, "\n")


def spans(runs: Iterable[Run]) -> str:
    """The Markdown of one paragraph. None of its lines begins a block of another kind."""
    markup = _assembled(nested(list(_pieces(runs))))
    return _LINE.sub(_literal_line, _INDENT.sub("\n", markup.strip(" \t")))


def cell(runs: Iterable[Run]) -> str:
    """The Markdown of a table's cell, on one line."""
    flat = (run._replace(text=_BLANKS.sub(" ", run.text)) for run in runs)
    return spans(flat).replace("|", "\\|")


def code(text: str) -> str:
    """A code span on one line, in which nothing is a mention."""
    return code_span(without_tokens(_BLANKS.sub(" ", text)))


def _pieces(runs: Iterable[Run]) -> Iterator[Markup]:
    for url, group in linked(loosened(runs)):
        if url:
            style = shared_style(group) & ~CODE
            inner = [run._replace(style=run.style & ~style, url="") for run in group]
            yield Markup(style, f"[{_label(inner)}]({_target(url)})", link=True)
        else:
            yield _piece(group[0])


def _piece(run: Run) -> Markup:
    if run.style & CODE:
        return Markup(run.style & ~CODE, code(run.text), code=True)
    return Markup(run.style, run.text if run.emoji else _literal(run.text))


def _label(runs: list[Run]) -> str:
    pieces = [
        piece if piece.code else piece._replace(markup=_BRACKET.sub(r"\\\g<0>", piece.markup))
        for piece in map(_piece, runs)
    ]
    return _assembled(nested(pieces))


def _literal(text: str) -> str:
    return _SPECIAL.sub(lambda match: _escape(match[0]), without_broadcasts(text))


def _escape(char: str) -> str:
    return _ENTITIES.get(char, f"\\{char}")


def _literal_line(match: re.Match[str]) -> str:
    if match["formula"]:
        return "&#91;"
    if match["label"]:
        return match["label"][:-1] + "\\]"
    return f"{match['number']}\\{match['dot']}" if match["number"] else f"\\{match['mark']}"


def _target(url: str) -> str:
    safe = _UNSAFE.sub(lambda match: f"%{ord(match[0]):02X}", url)
    return _TARGET.sub(lambda match: _escape(match[0]), safe)


def _assembled(items: Iterable[Marker | Markup]) -> str:
    """The markup in one text, with each marker so that it is read as one."""
    tokens = list(_tokens(items))
    out = ""
    for index, token in enumerate(tokens):
        after = tokens[index + 1] if index + 1 < len(tokens) else _END
        out += _placed(token, out[-1:] or "\n", after)
        if after.kind is Kind.LINK and out.endswith("!"):
            out = f"{out[:-1]}\\!"  # it would make an image of it
    return out


def _tokens(items: Iterable[Marker | Markup]) -> Iterator[Token]:
    """The tokens; asterisks that open or close together are one."""
    held: Token | None = None
    for item in items:
        token = _token(item)
        if held and _together(held, token):
            held = token._replace(markup=held.markup + token.markup)
            continue
        if held:
            yield held
        held = token
    if held:
        yield held


def _token(item: Marker | Markup) -> Token:
    match item:
        case Marker():
            kind = Kind.OPEN if item.opens else Kind.CLOSE
            return Token(kind, _MARKERS[item.style], item.end if item.opens else 0)
        case Markup(code=True):
            return Token(Kind.CODE, item.markup)
    return Token(Kind.LINK if item.link else Kind.TEXT, item.markup)


def _together(one: Token, other: Token) -> bool:
    marks = one.kind is other.kind and one.kind in {Kind.OPEN, Kind.CLOSE}
    return marks and one.end == other.end and one.markup[0] == other.markup[0] == "*"


def _placed(token: Token, before: str, after: Token) -> str:
    first = after.markup[0]
    match token.kind:
        case Kind.OPEN:
            # Two markers of one kind that touch would be read as one.
            apart = ZERO_WIDTH_SPACE if before == "*" else ""
            fits = _opens(apart or before, first) and first != "*"
            return apart + token.markup + ("" if fits else ZERO_WIDTH_SPACE)
        case Kind.CLOSE:
            # Before another marker a space of no width may be put yet.
            marked = after.kind in {Kind.OPEN, Kind.CLOSE}
            fits = _opens(ZERO_WIDTH_SPACE if marked else first, before)
            return ("" if fits else ZERO_WIDTH_SPACE) + token.markup
        case Kind.CODE if before == "`":
            return ZERO_WIDTH_SPACE + token.markup
    return token.markup


def _opens(outer: str, inner: str) -> bool:
    """Whether a marker counts between these characters (CommonMark: flanking delimiter runs).

    Whether symbols count as punctuation has changed between its versions; either way must do.
    """
    if inner.isspace():
        return False
    if unicodedata.category(inner)[0] not in "PS":
        return True
    return outer.isspace() or unicodedata.category(outer)[0] == "P" or outer in "$+<=>^`|~"
