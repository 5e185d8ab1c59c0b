"""Slices of a flow: what comes before and after a place in it, and slices put together again."""

from __future__ import annotations

from dataclasses import replace
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from bot.rendering.flow import Code, Heading, Item, Paragraph, Rule, Table
from bot.rendering.formats.tables import line
from bot.text.cuts import cut
from bot.text.runs import BOLD, CODE, merged, text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bot.rendering.flow import Flow
    from bot.text.runs import Run, Runs

Text = Paragraph | Heading | Item

BACK: Final = 40
"""Characters of what has been shown that are given up at most to end between two words."""


def before(flow: Text, at: int) -> Text:
    """The first `at` characters, without the white space at their end."""
    runs = _trimmed(_sliced(flow.runs, 0, at))
    if isinstance(flow, Heading):
        # Half of a long heading may be short enough for a header block, but is shown as bold text.
        return Heading(runs, max(flow.level, 3))
    return replace(flow, runs=runs)


def after(flow: Text, at: int) -> Text:
    """The characters from `at` on. The text of an item goes on without a second marker."""
    runs = _sliced(flow.runs, at, None)
    match flow:
        case Paragraph():
            return replace(flow, runs=runs)
        case Item(depth=depth, quote=quote):
            return Paragraph(runs, quote, depth + 1)
    return Paragraph(tuple(run._replace(style=run.style | BOLD) for run in runs))


def up_to(flow: Flow, at: int, start: int) -> Flow:
    """The slice before the offset `at`, cut where it reads well.

    That is how far Slack has accepted the flow. It never ends before `start`, where the part
    begins.
    """
    match flow:
        case Rule():
            return flow
        case Code(text=text):
            end = text.rfind("\n", start + 1, at + 1)
            return replace(flow, text=text[: at if end < 0 else end])
        case Table(rows=rows):
            ends = accumulate(len(line(row)) + 1 for row in rows)
            return replace(flow, rows=rows[: sum(end <= at for end in ends)])
    text = text_of(flow.runs)
    end = cut(text, at, max(at - BACK, start))
    return flow if end >= len(text) else before(flow, between_spans(flow.runs, end, at) or at)


def between_spans(runs: Runs, at: int, most: int) -> int:
    """`at`, or where the link, code or emoji begins that it would cut.

    A link or code is cut all the same when it begins in the first half of the `most` characters.
    """
    start = end = 0
    for run, previous in zip(runs, (None, *runs), strict=False):
        if previous is None or not run.url or run.url != previous.url:
            start = end
        end += len(run.text)
        if start < at < end:
            whole = (run.emoji and not run.url) or (start > most // 2 and _is_span(run))
            return start if whole else at
    return at


def joined(flows: Iterable[Flow]) -> Iterator[Flow]:
    """The same text in as few flows as can be: each flow together with those that join it."""
    group: list[Flow] = []
    for flow in flows:
        if group and not goes_on(group[0], flow):
            yield _whole(group)
            group = []
        group.append(flow)
    if group:
        yield _whole(group)


def goes_on(first: Flow, flow: Flow) -> bool:
    """Whether `flow` is more of what `first` began."""
    match flow:
        case Paragraph(joins=True):
            return not isinstance(first, Code | Rule | Table)
        case Table(joins=True):
            return isinstance(first, Table)
        case Code(joins=True):
            return isinstance(first, Code)
    return False


def _whole(group: list[Flow]) -> Flow:
    first = group[0]
    if len(group) == 1:
        return first
    match first:
        case Code():
            codes = (flow.text for flow in group if isinstance(flow, Code))
            return replace(first, text="\n".join(codes))
        case Table():
            # A table that goes on repeats its header.
            tables = (flow for flow in group[1:] if isinstance(flow, Table))
            further = [row for table in tables for row in table.rows[1:]]
            return replace(first, rows=(*first.rows, *further))
        case Paragraph() | Heading() | Item():
            return replace(first, runs=_all_runs(group))
    return first


def _all_runs(group: list[Flow]) -> Runs:
    texts = (flow for flow in group if isinstance(flow, Paragraph | Heading | Item))
    return tuple(merged(run for flow in texts for run in flow.runs))


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
    """Without white space at the end."""
    end = len(runs)
    while end and not runs[end - 1].text.rstrip():
        end -= 1
    if not end:
        return ()
    last = runs[end - 1]
    return (*runs[: end - 1], last._replace(text=last.text.rstrip()))


def _is_span(run: Run) -> bool:
    return bool(run.url or run.style & CODE)
