"""Runs in styles → markers that open and close in order, for CommonMark and for mrkdwn."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from bot.text.runs import BOLD, CODE, ITALIC, STRIKE, Run, merged

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

MARKED: Final = (BOLD, ITALIC, STRIKE)
"""Styles that are written as markers around text."""


NEWLINE: Final = re.compile(r"\n")
EMPTY_LINE: Final = re.compile(r"(?<!\s)\s*\n\s*\n\s*")


class Markup(NamedTuple):
    """A piece of markup in which no marker may stand."""

    style: int
    """The styles that are marked around it."""
    markup: str
    code: bool = False
    """Whether it is a code span."""
    link: bool = False
    """Whether it is a link."""


class Marker(NamedTuple):
    """One of the two markers around text in a style."""

    style: int
    opens: bool
    """Whether it is the first of its pair."""
    end: int
    """The number of the piece that the style ends before; the same for both markers of a pair."""


def nested(pieces: Sequence[Markup]) -> Iterator[Marker | Markup]:
    """The pieces and the markers between them. The style that lasts longest is opened first."""
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
    """The same text with blanks at the edge of a style outside of it.

    A marker beside a blank marks nothing. Blanks in code and in the label of a link stay as they
    are.
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
    """The address of each link with the runs of its label; "" with each other run alone."""
    group: list[Run] = []
    for run in runs:
        if group and (not run.url or group[0].url != run.url):
            yield group[0].url, group
            group = []
        group.append(run)
    if group:
        yield group[0].url, group


def split(runs: Iterable[Run], separator: re.Pattern[str]) -> list[list[Run]]:
    """The runs between the matches of `separator`, such as those of each line."""
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
    """Closes the styles that are not in `style`, and those opened within them."""
    wanted = 0
    while wanted < len(opened) and opened[wanted].style & style:
        wanted += 1
    while len(opened) > wanted:
        yield opened.pop()._replace(opens=False)


def _ends(pieces: Sequence[Markup]) -> list[dict[int, int]]:
    """For each piece and style: the number of the piece before which the style ends."""
    ends = [dict.fromkeys(MARKED, len(pieces))]
    for index in range(len(pieces) - 1, -1, -1):
        held = ends[-1]
        ends.append({s: held[s] if pieces[index].style & s else index for s in MARKED})
    return ends[:0:-1]


def _parted(run: Run) -> Iterator[Run]:
    """The run as blanks, text and blanks."""
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
    """For each part the style of the last part up to it that is no blank."""
    style = 0
    for part in parts:
        style = part.style if _is_core(part) else style
        yield style
