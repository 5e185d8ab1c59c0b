"""How large a message is by Slack's count, estimated.

Slack counts more than what is seen and does not say how, so these figures are on the safe side of
what was measured. All sizes are in its units: a character is one unit, an entity one for each of
its characters.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from bot.rendering.flow import Code, Heading, Rule, Table
from bot.text.runs import CODE, text_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.rendering.flow import Flow
    from bot.text.runs import Run, Runs

HEADER: Final = 130
BLOCK: Final = 50
"""Of a code block, a table, a rule."""
TEXT: Final = 4
"""Of a paragraph or an item."""
ELEMENT: Final = 3
"""Of each run, which becomes an element."""

LONGEST_HEADER: Final = 150
"""Characters (docs: header block)."""

_ENTITY: Final = {"&": 5, "<": 4, ">": 4}


def units(flow: Flow) -> int:
    """The size of one flow. It never shrinks while the flow grows."""
    match flow:
        case Table():
            return BLOCK + sum(map(row_units, flow.rows))
        case Code():
            return BLOCK + size(flow.text)
        case Rule():
            return BLOCK
    return overhead(flow) + runs_units(flow.runs)


def overhead(flow: Flow) -> int:
    """The units of the flow without its text."""
    match flow:
        case Code() | Rule() | Table():
            return BLOCK
        case Heading() if is_header(flow):
            return HEADER
    return TEXT


@lru_cache(maxsize=1024)
def row_units(row: tuple[Runs, ...]) -> int:
    """The units of a row. They are kept, as rows are measured again in every frame."""
    return sum(map(runs_units, row))


def runs_units(runs: Runs) -> int:
    return sum(ELEMENT + len(run.url) + size(run.text) for run in runs)


def size(text: str) -> int:
    """The length with `&`, `<` and `>` as entities."""
    return len(text) + 4 * text.count("&") + 3 * (text.count("<") + text.count(">"))


def fitting(runs: Runs, room: int) -> int:
    """How many characters of `runs` fit into `room` units."""
    count = 0
    for run in runs:
        room -= ELEMENT + len(run.url)
        within = fitting_text(run.text, room)
        count += within
        if within < len(run.text):
            break
        room -= size(run.text)
    return count


def fitting_text(text: str, room: int) -> int:
    """How many characters of `text` fit into `room` units."""
    if size(text) <= room:
        return len(text)
    for at, char in enumerate(text):
        room -= _ENTITY.get(char, 1)
        if room < 0:
            return at
    return len(text)


def stands_alone(flow: Flow) -> bool:
    """Whether it is a block of its own."""
    return isinstance(flow, Rule | Table) or (isinstance(flow, Heading) and is_header(flow))


def is_header(heading: Heading) -> bool:
    """Whether it becomes a header block, which holds plain text only; else it is bold text."""
    return (
        heading.level <= 2
        and len(text_of(heading.runs)) <= LONGEST_HEADER
        and not any(run.url or run.style & CODE for run in heading.runs)
    )


def is_blank(runs: Iterable[Run]) -> bool:
    return not any(run.text.strip() for run in runs)
