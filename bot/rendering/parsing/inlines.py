"""The text of a paragraph, a heading or a cell → runs; and how much of it more text can change.

Emphasis and links follow CommonMark; then there is what models write besides: bare URLs, emoji
shortcodes, TeX, footnote marks, Slack's own links, and a little HTML. Nothing is ever an image.

How it works. `Reader` goes once from left to right and stops at each special character. A method
per character decides what begins there and returns where to go on; it looks ahead, and never back
further than the scheme of a URL. What it recognises is appended to a list of pieces: runs, and the
delimiters and tags of styles. These are paired afterwards: inside a label as soon as the link is
complete, elsewhere at the end (`styles`). What it does not recognise is part of the next plain run.

The same pass tells what more text can change, so that no rule is written twice. Where a construct
lacks its end, it is read as text, and the method says where it begins and how long to wait for it
(`_wait`). That is so for what is looked ahead for (code, TeX, targets, tags), and at the end of the
text for brackets, delimiters and tags that are still open. All before the first such place is
decided. A complete construct notes its extent, as a text that is cut inside reads differently.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING, Final, NamedTuple

from markdown_it.common.utils import unescapeAll

from bot.rendering.parsing.anchors import anchor, image_runs
from bot.rendering.parsing.bare_urls import bare_url
from bot.rendering.parsing.emphasis import Delimiter, flanks
from bot.rendering.parsing.extents import Constructs
from bot.rendering.parsing.patience import CODE as CODE_PATIENCE
from bot.rendering.parsing.patience import SPAN, STRONG, TARGET
from bot.rendering.parsing.sanitize import clean
from bot.rendering.parsing.styles import flat, marks_of, pair_marks
from bot.rendering.parsing.tags import BREAK, DROPPED, STYLES, Tag, may_become_tag, tag_at
from bot.rendering.parsing.targets import (
    UNFINISHED,
    UNFINISHED_AUTOLINK,
    autolink,
    target,
)
from bot.rendering.parsing.touching import judged, word_end
from bot.text.joiners import ZERO_WIDTH_SPACE
from bot.text.runs import CODE, Run, Runs
from bot.text.scripts import is_unspaced

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.rendering.parsing.extents import Extent
    from bot.rendering.parsing.links import LinkPolicy
    from bot.rendering.parsing.styles import Piece
    from bot.rendering.parsing.targets import Target

LONGEST_TEX: Final = 1_000
"""Characters between `\\(` and `\\)`; further apart they are parentheses."""

_SPECIAL: Final = re.compile(r"[\\`*_~\[\]!<&:$\n]")
_ESCAPABLE: Final = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
_RUNS: Final = {mark: re.compile(re.escape(mark) + "+") for mark in "*_~`"}
_BACKTICKS: Final = _RUNS["`"]
_BLANK: Final = re.compile(r"[ \t]*")
_BREAK: Final = re.compile(r"[ \t]*\n?[ \t]*")
_WHITE: Final = re.compile(r"[ \t\n]*")
_FOOTNOTE: Final = re.compile(r"\[\^([^\s\[\]^]{1,40})\]")
_MENTION: Final = re.compile(r"<[!@#][^\s<>]*(?:>|\Z)")
"""Slack's own form of a mention, as far as it has arrived. It is text, but is not cut in two."""

_ENTITY: Final = re.compile(
    r"&(?:#(?:x[a-f0-9]{1,6}|[0-9]{1,7})|[a-z][a-z0-9]{1,31});", re.IGNORECASE
)
_ENTITY_SO_FAR: Final = re.compile(
    r"&(?:#(?:x[a-f0-9]{0,6}|[0-9]{0,7})|[a-z][a-z0-9]{0,31}|)\Z", re.IGNORECASE
)
_EMOJI: Final = re.compile(r":((?=[0-9_+'-]*[a-z]|(?:[+-]1|100):)[a-z0-9_+'-]{1,64}):")
_EMOJI_SO_FAR: Final = re.compile(r":[a-z0-9_+'-]{0,64}\Z")
_SCHEME: Final = re.compile(r"https?\Z", re.IGNORECASE)
_SCHEME_SO_FAR: Final = re.compile(r"h(?:t(?:t(?:p(?:s?(?::/?)?)?)?)?)?\Z", re.IGNORECASE)


