"""Runs of text in styles → inline Markdown whose markers are read as they were meant.

A marker must touch the text that it marks, and beside a letter the marked text must begin or end
with a letter, too (CommonMark: delimiter runs). Where that cannot be, an HTML tag says the same.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from unicodedata import category

from bot.text.code_spans import code_span
from bot.text.runs import BOLD, CODE, ITALIC, STRIKE, Run
from bot.text.scripts import is_unspaced
from bot.transcript.entities import escaped_label, link, quoted_url, repeats_address
from bot.transcript.escaping import escaped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

Around = tuple[str, str]
"""The text before and behind something, as far as it matters. Lines end with newlines."""
Group = tuple[int, list[Run]]
"""A style and the runs that share it; 0 and one run without a style."""

MARKS: Final = {BOLD: "**", ITALIC: "_", STRIKE: "~~"}
TAGS: Final = {BOLD: "b", ITALIC: "i", STRIKE: "del"}
LINE: Final = ("\n", "\n")

URL: Final = re.compile(r"https?://[\w.~:/?#@!$&'+,;=%-]*[\w/=&#%+-]", re.ASCII)
URL_END: Final = re.compile(r"[.,;:!?)'\"]*\s")


def inline(spans: Sequence[Run]) -> str:
    """The Markdown of running text. Each line has markers of its own."""
    whole = escaped(_joined(spans))
    if len(whole) == 1 and whole[0] == Run(whole[0].text):
        return whole[0].text  # most messages
    return "\n".join(_written(line, LINE) for line in _lines(whole))


def _joined(spans: Iterable[Run]) -> list[Run]:
    """Neighbours in the same style as one run; links whose label repeats the address without it."""
    whole: list[Run] = []
    for span in spans:
        if span.url and repeats_address(span.url, span.text):
            span = span._replace(text="")
        if whole and whole[-1][1:] == span[1:] == (span.style, "", ""):
            whole[-1] = span._replace(text=whole[-1].text + span.text)
        else:
            whole.append(span)
    return whole


def _lines(spans: Iterable[Run]) -> Iterator[list[Run]]:
    line: list[Run] = []
    for span in spans:
        first, *more = [span.text.replace("\n", " ")] if span.url else span.text.split("\n")
        line.append(span._replace(text=first))
        for text in more:
            yield _linked(line)
            line = [span._replace(text=text)]
    yield _linked(line)


def _linked(line: Iterable[Run]) -> list[Run]:
    """The line with neighbouring links to the same address as one link."""
    links: list[list[Run]] = []
    for span in line:
        if links and span.url == links[-1][0].url != "" and span.text and links[-1][0].text:
            links[-1].append(span)
        else:
            links.append([span])
    return _trimmed([_link_of(spans) if len(spans) > 1 else spans[0] for spans in links])


def _link_of(spans: Sequence[Run]) -> Run:
    """One link. Styles that all runs share are put around it, others into its label."""
    shared = ~CODE
    for span in spans:
        shared &= span.style
    label = _trimmed([span._replace(url="", style=span.style & ~shared) for span in spans])
    return Run(_written(label, ("[", "]")), shared, spans[0].url)


def _trimmed(spans: Iterable[Run]) -> list[Run]:
    """The runs with blanks in a style only between others that are in it."""
    pieces = [piece for span in spans for piece in _pieces(span)]
    before = _solid_styles(pieces)
    after = _solid_styles(pieces[::-1])[::-1]
    return [
        piece._replace(style=piece.style & left & right)
        for piece, left, right in zip(pieces, before, after, strict=True)
    ]


def _pieces(span: Run) -> Iterator[Run]:
    """A run in a style as blanks, text and blanks; other runs as they are."""
    if not span.style or span.url or span.style & CODE:
        yield from [span] if span.text or span.url else []
        return
    core = span.text.strip()
    before, _, after = span.text.partition(core) if core else (span.text, "", "")
    yield from (span._replace(text=text) for text in (before, core, after) if text)


def _solid_styles(pieces: Iterable[Run]) -> list[int]:
    """The style of each run; for blanks the style of the run before them."""
    styles, style = [], 0
    for piece in pieces:
        style = style if _is_blank(piece) else piece.style
        styles.append(style)
    return styles


def _written(spans: Sequence[Run], around: Around, done: int = CODE) -> str:
    """The Markdown of runs. Styles in `done` are marked around them already."""
    groups = [*_groups(spans, done)]
    faces = [around[0], *map(_face, groups), around[1]]
    # An address has to see whether its full stop ends the line.
    faces[-2] += around[1] if groups else ""
    out = []
    for position, (style, inside) in enumerate(groups):
        beside = (faces[position], faces[position + 2])
        out.append(_marked(style, inside, beside, done) if style else _leaf(inside[0], beside))
    return "".join(out)


def _groups(spans: Sequence[Run], done: int) -> Iterator[Group]:
    at = 0
    while at < len(spans):
        open_here = 0 if _is_blank(spans[at]) else spans[at].style & ~done
        ends = {_end(spans, at, each): each for each in reversed(MARKS) if open_here & each}
        end = max(ends, default=at + 1)
        yield ends.get(end, 0), [*spans[at:end]]
        at = end


def _end(spans: Sequence[Run], at: int, style: int) -> int:
    """Where the style that begins at `at` ends, without blanks at its end."""
    end = at
    while at < len(spans) and spans[at].style & style:
        at += 1
        end = end if _is_blank(spans[at - 1]) else at
    return end


def _is_blank(run: Run) -> bool:
    """Whether it shows no style but code."""
    return not (run.url or run.style & CODE or run.text.strip())


def _face(group: Group) -> str:
    """What the neighbours of a group have beside them: a marker, or text."""
    style, (first, *_) = group
    if style:
        return MARKS[style]
    return "`" if first.style & CODE else "[]" if first.url else first.text


def _leaf(span: Run, around: Around) -> str:
    if span.url:
        return _link(span, around)
    if span.style & CODE:
        return code_span(span.text)
    return _closed(span.text, around[1][0])


def _closed(text: str, after: str) -> str:
    """The text with its end escaped: backslashes before a marker, and `!` before a link."""
    if after == "[" and text.endswith("!"):
        return _closed(text[:-1], "!") + "\\!"
    slashes = 0 if after.isspace() else len(text) - len(text.rstrip("\\"))
    return text + "\\" * slashes


def _link(span: Run, around: Around) -> str:
    if not span.text:
        return _address(span.url, around)
    return link(span.url, code_span(span.text) if span.style & CODE else escaped_label(span.text))


def _address(url: str, around: Around) -> str:
    """The address, between angle brackets unless its end can be seen without."""
    begins = around[0][-1].isspace() or around[0][-1] == "("
    if "://" not in url or (begins and URL.fullmatch(url) and URL_END.match(around[1])):
        return url.removeprefix("mailto:")
    return f"<{quoted_url(url)}>"


def _marked(style: int, spans: Sequence[Run], around: Around, done: int) -> str:
    mark = MARKS[style]
    text = _written(spans, (mark, mark), done | style)
    before, after = around[0][-1], around[1][0]
    if style == ITALIC and not (_is_apart(before) and _is_apart(after)):
        mark = "*"
    if _fits(text, before, after) and mark[0] not in (before, after, text[0], text[-1]):
        return f"{mark}{text}{mark}"
    return f"<{TAGS[style]}>{text}</{TAGS[style]}>"


def _fits(text: str, before: str, after: str) -> bool:
    return (_is_letter(text[0]) or _lets_begin(before)) and (
        _is_letter(text[-1]) or _lets_begin(after)
    )


def _is_letter(char: str) -> bool:
    """False for punctuation and for combining characters."""
    return category(char)[0] in "LN"


def _is_apart(char: str) -> bool:
    """True for blanks and for punctuation of scripts that write blanks."""
    return char.isspace() or (_is_punctuation(char) and not is_unspaced(char))


def _lets_begin(char: str) -> bool:
    # Where words have no blanks between them, an amendment of CommonMark takes letters for blanks.
    return char.isspace() or _is_punctuation(char) or is_unspaced(char)


def _is_punctuation(char: str) -> bool:
    return category(char)[0] == "P" or char in "$+<=>^`|~"
