"""The end of a paragraph that broke off: what is half open there is shown as its words.

A text that goes on hides what is half open, since more text may close it. When no more text comes,
that is shown without its marks: the end of the text closes emphasis, code, formulas and tags for
styles; of a link there is the label; of a comment, a target or an entity there is nothing.

The rules are those of the inline reader. Half open is what it still waits for, no more: marks that
it has given up, and showed as text, stay text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from bot.rendering.parsing.emphasis import Delimiter
from bot.rendering.parsing.inlines import LONGEST_TEX, Reader
from bot.rendering.parsing.patience import CODE as CODE_PATIENCE
from bot.rendering.parsing.patience import SPAN, STRONG, TARGET
from bot.rendering.parsing.styles import flat
from bot.rendering.parsing.tags import BREAK, DROPPED, STYLES, may_become_tag
from bot.rendering.parsing.touching import judged
from bot.text.runs import BOLD, CODE, ITALIC, STRIKE, Run, Runs

if TYPE_CHECKING:
    from bot.rendering.parsing.inlines import Bracket
    from bot.rendering.parsing.links import LinkPolicy
    from bot.rendering.parsing.styles import StyleMark
    from bot.rendering.parsing.tags import Tag

_HALF_GRAPHEME: Final = re.compile(
    "\u200d+\\Z|(?<![\U0001f1e6-\U0001f1ff])(?:[\U0001f1e6-\U0001f1ff]{2})*"
    "([\U0001f1e6-\U0001f1ff])\\Z"
)
"""A joiner at the end; or the letters of flags of which the last one is half of its flag."""

_HALF_FOOTNOTE: Final = re.compile(r"\[\^[^\s\[\]^]{0,40}\Z")
_HALF_COMMENT: Final = re.compile(r"<!(?:-\Z|--.*\Z|\Z)", re.DOTALL)
_HALF_SLACK_LINK: Final = re.compile(r"<(?:https?://|mailto:|tel:)[^\s<>|]+\|([^<>\n]*)\Z")
_HALF_AUTOLINK: Final = re.compile(r"<(?:(?:https?|mailto|tel):[^\s<>]*|[\w.+-]+(?:@[\w.-]*)?)\Z")
_TAG_NAME: Final = re.compile(r"</?([a-z]*)", re.IGNORECASE)
_TAGS: Final = (*STYLES, *DROPPED, BREAK, "http", "https", "mailto", "tel")
_AFTER_WORDS: Final = (BREAK, "sub", "sup")
"""Those that follow a word directly; anything else there is as in `List<String>`."""

_HALF_ENTITY: Final = re.compile(r"&(#x?[0-9a-f]*|[a-z]+)\Z", re.IGNORECASE)
_ENTITIES: Final = (
    *("amp", "lt", "gt", "quot", "apos", "nbsp", "ndash", "mdash", "hellip", "copy", "reg"),
    *("trade", "times", "laquo", "raquo", "lsquo", "rsquo", "ldquo", "rdquo", "bull", "middot"),
)
"""Those that are written; `AT&T` and `R&D` end in the beginning of rarer ones."""

_HALF_EMOJI: Final = re.compile(r":[a-z+-][a-z0-9_+'-]*\Z")


def words(text: str, policy: LinkPolicy, held: int) -> Runs:
    """The runs of a text that broke off.

    `held` is how many characters at its end, without white space, have never been shown. Before
    those nothing is changed, as a reader has seen it.
    """
    return tuple(judged(_BrokenOff(_whole_graphemes(text), policy, held).runs()))


def _whole_graphemes(text: str) -> str:
    found = _HALF_GRAPHEME.search(text)
    return text[: found.start(1) if found[1] else found.start()] if found else text


class _BrokenOff(Reader):
    """Reads a text that broke off, once."""

    def __init__(self, text: str, policy: LinkPolicy, held: int) -> None:
        self._shown = _shown(text, held)
        super().__init__(text, policy)

    def runs(self) -> list[Run]:
        for bracket in self._brackets:
            if self._is_half(bracket.at, SPAN) and not self._is_index(bracket):
                self._pieces[bracket.piece] = Run("")
        return flat(self._pieces, self._close_styles)

    def _is_half(self, at: int, patience: int = SPAN) -> bool:
        """Whether the reader still waits for the end of what begins at `at`."""
        return at >= self._shown and len(self._text) - at <= patience

    def _drop(self, at: int) -> int:
        """All from `at` on is half of something that has no words."""
        return self._put(at, len(self._text))

    # Styles

    def emphasis(self, at: int) -> int:
        end = super().emphasis(at)
        is_mark = self._plain_from == end and isinstance(self._pieces[-1], Delimiter)
        if end == len(self._text) and not is_mark and self._is_half(at):
            return self._drop(at)
        return end

    def _close_styles(self, marks: list[StyleMark], still_open: list[StyleMark]) -> None:
        """The end of the text closes what is open, and completes the marks that it ends with."""
        for mark in still_open:
            if not self._is_half(mark.at, mark.patience):
                continue
            if not isinstance(mark, Delimiter):
                mark.paired = True
                continue
            begun = () if mark.reach == len(self._text) else mark.opens_styles
            count = mark.left if begun else mark.length
            mark.opens_styles, mark.left = (*begun, *_styles(mark.mark, count)), 0
        last, end = marks[-1], len(self._text)
        if isinstance(last, Delimiter) and last.end == end and self._is_half(last.at):
            last.left = 0

    # Code and formulas

    def code(self, at: int) -> int:
        end = super().code(at)
        if self._plain_from == end:
            return end
        is_end = end == len(self._text)
        if not self._is_half(at, SPAN if is_end else CODE_PATIENCE):
            return end
        return self._code_to_end(at, end, "`" * (end - at))

    def _code_to_end(self, at: int, begin: int, closing: str) -> int:
        """All from `begin` on is code, without what has arrived of `closing`."""
        code = self._text[begin:].rstrip()
        for length in range(len(closing) - 1, 0, -1):
            code = code.removesuffix(closing[:length])
        code = code.strip().replace("\n", " ")
        return self._put(at, len(self._text), *([Run(code, CODE)] if code else []))

    def escape(self, at: int) -> int:
        if at + 1 == len(self._text) and self._is_half(at):
            return self._drop(at)
        return super().escape(at)

    def dollars(self, at: int) -> int:
        if at + 1 == len(self._text) and self._is_half(at):
            return self._drop(at)
        return super().dollars(at)

    def _tex(self, at: int, closing: str, patience: int) -> int:
        if end := super()._tex(at, closing, patience):
            return end
        is_open = self._text.find(closing, at + 2, at + 2 + LONGEST_TEX) < 0
        is_half = is_open and self._is_half(at, patience)
        return self._code_to_end(at, at + 2, closing) if is_half else 0

    def _display(self, at: int) -> int:
        if end := super()._display(at):
            return end
        is_open = self._is_first_on_line(at) and "\\]" not in self._text[at:]
        is_half = is_open and self._is_half(at, STRONG)
        return self._code_to_end(at, at + 2, "\\]") if is_half else 0

    # Links

    def open(self, at: int) -> int:
        if _HALF_FOOTNOTE.match(self._text, at) and self._is_half(at):
            return self._drop(at)
        return super().open(at)

    def _unfinished(self, bracket: Bracket, at: int) -> int:
        is_text = at + 1 == len(self._text) and (
            self._is_index(bracket) or self._text[bracket.at + 1 : at].isdigit()
        )
        if is_text or not self._is_half(bracket.at, TARGET):
            return super()._unfinished(bracket, at)
        self._pieces[bracket.piece] = Run("")
        return self._drop(at)

    def _is_index(self, bracket: Bracket) -> bool:
        """Whether it follows a word directly, as in `names[0]`."""
        return not bracket.image and self._is_inside_word(bracket.at, "")

    # Angle brackets, entities, emoji

    def angle(self, at: int) -> int:
        if not self._is_half(at, TARGET):
            return super().angle(at)
        if label := _HALF_SLACK_LINK.match(self._text, at):
            return self._put(at, len(self._text), Run(label[1]))
        comment = _HALF_COMMENT.match(self._text, at)
        if comment and "-->" not in comment[0]:
            return self._drop(at)
        if self._is_half_tag(at):
            return self._drop(at)
        is_address = _HALF_AUTOLINK.match(self._text, at) and not self._is_inside_word(at, "")
        return self._put(at, at + 1) if is_address else super().angle(at)

    def _is_half_tag(self, at: int) -> bool:
        """Whether it is the beginning of a tag that means something, or of a scheme."""
        tag = _TAG_NAME.match(self._text, at)
        begins = self._text[at : at + 2] != "</" and self._is_inside_word(at, "")
        names = _AFTER_WORDS if begins else _TAGS
        known = tag and any(name.startswith(tag[1].lower()) for name in names)
        return bool(known) and may_become_tag(self._text, at)

    def _raw(self, tag: Tag) -> int:
        if end := super()._raw(tag):
            return end
        closing = f"</{tag.name}>"
        is_open = closing not in self._text[tag.end :].lower() and not tag.closes
        is_half = is_open and tag.style == CODE and self._is_half(tag.at, STRONG)
        return self._code_to_end(tag.at, tag.end, closing) if is_half else 0

    def entity(self, at: int) -> int:
        found = _HALF_ENTITY.match(self._text, at)
        known = found and (found[1][0] == "#" or any(e.startswith(found[1]) for e in _ENTITIES))
        return self._drop(at) if known and self._is_half(at) else super().entity(at)

    def colon(self, at: int) -> int:
        stands_alone = at == self._emoji_end or self._text[at - 1 : at].strip() == ""
        is_half = stands_alone and _HALF_EMOJI.match(self._text, at) and self._is_half(at)
        return self._drop(at) if is_half else super().colon(at)


def _shown(text: str, held: int) -> int:
    """Where the last `held` characters begin that are no white space."""
    solid = [found.start() for found in re.finditer(r"\S", text)]
    return solid[-held] if 0 < held < len(solid) else len(text) if not held else 0


def _styles(mark: str, count: int) -> tuple[int, ...]:
    """The styles that so many markers stand for."""
    if mark == "~":
        return (STRIKE,)
    return (*((ITALIC,) if count % 2 else ()), *((BOLD,) if count > 1 else ()))