def inlines(text: str, policy: LinkPolicy) -> Runs:
    """The runs of `text`, adjacent ones of one kind merged, none empty."""
    if _SPECIAL.search(text) is None:
        return (Run(text),) if text else ()
    return tuple(judged(Reader(text, policy).runs()))


class Bracket(NamedTuple):
    """A `[` or `![` that may begin a link."""

    image: bool
    at: int
    """Index of its first character."""

    piece: int
    """Index of its text among the pieces."""


class Reader:
    """One pass over a text. With a policy for links it gives `runs`, without one `decided`."""

    def __init__(self, text: str, policy: LinkPolicy | None = None) -> None:
        self._text = text
        self._policy = policy
        self._pieces: list[Piece] = []
        """What was recognised; plain runs among them only if there is a policy."""
        self._plain_from = 0
        """Where the text begins that belongs to no piece yet."""
        self._brackets: list[Bracket] = []
        """Those that are open, the outermost first."""
        self._dead = 0
        """How many of them, from the outermost, have a link inside and so begin none."""
        self._backticks: dict[int, list[int]] | None = None
        """Where runs of backticks begin, by their length; made when the first one is met."""
        self._emoji_end = -1
        """Where the last emoji ends; another one may begin right there."""
        self._openers: set[str] = set()
        """Marks of which a run may open emphasis so far."""
        self._absent: set[str] = set()
        """Patterns that do not occur any more, so that no search for them is repeated."""
        self._open_from = len(text)
        """Where the first construct begins that may still find its end."""
        self._extents: list[Extent] = []
        self._links: list[Extent] = []
        """Those that are links."""
        self._read()

    def runs(self) -> list[Run]:
        """The text as it is read if nothing follows."""
        return flat(self._pieces)

    def decided(self) -> tuple[int, list[Extent]]:
        """The index up to which nothing is open, and the extents of all constructs, in no order."""
        self._scheme_so_far()
        # If anything is open, a link behind it may be none, and the brackets around it not dead.
        dead = self._dead if self._open_from == len(self._text) else 0
        for index, bracket in enumerate(self._brackets):
            if bracket.image or index >= dead:
                self._wait(bracket.at, SPAN)
        marks = marks_of(self._pieces)
        for still_open in pair_marks(marks):
            self._wait(still_open.at, still_open.patience)
        styled = [(mark.at, mark.reach) for mark in marks if mark.reach]
        extents = self._extents + styled
        return self._open_from_link(extents), extents + self._links

    def _open_from_link(self, extents: list[Extent]) -> int:
        """`_open_from`, where links wait for the end of the word that they are judged with.

        From now on the extent of a link ends there.
        """
        begins = {begin for begin, _ in self._links}
        # Without what decided where a URL ends: that stands behind it.
        others = [extent for extent in extents if extent[0] not in begins]
        constructs = Constructs([*others, *self._links])
        following = (len(self._text) + 1, 0)
        for index, (begin, end) in reversed([*enumerate(self._links)]):
            word = self._word_end(end, constructs, following)
            following = (begin, word)
            if word >= self._open_from:
                self._wait(begin, TARGET)
            self._links[index] = begin, word
        return self._open_from

    def _word_end(self, at: int, constructs: Constructs, following: Extent) -> int:
        """Where the word ends that goes on at `at`; what stands inside of constructs ends none.

        `following`: where the next link begins, and where its word ends.
        """
        end = word_end(self._text, at, following[0])
        if end >= following[0]:
            return following[1]
        # An extent may reach behind the text.
        while end < (behind := min(constructs.end_of(end), len(self._text))):
            end = word_end(self._text, behind, following[0])
            if end >= following[0]:
                return following[1]
        return end

    def readers(self) -> dict[str, Callable[[int], int]]:
        """For each special character the method that reads what begins there."""
        return {
            "\\": self.escape,
            "`": self.code,
            "*": self.emphasis,
            "_": self.emphasis,
            "~": self.emphasis,
            "[": self.open,
            "]": self.close,
            "!": self.image,
            "<": self.angle,
            "&": self.entity,
            ":": self.colon,
            "$": self.dollars,
            "\n": self.newline,
        }

    def _read(self) -> None:
        text, at, search, readers = self._text, 0, _SPECIAL.search, self.readers()
        while found := search(text, at):
            at = found.start()
            at = readers[text[at]](at)
        self._plain_until(len(text))

    # Pieces

    def _plain_until(self, end: int) -> None:
        if end > self._plain_from and self._policy is not None:
            self._pieces.append(Run(self._text[self._plain_from : end]))

    def _put(self, begin: int, end: int, *pieces: Piece) -> int:
        """`text[begin:end]` is read as `pieces`; returns `end`, where reading goes on."""
        self._plain_until(begin)
        self._pieces += pieces
        self._plain_from = end
        return end

    def _put_whole(self, begin: int, end: int, *pieces: Piece) -> int:
        """The same for a construct that must not be cut in two."""
        self._extents.append((begin, end))
        return self._put(begin, end, *pieces)

    def _wait(self, at: int, patience: int = SPAN) -> None:
        """The end of what begins at `at` has not arrived; wait for so many characters at most."""
        if at < self._open_from and len(self._text) - at <= patience:
            self._open_from = at

    # Characters

    def escape(self, at: int) -> int:
        following = self._text[at + 1 : at + 2]
        if following == "(" and (end := self._tex(at, "\\)", SPAN)):
            return end
        if following == "[" and (end := self._display(at)):
            return end
        if following == "\n":
            return self._hard_break(at)
        if not following:
            self._wait(at)
        if following not in _ESCAPABLE or not following:
            return at + 1
        self._extents.append((at, at + 2))
        self._put(at, at + 1)
        return at + 2

    def _hard_break(self, at: int) -> int:
        """A backslash breaks the line that it ends, unless that is the last line."""
        following = _end(_WHITE, self._text, at + 1)
        if following == len(self._text):
            self._wait(at)
        self._extents.append((at, following + 1))
        self._put(at, at + 1)
        return self.newline(at + 1)

    def newline(self, at: int) -> int:
        """A line break, without the spaces around it."""
        start = at
        while start > self._plain_from and self._text[start - 1] == " ":
            start -= 1
        return self._put(start, _end(_BLANK, self._text, at + 1), Run("\n"))

    def entity(self, at: int) -> int:
        found = _ENTITY.match(self._text, at)
        if found is None and _ENTITY_SO_FAR.match(self._text, at):
            self._wait(at)
        if found is None or (character := unescapeAll(found[0])) == found[0]:
            return at + 1
        return self._put_whole(at, found.end(), Run(clean(character) or "\ufffd"))

    def emphasis(self, at: int) -> int:
        mark = self._text[at]
        end = _end(_RUNS[mark], self._text, at)
        spaced = self._text.startswith(ZERO_WIDTH_SPACE, end)
        if end + spaced == len(self._text):
            self._wait(at)
        if mark == "~" and end - at != 2:
            return end
        opens, closes = flanks(self._text, at, end)
        # A run at the end of a text can only close. Any other run needs the character behind it.
        self._extents.append((at, end + 2 * spaced + (opens or not closes)))
        if not opens and not closes:
            return end
        if opens:
            self._openers.add(mark)
        return self._put(at, end, Delimiter(mark, end - at, opens, closes, at))

    # Code

    def code(self, at: int) -> int:
        begin = _end(_BACKTICKS, self._text, at)
        length = begin - at
        end = self._closing_backticks(length, begin)
        if end < 0 or end + length == len(self._text):
            # A run at the end of the text may still become longer, and then closes nothing.
            self._wait(at, SPAN if begin == len(self._text) else CODE_PATIENCE)
        if end < 0:
            return begin
        code = self._text[begin:end].replace("\n", " ")
        if code[0] == code[-1] == " " and code.strip(" "):
            code = code[1:-1]
        return self._put_whole(at, end + length, Run(code, CODE))

    def _closing_backticks(self, length: int, begin: int) -> int:
        if self._backticks is None:
            self._backticks = {}
            for found in _BACKTICKS.finditer(self._text):
                self._backticks.setdefault(len(found[0]), []).append(found.start())
        places = self._backticks.get(length, [])
        index = bisect_left(places, begin)
        return places[index] if index < len(places) else -1

    def dollars(self, at: int) -> int:
        """Two dollar signs may begin a formula; a single one is money."""
        if at + 1 == len(self._text):
            self._wait(at)
        if not self._text.startswith("$$", at):
            return at + 1
        return self._tex(at, "$$", SPAN) or at + 2

    def _display(self, at: int) -> int:
        r"""Where lines of TeX between `\[` and `\]` end, or 0: inside a line these are brackets."""
        text = self._text
        if not self._is_first_on_line(at):
            return 0
        end = text.find("\\]", at, at + LONGEST_TEX) + 2
        if end < 2:
            self._wait(at, STRONG)
            return 0
        following = _end(_WHITE, text, end)
        if text[end : end + 1] != "\n" and following == len(text):
            self._wait(at, STRONG)
        elif text[end] != "\n":
            self._extents.append((at, following + 1))
            return 0
        return self._tex(at, "\\]", STRONG) if text[end : end + 1] in {"", "\n"} else 0

    def _is_first_on_line(self, at: int) -> bool:
        start = at
        while start and self._text[start - 1] in " \t":
            start -= 1
        return self._text[start - 1 : start] in {"", "\n"}

    def _tex(self, at: int, closing: str, patience: int) -> int:
        """Where the formula ends, or 0 when there is none."""
        begin = at + 2
        end = self._text.find(closing, begin, begin + LONGEST_TEX)
        if end < 0:
            self._wait(at, patience)
            return 0
        tex = self._text[begin:end].replace("\n", " ").strip()
        return self._put_whole(at, end + 2, Run(tex, CODE)) if tex else 0

    # Links

    def image(self, at: int) -> int:
        following = self._text[at + 1 : at + 2]
        if following == "[":
            return self._bracket(at, at + 2)
        if not following:
            self._wait(at)
        return at + 1

    def open(self, at: int) -> int:
        if found := _FOOTNOTE.match(self._text, at):
            return self._put_whole(at, found.end(), Run(f"[{found[1]}]"))
        return self._bracket(at, at + 1)

    def _bracket(self, at: int, end: int) -> int:
        self._plain_until(at)
        self._brackets.append(Bracket(end - at == 2, at, len(self._pieces)))
        self._pieces.append(Run(self._text[at:end]))
        self._plain_from = end
        return end

    def close(self, at: int) -> int:
        if not self._brackets:
            return at + 1
        bracket = self._brackets.pop()
        alive = bracket.image or len(self._brackets) >= self._dead
        self._dead = min(self._dead, len(self._brackets))
        found = target(self._text, at + 1) if alive else None
        if found is UNFINISHED:
            return self._unfinished(bracket, at)
        return self._link(bracket, at, found) if found else self._no_link(bracket, at)

    def _unfinished(self, bracket: Bracket, at: int) -> int:
        """The target of the label that ends at `at` has not arrived."""
        self._wait(bracket.at, TARGET)
        return self._no_link(bracket, at)

    def _no_link(self, bracket: Bracket, at: int) -> int:
        # Not to be cut: the closing bracket may turn out to be inside of something else.
        self._extents.append((bracket.at, at + 1))
        return at + 1

    def _link(self, bracket: Bracket, at: int, found: Target) -> int:
        self._plain_until(at)
        inside = self._pieces[bracket.piece + 1 :]
        del self._pieces[bracket.piece :]
        self._plain_from = at
        self._extents.append((bracket.at, found.end))
        self._links.append((bracket.at, found.end))
        if not bracket.image:
            # A link stands in no other link.
            self._dead = len(self._brackets)
        if self._policy is None:
            return self._put(at, found.end)
        resolve = image_runs if bracket.image else anchor
        return self._put(at, found.end, *resolve(found.url, flat(inside), self._policy))

    def angle(self, at: int) -> int:
        found = autolink(self._text, at)
        if found is None or found is UNFINISHED_AUTOLINK:
            if found:
                self._wait(at, TARGET)
            return self._comment(at) or self._mention(at) or self._tag(at)
        self._links.append((at, found.end))
        return self._put_whole(at, found.end, *self._anchor(found.url, found.label))

    def _anchor(self, url: str, label: str) -> list[Run]:
        return [] if self._policy is None else anchor(url, [Run(label)], self._policy)

    def _comment(self, at: int) -> int:
        """Where it ends; 0 if it is none. One without an end is text."""
        if not self._text.startswith("<!--", at):
            return 0
        found = self._find("-->", at + 4)
        if found is None:
            self._wait(at, TARGET)
            return at + 4
        return self._put_whole(at, found.end())

    def _mention(self, at: int) -> int:
        """Where to go on behind its bracket; 0 if it is none."""
        found = _MENTION.match(self._text, at)
        if found is None:
            return 0
        if found[0].endswith(">"):
            self._extents.append(found.span())
        else:
            self._wait(at, TARGET)
        return at + 1

    def colon(self, at: int) -> int:
        if self._text.startswith("://", at):
            return self._bare_url(at)
        found = _EMOJI.match(self._text, at) or _EMOJI_SO_FAR.match(self._text, at)
        if found is None or self._is_inside_word(at, "_:"):
            return at + 1
        if found.re is _EMOJI_SO_FAR:
            self._wait(at)
            return at + 1
        self._emoji_end = found.end()
        return self._put_whole(at, found.end(), Run(found[0], emoji=found[1]))

    def _bare_url(self, at: int) -> int:
        scheme = _SCHEME.search(self._text[max(self._plain_from, at - 5) : at])
        if scheme is None or self._is_inside_word(begin := at - len(scheme[0]), ""):
            return at + 1
        found = bare_url(self._text, begin, frozenset(self._openers))
        if found.may_grow:
            self._wait(begin, TARGET)
        self._extents.append((begin, found.seen))
        if not found.source:
            return max(at + 1, found.end)
        self._links.append((begin, found.end))
        return self._put(begin, found.end, *self._anchor(found.url, found.url))

    def _scheme_so_far(self) -> None:
        """The text may end in the beginning of a URL."""
        found = _SCHEME_SO_FAR.search(self._text, max(self._plain_from, len(self._text) - 7))
        if found and not self._is_inside_word(found.start(), ""):
            self._wait(found.start())

    def _is_inside_word(self, at: int, more: str) -> bool:
        """Whether it follows one of `more`, or a letter of a script that writes spaces."""
        before = self._text[at - 1 : at]
        if not before or at == self._emoji_end:
            return False
        return before in more or (before.isalnum() and not is_unspaced(before))

    # Tags

    def _find(self, closing: str, begin: int) -> re.Match[str] | None:
        """The first match of the pattern `closing` from `begin` on."""
        if closing in self._absent:
            return None
        found = re.compile(closing, re.IGNORECASE).search(self._text, begin)
        if found is None:
            self._absent.add(closing)
        return found

    def _tag(self, at: int) -> int:
        tag = tag_at(self._text, at)
        if tag is None:
            if may_become_tag(self._text, at):
                self._wait(at)
            return at + 1
        if tag.name == BREAK:
            return self._put_whole(at, _end(_BREAK, self._text, tag.end), Run("\n"))
        if tag.name in STYLES:
            return self._raw(tag) or self._put_whole(at, tag.end, tag)
        return self._put_whole(at, tag.end) if tag.name in DROPPED else at + 1

    def _raw(self, tag: Tag) -> int:
        """Where the element ends if it is code, which has no markup inside; else 0."""
        if tag.style != CODE or tag.closes:
            return 0
        closing = self._find(rf"</{tag.name}\s*>", tag.end)
        if closing is None:
            self._wait(tag.at, STRONG)
            return 0
        code = clean(unescapeAll(self._text[tag.end : closing.start()])).replace("\n", " ")
        return self._put_whole(tag.at, closing.end(), Run(code, CODE)) if code else 0


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return found.end() if found else at
