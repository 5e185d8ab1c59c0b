"""URLs in plain text: where they end, and whether they are whole.

A link leads to the whole address that was meant, never to a part of it. Where an address goes on
in a way that cannot be told from the sentence around it, or where it is only the pattern of one, it
stays text.

Most scripts that put no spaces between words are also written right behind an address: what follows
is the sentence, as in `https://a.example/bです`, or the address, as in `https://a.example/wiki/日本`.
Which of them it is depends on the last character of the address so far, on the words that follow,
and on whether the whole stands apart from the text around it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, NamedTuple
from unicodedata import category

from bot.rendering.parsing.tags import BREAK, DROPPED, STYLES
from bot.text.scripts import UNSPACED, is_unspaced

LONGEST_TAIL: Final = 200
"""Characters of a script without spaces, and what follows them, that may belong to an address."""

_CHARACTERS: Final = re.compile(
    rf"(?:(?![{UNSPACED}])\w|[!#$%'()+,\-./:;=?@^{{|}}]|&(?!(?:lt|gt|quot|nbsp|apos);)"
    r"|\\[_*~&#+.!=?%-]|\*(?!\*)|~(?!~)|\[[\w.,;=%-]*\])*"
)
_GLOB: Final = re.compile(r"\*\*(?=/|\.\w)")
_SO_FAR: Final = re.compile(
    r"(?:\[[\w.,;=%-]*|\\|\*\*\.?|[\"`\[]|<[\w .-]{0,40}|&lt;[\w .-]{0,40}(?:&[gt]{0,2})?)?\Z"
)
"""What at the end of the text may still belong to the address, or tell that it is no whole one."""

_WORDS: Final = rf"(?!(?:{'|'.join((*STYLES, *DROPPED, BREAK))})\b)[\w .-]{{1,40}}"
_PLACEHOLDER: Final = re.compile(rf"<{_WORDS}>|&lt;{_WORDS}&gt;", re.IGNORECASE)
_GOES_ON: Final = re.compile(r"[\"`\[]\w")
_UNFINISHED: Final = "/=&?#%+:-_."
"""After one of these an address goes on, unless a sentence ends or goes on there."""

_ELLIPSIS: Final = re.compile(r"[/=&?#-]\.{3,}\Z")
_NOT_ITS_END: Final = ".,:;!?'*"
_PAIRS: Final = {"(": ")", "{": "}", "'": "'", '"': '"', "\u201c": "\u201d"}
_AFTER_LABEL: Final = re.compile(r"\](?:\(\s{0,4}<?|\s\()\Z")

_SENTENCE: Final = re.compile(
    "[をにではがへともの]|から|まで|より|など|って|です|だ"
    "|的|是|了|吧|并|及|或|请|就|即可|查看|了解|获取|下载|访问|进行|查阅"
    "|และ|หรือ|ได้|เพื่อ|ครับ|ค่ะ|แล้ว|ที่|ใน"
)
"""Words with which a sentence goes on behind an address that may be complete."""

_SENTENCE_AFTER_SLASH: Final = re.compile(
    "を|[にではがへともの](?![ぁ-ん])|から|まで|より|など|って|です"
    "|的|是|了|吧|并|及|或|请|就|即可|查看|了解|获取|下载|访问|进行|查阅"
    "|(?:에서|에|으로|로|를|을|는|은|이|가|와|과|의|도)(?![가-힣])"
    "|และ|หรือ|ได้|เพื่อ|ครับ|ค่ะ|แล้ว|ที่|ใน"
)
"""The same behind a slash, where a name may follow that begins like such a word."""

_HANGUL: Final = re.compile("[\uac00-\ud7a3]")
"""Korean has spaces between words, and puts its particles right behind them."""

_INSIDE_NAMES: Final = "・་"
_APART: Final = frozenset(" \t\n)]}>\"'|*_~`<」）』”")
_HOST: Final = re.compile(r"[^\s/?#:]+")
_LABELS: Final = re.compile(rf"(?:[\w{UNSPACED}-]+\.)+(?:[\w-]+)", re.ASCII)
_ESCAPED: Final = re.compile(r"\\(.)")
_AMPERSAND: Final = re.compile("&(?:amp|#38|#x26);", re.IGNORECASE)


class BareUrl(NamedTuple):
    """A URL in plain text."""

    source: str
    """As it is written, without the punctuation of the sentence around it; "" if it is no link."""

    may_grow: bool
    """Whether what comes next may be part of it, or tell whether it is a link."""

    seen: int
    """Index after the last character that this was decided by."""

    end: int
    """Index behind it, also if it is no link: nothing inside is read as anything else."""

    @property
    def url(self) -> str:
        """Where it leads."""
        return _AMPERSAND.sub("&", _ESCAPED.sub(r"\1", self.source))


def bare_url(text: str, at: int, openers: frozenset[str] = frozenset()) -> BareUrl:
    """The URL whose scheme begins at `text[at]`.

    `openers` are the marks of emphasis that may be open there: one of these at the end of the URL
    is no part of it.
    """
    return _Written(text, at, text.index("//", at) + 2, openers).read()


@dataclass(slots=True)
class _Written:
    """A URL and the text that it stands in."""

    text: str
    at: int
    start: int
    """Index after its scheme."""

    openers: frozenset[str]

    def read(self) -> BareUrl:
        end = self._end_from(self.start)
        enclosed = self._closing(end)
        if enclosed >= 0:
            return self._said(self._trimmed(enclosed), enclosed, seen=enclosed + 1)
        tail = self._tail_end(end)
        if tail > end:
            return self._with_tail(end, tail)
        source = "" if self._is_part(end) else self._if_closed(end)
        emphasised = "*" in self.openers and self.text.startswith("*", end)
        may_grow = not emphasised and _SO_FAR.match(self.text, end) is not None
        seen = end + 2 if source else self._seen(end)
        return self._said(source, end, seen, may_grow=may_grow)

    def _said(self, source: str, end: int, seen: int, *, may_grow: bool = False) -> BareUrl:
        """What is known of it, whose characters end at `end`."""
        return BareUrl(source, may_grow, seen, self.at + len(source or self._trimmed(end)))

    def _end_from(self, at: int) -> int:
        """Where it ends, from `at` on, if only scripts with spaces are part of it."""
        text = self.text
        while found := _CHARACTERS.match(text, at):
            at = found.end()
            if "*" not in self.openers and _GLOB.match(text, at):
                at += 2
            elif at < len(text) and _is_mark(text[at]) and not is_unspaced(text[at]):
                at += 1
            else:
                break
        return at

    def _seen(self, end: int) -> int:
        found = _PLACEHOLDER.match(self.text, end)
        return found.end() if found else end + 2

    # What stands before it

    def _closing(self, end: int) -> int:
        """The index of what closes the bracket or the quotes that it stands in, or -1."""
        before = self.text[self.at - 1 : self.at]
        if before == "(" or _AFTER_LABEL.search(self.text[max(0, self.at - 8) : self.at]):
            return _unbalanced(self.text, self.start, end)
        closing = _PAIRS.get(before, "")
        if before in ("'", "{"):
            return self.text.find(closing, self.start, end)
        return end if closing and self.text.startswith(closing, end) else -1

    def _is_opened(self) -> bool:
        """Whether something is open before it that should end right behind it."""
        text, at = self.text, self.at
        if text[at - 1 : at] in ("<", '"', "'", "\u201c"):
            return at > 0
        return _AFTER_LABEL.search(text[max(0, at - 8) : at]) is not None

    # What stands behind it

    def _is_part(self, end: int) -> bool:
        """Whether only a part of the address ends there, or an address with gaps."""
        text = self.text
        if _PLACEHOLDER.match(text, end) or _ELLIPSIS.search(text[self.start - 1 : end]):
            return True
        if text.startswith("…", end) and "/" in text[self.start : end]:
            return True
        if text[end - 1] in _UNFINISHED and _GOES_ON.match(text, end):
            return True
        bare = text[self.start : end].rstrip("*")
        starred = text[end - 1] == "*" or text.startswith("*", end)
        return starred and "*" not in self.openers and bare[-1:] in _UNFINISHED

    def _trimmed(self, end: int) -> str:
        """The URL up to `end`, without the punctuation of the sentence."""
        url = self.text[self.at : end]
        surplus = {mark: url.count(mark) - url.count(opening) for opening, mark in _BRACKETS}
        while url and self._is_surplus(url[-1], surplus):
            if url[-1] in surplus:
                surplus[url[-1]] -= 1
            url = url[:-2] if url[-2:-1] == "\\" else url[:-1]
        return url if len(url) > self.start - self.at else ""

    def _is_surplus(self, last: str, surplus: dict[str, int]) -> bool:
        return last in _NOT_ITS_END or last in self.openers or surplus.get(last, 0) > 0

    # Letters of scripts without spaces

    def _tail_end(self, at: int) -> int:
        """Where the letters of such scripts end, and all of a URL that follows them; or `at`."""
        text, most = self.text, min(len(self.text), at + LONGEST_TAIL)
        if at == most or not _is_letter(text[at]):
            return at
        while at < most:
            if _is_letter(text[at]) or text[at] in _INSIDE_NAMES:
                at += 1
            elif (end := self._end_from(at)) > at and not text.startswith("://", end - 3):
                at = end
            else:
                break
        return at

    def _with_tail(self, end: int, tail: int) -> BareUrl:
        """What it is when such letters follow directly."""
        text, last = self.text, self.text[end - 1]
        in_host = not set("/?#") & set(text[self.start : end]) and (
            end == self.start or last in ".-"
        )
        goes_on = last in _UNFINISHED
        words = _SENTENCE_AFTER_SLASH if last == "/" else _SENTENCE
        is_complete = not in_host and (last == "/" or not goes_on)
        sentence = words.match(text, end) if is_complete else None
        before = text[self.at - 1 : self.at]
        apart = not before.isalnum() and not (before and _is_mark(before))
        if sentence or not (goes_on or apart) or (not goes_on and _HANGUL.match(text, end)):
            may_grow = last == "/" and sentence is not None and sentence.end() == len(text)
            return self._said(self._if_closed(end), end, end + 5, may_grow=may_grow)
        apart = apart and (tail == len(text) or text[tail] in _APART) and "を" not in text[end:tail]
        if goes_on:
            found = self._whole(tail, in_host=in_host) if apart else ""
        else:
            found = "" if apart else self._if_closed(end)
        return self._said(found, tail, tail + 1, may_grow=tail == len(text))

    def _if_closed(self, end: int) -> str:
        return "" if self._is_opened() else self._trimmed(end)

    def _whole(self, tail: int, *, in_host: bool) -> str:
        """The address with these letters, or "" if they may as well be those of a sentence."""
        url = self._if_closed(tail)
        if in_host:
            host = _HOST.match(url, self.start - self.at)
            return url if host and _LABELS.fullmatch(host[0]) else ""
        path = self.text[self.start : tail].split("/", 1)[-1]
        return "" if path and is_unspaced(path[0]) else url


_BRACKETS: Final = (("(", ")"), ("{", "}"))


def _unbalanced(text: str, start: int, end: int) -> int:
    """The index of the first closing parenthesis that nothing has opened, or -1."""
    depth = 0
    for at in range(start, end):
        depth += {"(": 1, ")": -1}.get(text[at], 0)
        if depth < 0:
            return at
    return -1


def _is_mark(character: str) -> bool:
    """Whether it belongs to the letter before: an accent, a vowel sign or a joiner."""
    return category(character)[0] == "M" or character in "\u200c\u200d"


def _is_letter(character: str) -> bool:
    """Whether it is a letter, a mark or a number of a script without spaces."""
    return is_unspaced(character) and category(character)[0] in "LMN"
