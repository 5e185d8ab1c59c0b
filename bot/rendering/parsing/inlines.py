"""The text of a paragraph, a heading or a cell → runs.

One pass from left to right, linear in its length: what a construct is depends on nothing behind its
own end. Emphasis and links by CommonMark's rules; then what models write besides: bare URLs, emoji
shortcodes, TeX, footnote marks, Slack's own links, and a little HTML. Nothing is ever an image.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from markdown_it.common.utils import unescapeAll

from bot.rendering.flow import CODE, Run, Runs
from bot.rendering.parsing.anchors import anchor, picture
from bot.rendering.parsing.emphasis import Delimiter, flanks, is_cjk
from bot.rendering.parsing.sanitize import clean
from bot.rendering.parsing.styles import flat
from bot.rendering.parsing.tags import BREAK, DROPPED, STYLES, Tag, tag_at
from bot.rendering.parsing.targets import bare_url, target

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.rendering.parsing.links import LinkPolicy
    from bot.rendering.parsing.styles import Piece

LONGEST_TEX: Final = 1_000
"""Characters between `\\(` and `\\)`; further apart they are parentheses."""

_SPECIAL: Final = re.compile(r"[\\`*_~\[\]!<&:$\n]")
_ESCAPABLE: Final = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
_RUNS: Final = {mark: re.compile(re.escape(mark) + "+") for mark in "*_~`"}
_BACKTICKS: Final = _RUNS["`"]
_BLANK: Final = re.compile(r"[ \t]*")
_BREAK: Final = re.compile(r"[ \t]*\n?[ \t]*")
_FOOTNOTE: Final = re.compile(r"\[\^([^\s\[\]^]{1,40})\]")
_AUTOLINK: Final = re.compile(r"<([a-z][a-z0-9+.-]{1,31}:[^\s<>]*)>", re.IGNORECASE)
_MAIL: Final = re.compile(
    r"<([\w.+-]{1,64}@[a-z0-9-]+(?:\.[a-z0-9-]+)+)>", re.IGNORECASE | re.ASCII
)
_SLACK_LINK: Final = re.compile(
    r"<((?:https?://|mailto:|tel:)[^\s<>|]+)\|([^<>\n]+)>", re.IGNORECASE
)
_ENTITY: Final = re.compile(
    r"&(?:#(?:x[a-f0-9]{1,6}|[0-9]{1,7})|[a-z][a-z0-9]{1,31});", re.IGNORECASE
)
_EMOJI: Final = re.compile(r":((?=[0-9_+'-]*[a-z]|(?:[+-]1|100):)[a-z0-9_+'-]{1,64}):")
_SCHEME: Final = re.compile(r"https?\Z", re.IGNORECASE)
_CLICKED: Final = re.compile(r"(?:https?|mailto|tel):", re.IGNORECASE)
"""What Slack itself might make a link of."""


def inlines(text: str, policy: LinkPolicy) -> Runs:
    """The runs of `text`, adjacent ones of one kind merged, none empty."""
    if _SPECIAL.search(text) is None:
        return (Run(text),) if text else ()
    return tuple(_Reading(text, policy).runs())


@dataclass(slots=True)
class _Bracket:
    """A `[` or `![` that may begin a link. `at`: its place among the pieces."""

    image: bool
    at: int


class _Reading:
    """Takes the text apart into pieces; what is not recognised is part of the next plain piece.

    There is a method for each special character: given its place, it says where to go on.
    """

    def __init__(self, text: str, policy: LinkPolicy) -> None:
        self._text = text
        self._policy = policy
        self._pieces: list[Piece] = []
        self._plain_from = 0
        self._brackets: list[_Bracket] = []
        self._dead = 0
        self._backticks: dict[int, list[int]] | None = None
        self._emoji_end = -1
        self._absent: set[str] = set()

    def runs(self) -> list[Run]:
        text, at = self._text, 0
        while found := _SPECIAL.search(text, at):
            at = _READERS[found[0]](self, found.start())
        self._plain(len(text))
        return flat(self._pieces)

    # Pieces

    def _plain(self, end: int) -> None:
        if end > self._plain_from:
            self._pieces.append(Run(self._text[self._plain_from : end]))

    def _put(self, begin: int, end: int, *pieces: Piece) -> int:
        """`pieces` are what stands at `begin`; reading goes on at `end`."""
        self._plain(begin)
        self._pieces += pieces
        self._plain_from = end
        return end

    # Characters

    def escape(self, at: int) -> int:
        following = self._text[at + 1 : at + 2]
        if following == "(" and (end := self._tex(at, at + 2, "\\)")):
            return end
        if following == "[" and (end := self._display(at)):
            return end
        if following == "\n":
            self._plain(at)
            self._plain_from = at + 1
            return self.newline(at + 1)
        if following not in _ESCAPABLE or not following:
            return at + 1
        self._put(at, at + 1)
        return at + 2

    def newline(self, at: int) -> int:
        """One line after another, without the spaces around the break."""
        start = at
        while start > self._plain_from and self._text[start - 1] == " ":
            start -= 1
        return self._put(start, _end(_BLANK, self._text, at + 1), Run("\n"))

    def entity(self, at: int) -> int:
        found = _ENTITY.match(self._text, at)
        if found is None or (character := unescapeAll(found[0])) == found[0]:
            return at + 1
        return self._put(at, found.end(), Run(clean(character) or "\ufffd"))

    def emphasis(self, at: int) -> int:
        mark = self._text[at]
        end = _end(_RUNS[mark], self._text, at)
        if mark == "~" and end - at != 2:
            return end
        opens, closes = flanks(self._text, at, end)
        if not opens and not closes:
            return end
        return self._put(at, end, Delimiter(mark, end - at, opens, closes))

    # Code

    def code(self, at: int) -> int:
        begin = _end(_BACKTICKS, self._text, at)
        end = self._closing_backticks(begin - at, begin)
        if end < 0:
            return begin
        code = self._text[begin:end].replace("\n", " ")
        if code[0] == code[-1] == " " and code.strip(" "):
            code = code[1:-1]
        return self._put(at, end + begin - at, Run(code, CODE))

    def _closing_backticks(self, length: int, begin: int) -> int:
        if self._backticks is None:
            self._backticks = {}
            for found in _BACKTICKS.finditer(self._text):
                self._backticks.setdefault(len(found[0]), []).append(found.start())
        places = self._backticks.get(length, [])
        index = bisect_left(places, begin)
        return places[index] if index < len(places) else -1

    def dollars(self, at: int) -> int:
        """A single one is money."""
        if not self._text.startswith("$$", at):
            return at + 1
        return self._tex(at, at + 2, "$$") or at + 2

    def _display(self, at: int) -> int:
        r"""The end of lines of TeX between `\[` and `\]`; in a line they are escaped brackets."""
        end = self._text.find("\\]", at, at + LONGEST_TEX) + 2
        alone = self._text[end : end + 1] in {"", "\n"} and self._text[at - 1 : at] in {"", "\n"}
        return self._tex(at, at + 2, "\\]") if end > 1 and alone else 0

    def _tex(self, at: int, begin: int, closing: str) -> int:
        """Where the formula ends, or 0 when there is none."""
        end = self._text.find(closing, begin, begin + LONGEST_TEX)
        tex = self._text[begin:end].replace("\n", " ").strip() if end > 0 else ""
        return self._put(at, end + 2, Run(tex, CODE)) if tex else 0

    # Links

    def image(self, at: int) -> int:
        if not self._text.startswith("[", at + 1):
            return at + 1
        return self._bracket(at, at + 2)

    def open(self, at: int) -> int:
        if found := _FOOTNOTE.match(self._text, at):
            return self._put(at, found.end(), Run(f"[{found[1]}]"))
        return self._bracket(at, at + 1)

    def _bracket(self, at: int, end: int) -> int:
        self._put(at, end, Run(self._text[at:end]))
        self._brackets.append(_Bracket(end - at == 2, len(self._pieces) - 1))
        return end

    def close(self, at: int) -> int:
        if not self._brackets:
            return at + 1
        bracket = self._brackets.pop()
        alive = bracket.image or len(self._brackets) >= self._dead
        self._dead = min(self._dead, len(self._brackets))
        found = target(self._text, at + 1) if alive else None
        if found is None:
            return at + 1
        self._plain(at)
        inside = flat(self._pieces[bracket.at + 1 :])
        del self._pieces[bracket.at :]
        self._plain_from = at
        if bracket.image:
            return self._put(at, found.end, *picture(found.url, inside, self._policy))
        # A link stands in no other link.
        self._dead = len(self._brackets)
        return self._put(at, found.end, *anchor(found.url, inside, self._policy))

    def angle(self, at: int) -> int:
        for pattern, label in ((_SLACK_LINK, 2), (_AUTOLINK, 1), (_MAIL, 1)):
            if found := pattern.match(self._text, at):
                url = found[1] if pattern is not _MAIL else f"mailto:{found[1]}"
                return self._autolink(at, found.end(), url, found[label])
        if self._text.startswith("<!--", at):
            end = self._find("-->", at + 4)
            return self._put(at, end + 3) if end > 0 else at + 4
        return self._tag(at)

    def _autolink(self, at: int, end: int, url: str, label: str) -> int:
        """What is no link stays as it was written, unless it looks like one."""
        if not self._policy.judge(url, label).url and not _CLICKED.match(url):
            return at + 1
        return self._put(at, end, *anchor(url, [Run(label)], self._policy))

    def colon(self, at: int) -> int:
        if self._text.startswith("://", at):
            return self._bare_url(at)
        found = _EMOJI.match(self._text, at)
        if found is None or self._is_inside_word(at, "_:"):
            return at + 1
        self._emoji_end = found.end()
        return self._put(at, found.end(), Run(found[0], emoji=found[1]))

    def _bare_url(self, at: int) -> int:
        scheme = _SCHEME.search(self._text[max(self._plain_from, at - 5) : at])
        if scheme is None or self._is_inside_word(begin := at - len(scheme[0]), ""):
            return at + 1
        source = bare_url(self._text, begin)
        if not source:
            return at + 1
        url = source.replace("&amp;", "&")
        return self._put(begin, begin + len(source), *anchor(url, [Run(url)], self._policy))

    def _is_inside_word(self, at: int, more: str) -> bool:
        """Behind a letter of a script that puts spaces between its words, or one of `more`."""
        before = self._text[at - 1 : at]
        if not before or at == self._emoji_end:
            return False
        return before in more or (before.isalnum() and not is_cjk(before))

    # Tags

    def _find(self, closing: str, begin: int) -> int:
        """Where it stands, or -1; what was not found once is not looked for again."""
        end = -1 if closing in self._absent else self._text.find(closing, begin)
        if end < 0:
            self._absent.add(closing)
        return end

    def _tag(self, at: int) -> int:
        tag = tag_at(self._text, at)
        if tag is None:
            return at + 1
        end = at + len(tag.source)
        if tag.name == BREAK:
            return self._put(at, _end(_BREAK, self._text, end), Run("\n"))
        if tag.name in STYLES:
            return self._raw(at, end, tag) or self._put(at, end, tag)
        return self._put(at, end) if tag.name in DROPPED else at + 1

    def _raw(self, at: int, begin: int, tag: Tag) -> int:
        """Where a tag for code ends, or 0: what stands in it is no Markdown."""
        if tag.style != CODE or tag.closes:
            return 0
        end = self._find(f"</{tag.name}>", begin)
        code = clean(unescapeAll(self._text[begin:end])).replace("\n", " ") if end > 0 else ""
        return self._put(at, end + len(tag.name) + 3, Run(code, CODE)) if code else 0


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return found.end() if found else at


_READERS: Final[dict[str, Callable[[_Reading, int], int]]] = {
    "\\": _Reading.escape,
    "`": _Reading.code,
    "*": _Reading.emphasis,
    "_": _Reading.emphasis,
    "~": _Reading.emphasis,
    "[": _Reading.open,
    "]": _Reading.close,
    "!": _Reading.image,
    "<": _Reading.angle,
    "&": _Reading.entity,
    ":": _Reading.colon,
    "$": _Reading.dollars,
    "\n": _Reading.newline,
}
