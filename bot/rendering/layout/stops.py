"""A flow up to a place in it that Slack has accepted: no more of it is shown in that part."""

from __future__ import annotations

from dataclasses import replace
from itertools import accumulate
from typing import TYPE_CHECKING

from bot.rendering.flow import Code, Rule, Table
from bot.rendering.formats.tables import line
from bot.rendering.layout.cuts import cut
from bot.rendering.layout.fitting import BACK, between_spans
from bot.rendering.layout.halves import before
from bot.text.runs import text_of

if TYPE_CHECKING:
    from bot.rendering.flow import Flow


def stopped(flow: Flow, at: int, start: int) -> Flow:
    """What of `flow` comes before the offset `at`; the part begins at `start`."""
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
