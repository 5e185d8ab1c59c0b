"""Styled runs → markers that open and close in order, for the two markups that work by markers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from bot.text.runs import BOLD, CODE, ITALIC, STRIKE, Run, merged

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

MARKED: Final = (BOLD, ITALIC, STRIKE)
"""The styles that are written as markers around text."""


NEWLINE: Final = re.compile(r"\n")
EMPTY_LINE: Final = re.compile(r"(?<!\s)\s*\n\s*\n\s*")


class Markup(NamedTuple):
    """Markup that no marker may stand in, and the styles around it."""

    style: int
    markup: str
    code: bool = False
    link: bool = False


class Marker(NamedTuple):
    """A marker: of what style, whether it opens, and the number of the piece that it ends before.

    The last is the same for the two markers of a pair.
    """

    style: int
    opens: bool
    end: int


def nested(pieces: Sequence[Markup]) -> Iterator[Marker | Markup]:
    """The pieces and the markers between them. What lasts longest is opened first."""
    ends = _ends(pieces)
    opened: list[Marker] = []
    for index, piece in enumerate(pieces):
        yield from _closed(opened, piece.style)
        held = {mark.style for mark in opened}
        missing = [style for style in MARKED if piece.style & style and style not in held]
        for style in sorted(missing, key=lambda each: -ends[index][each]):
            opened.append(Marker(style, opens=True, end=ends[index][style]))
            yield opened[-1]
        yield piece
    yield from _closed(opened, 0)


def loosened(runs: Iterable[Run]) -> list[Run]:
    """The same text, where blanks at the edge of a style are without it.

    A marker beside a blank is none. Blanks in code and in a link's label stay as they are.
    """
    whole = merged(runs)
    if not any(run.style for run in whole):
        return whole
    parts = [part for run in whole for part in _parted(run)]
    before = [0, *_cores(parts)]
    after = [0, *_cores(parts[::-1])][::-1]
    loose = (
        part if _is_core(part) else Run(part.text, part.style & before[index] & after[index + 1])
        for index, part in enumerate(parts)
    )
    return merged(loose)


def linked(runs: Iterable[Run]) -> Iterator[tuple[str, list[Run]]]:
    """Each link's address with the runs of its label; other runs one by one, with ""."""
    group: list[Run] = []
    for run in runs:
        if group and (not run.url or group[0].url != run.url):
            yield group[0].url, group
            group = []
        group.append(run)
    if group:
        yield group[0].url, group


def split(runs: Iterable[Run], separator: re.Pattern[str]) -> list[list[Run]]:
    """The runs of each line, or of whatever the separator parts."""
    out: list[list[Run]] = [[]]
    for run in loosened(runs):
        first, *others = separator.split(run.text)
        out[-1].append(run._replace(text=first))
        out += [[run._replace(text=other)] for other in others]
    return [merged(part) for part in out]


def shared_style(runs: Iterable[Run]) -> int:
    """The styles that all of the runs have."""
    style = -1
    for run in runs:
        style &= run.style
    return max(style, 0)


def _closed(opened: list[Marker], style: int) -> Iterator[Marker]:
    """Closes what is not wanted, and what was opened within it."""
    wanted = 0
    while wanted < len(opened) and opened[wanted].style & style:
        wanted += 1
    while len(opened) > wanted:
        yield opened.pop()._replace(opens=False)


def _ends(pieces: Sequence[Markup]) -> list[dict[int, int]]:
    """For each piece and style, where the style ends that holds there."""
    ends = [dict.fromkeys(MARKED, len(pieces))]
    for index in range(len(pieces) - 1, -1, -1):
        held = ends[-1]
        ends.append({s: held[s] if pieces[index].style & s else index for s in MARKED})
    return ends[:0:-1]


def _parted(run: Run) -> Iterator[Run]:
    """Blanks before, text, blanks after."""
    core = run.text.strip()
    if _is_fixed(run) or core == run.text:
        yield run
        return
    before, _, after = run.text.partition(core) if core else (run.text, "", "")
    yield from (run._replace(text=text) for text in (before, core, after) if text)


def _is_fixed(run: Run) -> bool:
    return bool(run.url or run.emoji or run.style & CODE)


def _is_core(run: Run) -> bool:
    return _is_fixed(run) or bool(run.text.strip())


def _cores(parts: Iterable[Run]) -> Iterator[int]:
    """At each part the style of the last core up to it."""
    style = 0
    for part in parts:
        style = part.style if _is_core(part) else style
        yield style
