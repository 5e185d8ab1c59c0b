"""Flows that go on put back together: what was frozen or cut in between reads as one flow again."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.rendering.flow import Code, Heading, Item, Paragraph, Rule, Table
from bot.text.runs import merged

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bot.rendering.flow import Flow
    from bot.text.runs import Runs


def joined(flows: Iterable[Flow]) -> Iterator[Flow]:
    """The same text in flows of which only the first may still join something before it."""
    group: list[Flow] = []
    for flow in flows:
        if group and not _goes_on(group[0], flow):
            yield _whole(group)
            group = []
        group.append(flow)
    if group:
        yield _whole(group)


def _goes_on(before: Flow, flow: Flow) -> bool:
    match flow:
        case Paragraph(joins=True):
            return not isinstance(before, Code | Rule | Table)
        case Table(joins=True):
            return isinstance(before, Table)
    return False


def _whole(group: list[Flow]) -> Flow:
    first = group[0]
    if len(group) == 1:
        return first
    match first:
        case Table():
            # A table that goes on repeats its header.
            further = [
                row for flow in group[1:] if isinstance(flow, Table) for row in flow.rows[1:]
            ]
            return replace(first, rows=(*first.rows, *further))
        case Paragraph() | Heading() | Item():
            return replace(first, runs=_all_runs(group))
    return first


def _all_runs(group: list[Flow]) -> Runs:
    texts = (flow for flow in group if isinstance(flow, Paragraph | Heading | Item))
    return tuple(merged(run for flow in texts for run in flow.runs))
