"""A flow in two: what comes before a place in it, and what comes after."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.rendering.flow import Heading, Item, Paragraph
from bot.text.runs import BOLD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.text.runs import Run, Runs

Text = Paragraph | Heading | Item


def before(flow: Text, at: int) -> Text:
    """The first `at` characters, without the white space at their end."""
    runs = _trimmed(_sliced(flow.runs, 0, at))
    if isinstance(flow, Heading):
        # Half of a long heading may be short enough for a header, but it is bold text.
        return Heading(runs, max(flow.level, 3))
    return replace(flow, runs=runs)


def after(flow: Text, at: int) -> Text:
    """What follows `at`; the text of an item goes on without a second mark."""
    runs = _sliced(flow.runs, at, None)
    match flow:
        case Paragraph():
            return replace(flow, runs=runs)
        case Item(depth=depth, quote=quote):
            return Paragraph(runs, quote, depth + 1)
    return Paragraph(tuple(run._replace(style=run.style | BOLD) for run in runs))


def _sliced(runs: Runs, start: int, end: int | None) -> Runs:
    return tuple(run for run in _overlap(runs, start, end) if run.text)


def _overlap(runs: Runs, start: int, end: int | None) -> Iterator[Run]:
    at = 0
    for run in runs:
        if end is not None and at >= end:
            return
        last = at + len(run.text)
        if start <= at and (end is None or last <= end):
            yield run
        elif last > start:
            text = run.text[max(start - at, 0) : None if end is None else end - at]
            yield run._replace(text=text, emoji="")
        at = last


def _trimmed(runs: Runs) -> Runs:
    while runs and (bare := runs[-1].text.rstrip()) != runs[-1].text:
        last = (runs[-1]._replace(text=bare),) if bare else ()
        runs = (*runs[:-1], *last)
        if last:
            break
    return runs
