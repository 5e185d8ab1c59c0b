"""Flows → Slack's blocks: header, rich_text, table and divider, as plain dicts.

The blocks of the first flows stay the same when further flows come; text is only added.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from bot.rendering.flow import Code, Heading, Item, Paragraph, Rule, Table
from bot.rendering.formats import elements
from bot.rendering.layout.sizes import is_header
from bot.rendering.layout.slices import joined
from bot.text.runs import BOLD, Run, text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bot.rendering.flow import Flow
    from bot.text.runs import Runs

Block = dict[str, Any]

DEEPEST: Final = 8
"""The largest `indent` of a rich_text_list (docs: rich text block)."""

BLANK: Final = " "
"""For empty cells, items and code, where Slack requires text."""


def blocks(flows: Iterable[Flow]) -> list[Block]:
    """The blocks of one part; flows without text have none."""
    return list(_grouped(joined(flows)))


def _grouped(flows: Iterable[Flow]) -> Iterator[Block]:
    rich = _Rich()
    for flow in flows:
        block = _block(flow)
        if block is None:
            rich.add(flow)
            continue
        yield from rich.taken()
        yield block
    yield from rich.taken()


def _block(flow: Flow) -> Block | None:
    """The block of a flow that has a block of its own, else None."""
    match flow:
        case Heading() if is_header(flow) and text_of(flow.runs).strip():
            text = text_of(flow.runs).replace("\n", " ")
            return {"type": "header", "text": {"type": "plain_text", "text": text, "emoji": True}}
        case Rule():
            return {"type": "divider"}
        case Table():
            return _table(flow)
    return None


def _table(table: Table) -> Block:
    width = max(map(len, table.rows))
    align = (*table.align, *[""] * width)[:width]
    return {
        "type": "table",
        "rows": [[_cell(cell) for cell in row] for row in table.rows],
        "column_settings": [{"align": each or "left", "is_wrapped": True} for each in align],
    }


def _cell(runs: Runs) -> Block:
    if all(run == Run(run.text) for run in runs):
        return {"type": "raw_text", "text": text_of(runs) or BLANK}
    return {"type": "rich_text", "elements": [_section(runs)]}


def _section(runs: Runs) -> Block:
    found = elements.all_of(runs) or elements.all_of((Run(BLANK),))
    return {"type": "rich_text_section", "elements": [*found]}


@dataclass(slots=True)
class _Text:
    """A section or a quote that may still get more paragraphs."""

    quoted: bool
    paragraphs: list[Runs]

    def block(self) -> Block:
        kind = "rich_text_quote" if self.quoted else "rich_text_section"
        return {"type": kind, "elements": [*chain(*map(elements.all_of, self.paragraphs))]}


@dataclass(slots=True)
class _List:
    """Items of one depth and kind, whose numbers follow each other."""

    items: list[Item]

    def takes(self, item: Item) -> bool:
        last = self.items[-1]
        follows = None if last.number is None else last.number + 1
        return (item.depth, item.quote, item.number) == (last.depth, last.quote, follows)

    def block(self) -> Block:
        first = self.items[0]
        numbered = first.number is not None
        offset = {"offset": first.number - 1} if first.number and first.number > 1 else {}
        border = {"border": 1} if first.quote else {}
        return {
            "type": "rich_text_list",
            "style": "ordered" if numbered else "bullet",
            "indent": min(first.depth, DEEPEST),
            **offset,
            **border,
            "elements": [_section(item.runs) for item in self.items],
        }


@dataclass(slots=True)
class _Preformatted:
    code: Code

    def block(self) -> Block:
        language = {"language": self.code.language} if self.code.language else {}
        border = {"border": 1} if self.code.quote else {}
        content = [elements.text(self.code.text or BLANK)]
        return {"type": "rich_text_preformatted", **language, **border, "elements": content}


class _Rich:
    """The rich_text block that is being written."""

    def __init__(self) -> None:
        self._parts: list[_Text | _List | _Preformatted] = []

    def taken(self) -> Iterator[Block]:
        """The block with all that was added, if anything was; the next begins empty."""
        if self._parts:
            yield {"type": "rich_text", "elements": [part.block() for part in self._parts]}
        self._parts = []

    def add(self, flow: Flow) -> None:
        match flow:
            case Code():
                self._parts.append(_Preformatted(flow))
            case Item(number=0):
                # Slack numbers from one; what is wrong there is right as text.
                self._write((Run("0. "), *flow.runs), flow.quote, flow.depth)
            case Item():
                self._list(flow)
            case Heading():
                self._write(tuple(run._replace(style=run.style | BOLD) for run in flow.runs))
            case Paragraph():
                self._write(flow.runs, flow.quote, flow.depth)

    def _list(self, item: Item) -> None:
        last = self._last()
        if isinstance(last, _List) and last.takes(item):
            last.items.append(item)
        else:
            self._parts.append(_List([item]))

    def _write(self, runs: Runs, quote: int = 0, depth: int = 0) -> None:
        if not text_of(runs):
            return
        last = self._last()
        if isinstance(last, _Text) and last.quoted == (quote > 0):
            last.paragraphs.append((Run("\n\n"), *runs))
            return
        # Without the newline the text would look like one more line of the list above.
        apart = isinstance(last, _List) and not depth and (not quote or last.items[-1].quote > 0)
        self._parts.append(_Text(quote > 0, [(Run("\n"), *runs) if apart else runs]))

    def _last(self) -> _Text | _List | _Preformatted | None:
        return self._parts[-1] if self._parts else None
