"""How much of a half-written paragraph can be shown: up to what may still turn out to be markup.

Nothing is ever closed by us: what may become bold is not shown before it is bold. What has waited
for too long is taken for what it looks like.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import Final

from bot.rendering.parsing.emphasis import flanks
from bot.rendering.parsing.tags import BREAK, DROPPED, STYLES, tag_at
from bot.rendering.parsing.targets import bare_url, may_become_target, may_grow, target

SPAN: Final = 160
"""Characters after which an open emphasis or label is given up."""

STRONG: Final = 1_000
CODE: Final = 400
"""The same for two asterisks or a tag, and for backticks: they hardly ever stand for themselves."""

TARGET: Final = 2_000
"""Characters after which an open link target is given up."""

_SPECIAL: Final = re.compile(
    r"\\(?:[!-/:-@\[-`{-~]|\n?\Z)|`+|\*+|_+|~~+|!?\[|<|:|(?<![a-z0-9])https?://|\$\$"
    r"|(?P<tail>(?:!|~|\$|&(?:#?\w{0,31})|(?<![a-z0-9])h(?:t(?:t(?:p(?:s?:?/?)?)?)?)?)\Z)",
    re.IGNORECASE,
)
"""What begins something; the `tail` may, as it stands at the very end."""

_EMOJI: Final = re.compile(r":[a-z0-9_+'-]{0,64}(:|\Z)", re.IGNORECASE)
_ANGLE: Final = re.compile(r"<!--.*?-->|<[^<>\n]{1,2000}>", re.DOTALL)
_OPEN_ANGLE: Final = re.compile(
    r"<(?:!--|(?:|[!@#][^\s<>]*|[a-z][\w.+-]*(?:[:@][^\s<>|]*(?:\|[^<>\n]*)?)?)\Z)",
    re.IGNORECASE | re.ASCII,
)
"""A comment, a mention or a link, as far as it goes; `i<n, then` is none of these."""

_OPEN_TAG: Final = re.compile(
    rf"</?(?:[a-z]{{0,10}}|(?:{'|'.join((*STYLES, *DROPPED, BREAK))})[\s/][^<>\n]*)\Z",
    re.IGNORECASE,
)
_BRACKET: Final = re.compile(r"\\.|[\[\]]", re.DOTALL)
_SENTENCE: Final = re.compile(r"[。．！？!?…][」』）)”\"']?|\.(?=\s)")


def hold(text: str) -> int:
    """The length of the longest beginning of `text` that looks the same whatever follows."""
    scan = Scan(text)
    end = min(scan.stop, scan.open_within())
    # A backslash breaks the line, unless it is the last one.
    return end - 2 if text.endswith("\\\n", 0, end) else end


def settled_cut(text: str) -> int:
    """Where a paragraph may be cut in two without a difference: where nothing is open.

    The last sentence end, else the last space, else anywhere; it looks at `text` alone.
    """
    scan = Scan(text)
    end = min(scan.stop, scan.open)
    for pattern in (_SENTENCE, re.compile(r"(?=\s)")):
        places = [m.end() for m in pattern.finditer(text, max(1, len(text) // 2), end)]
        if settled := [at for at in places if scan.is_settled(at)]:
            return settled[-1]
    return end if end > len(text) // 2 else len(text)


@dataclass(slots=True)
class _Opener:
    """A run of marks that may open emphasis, or close it; how many of them are `left`."""

    at: int
    mark: str
    length: int
    opens: bool
    closes: bool
    left: int = 0

    def __post_init__(self) -> None:
        self.left = self.length

    @property
    def patience(self) -> int:
        """Characters after which it is taken for text."""
        return STRONG if (self.mark == "*" and self.left > 1) or self.mark[0] == "<" else SPAN

    def belongs_to(self, closer: _Opener) -> bool:
        """By CommonMark, with its rule of three."""
        if self.mark != closer.mark:
            return False
        either = self.closes or closer.opens
        odd = (self.length + closer.length) % 3 == 0 and self.length % 3 != 0
        return self.mark not in "*_" or not (either and odd)


class Scan:
    """One pass over the inline markup of a paragraph.

    `stop` is where something begins that may or may not become markup. Emphasis that is open is
    kept apart, as it may be long.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._open: list[_Opener] = []
        self._spans: list[tuple[int, int]] = []
        self._labels: dict[int, int] | None = None
        self.stop = len(text)
        self._run()

    @property
    def open(self) -> int:
        """Where the first emphasis begins that is open."""
        return self._open[0].at if self._open else len(self._text)

    def open_within(self) -> int:
        """The same, without those that have been open for too long."""
        end = len(self._text)
        return next((each.at for each in self._open if each.at + each.patience >= end), end)

    def is_settled(self, at: int) -> bool:
        """True when `at` is inside of nothing that closed after it."""
        index = bisect_right(self._spans, (at, -1))
        return all(
            end <= at or begin >= at for begin, end in self._spans[max(0, index - 40) : index]
        )

    def _run(self) -> None:
        steps = {
            "\\": self._escape,
            "`": self._code,
            "!": self._link,
            "[": self._link,
            "<": self._angle,
            ":": self._colon,
            "h": self._url,
            "$": self._dollars,
        }
        at = 0
        while (found := _SPECIAL.search(self._text, at)) and found.start() < self.stop:
            step = self._tail if found["tail"] else steps.get(found[0][0].lower(), self._emphasis)
            at = step(found)
        self._spans.sort()

    def _held(self, at: int, limit: int = SPAN) -> int:
        """What begins at `at` is open: nothing from there on is shown, unless it is too long."""
        if len(self._text) - at <= limit:
            self.stop = min(self.stop, at)
            return len(self._text)
        return at + 1

    def _closed(self, begin: int, end: int) -> int:
        self._spans.append((begin, end))
        return end

    def _between(self, found: re.Match[str], closer: str) -> int:
        end = self._text.find(closer, found.end())
        if end < 0:
            return max(self._held(found.start()), found.end())
        if not self._text[found.end() : end].strip():
            return found.end()
        return self._closed(found.start(), end + len(closer))

    def _tail(self, found: re.Match[str]) -> int:
        return self._held(found.start())

    def _code(self, found: re.Match[str]) -> int:
        if found.end() == len(self._text):
            return max(self._held(found.start()), found.end())
        closer = re.compile(rf"(?<!`){found[0]}(?!`)").search(self._text, found.end())
        if closer is None:
            return max(self._held(found.start(), CODE), found.end())
        if closer.end() == len(self._text):  # one more backtick, and it is none
            return max(self._held(found.start(), CODE), closer.end())
        return self._closed(found.start(), closer.end())

    def _escape(self, found: re.Match[str]) -> int:
        if found[0] == "\\(":
            return self._between(found, "\\)")
        if found[0] == "\\[" and self._text[found.start() - 1 : found.start()] in {"", "\n"}:
            return self._display(found)
        # At the end of a line it is a break, if another line follows.
        return self._held(found.start()) if found[0] in {"\\", "\\\n"} else found.end()

    def _display(self, found: re.Match[str]) -> int:
        """Lines of TeX, or brackets that were escaped."""
        end = self._text.find("\\]", found.end()) + 2
        if end < 2 or end == len(self._text):
            return max(self._held(found.start(), STRONG), found.end())
        return self._closed(found.start(), end) if self._text[end] == "\n" else found.end()

    def _dollars(self, found: re.Match[str]) -> int:
        return self._between(found, "$$")

    def _angle(self, found: re.Match[str]) -> int:
        if whole := _ANGLE.match(self._text, found.start()):
            self._tag(found.start())
            return self._closed(found.start(), whole.end())
        if _OPEN_ANGLE.match(self._text, found.start()):
            return self._held(found.start(), TARGET)
        if _OPEN_TAG.match(self._text, found.start()):
            return self._held(found.start())
        return found.end()

    def _tag(self, at: int) -> None:
        """A tag for a style is text unless it is closed."""
        tag = tag_at(self._text, at)
        if tag is None or tag.name not in STYLES:
            return
        run = _Opener(at, f"<{tag.name}", 1, opens=not tag.closes, closes=tag.closes)
        if tag.closes:
            self._close(run, at + len(tag.source))
        else:
            self._open.append(run)

    def _colon(self, found: re.Match[str]) -> int:
        name = _EMOJI.match(self._text, found.start())
        if name is None:
            return found.end()
        if not name[1]:
            before = self._text[found.start() - 1 : found.start()]
            return found.end() if before.isdigit() else self._held(found.start())
        return name.end() if len(name[0]) > 2 else found.end()

    def _url(self, found: re.Match[str]) -> int:
        begin = found.start()
        if may_grow(self._text, begin):
            return max(self._held(begin, TARGET), found.end())
        return self._closed(begin, max(begin + len(bare_url(self._text, begin)), found.end()))

    def _link(self, found: re.Match[str]) -> int:
        label = self._label_end(found.end())
        if label is None:
            return max(self._held(found.start()), found.end())
        if label == len(self._text):
            return max(self._held(found.start(), TARGET), found.end())
        if whole := target(self._text, label):
            return self._closed(found.start(), whole.end)
        if may_become_target(self._text, label):
            return max(self._held(found.start(), TARGET), found.end())
        return found.end()

    def _label_end(self, start: int) -> int | None:
        """Behind the bracket that closes the label; None where it is still open."""
        if self._labels is None:
            self._labels = _labels(self._text)
        return self._labels.get(start)

    def _emphasis(self, found: re.Match[str]) -> int:
        begin, end = found.span()
        if end == len(self._text):
            return max(self._held(begin), end)
        run = _Opener(begin, found[0][0], end - begin, *flanks(self._text, begin, end))
        if run.mark == "~" and run.length != 2:
            return end
        if run.closes:
            self._close(run, end)
        if run.left and run.opens:
            self._open.append(run)
        return end

    def _close(self, run: _Opener, end: int) -> None:
        """Closes what is open; some of the marks may be left."""
        index = len(self._open) - 1
        while run.left and index >= 0:
            opener = self._open[index]
            if not opener.belongs_to(run):
                index -= 1
                continue
            del self._open[index + 1 :]
            self._spans.append((opener.at, end))
            used = 2 if min(opener.left, run.left) >= 2 else 1
            opener.left -= used
            run.left -= used
            # With fewer marks it might close nothing: what it closed waits with what is left of it.
            run.at = opener.at
            if not opener.left:
                self._open.pop()
                index -= 1


def _labels(text: str) -> dict[int, int]:
    """Where brackets that open end, and where those end that close them."""
    ends: dict[int, int] = {}
    open_: list[int] = []
    for bracket in _BRACKET.finditer(text):
        if bracket[0] == "[":
            open_.append(bracket.end())
        elif bracket[0] == "]" and open_:
            ends[open_.pop()] = bracket.end()
    return ends
