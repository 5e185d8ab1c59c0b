"""A table → pieces: rows as tables, and as lines of text the rows that no message can hold."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, Final

from bot.rendering.flow import Code, Table
from bot.rendering.formats.tables import line
from bot.rendering.layout.pieces import Piece, lines, pointing
from bot.rendering.layout.sizes import BLOCK, row_units

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.rendering.layout.frame import PartLimits
    from bot.rendering.layout.pieces import Whole
    from bot.text.runs import Runs

CELLS: Final = 8_000
"""Characters in the cells of a message's table; Slack takes 10,000 (docs: table block)."""


class Grid:
    """A table, row by row. Its offsets count the characters of its rows as lines of text."""

    def __init__(self, whole: Whole, table: Table, limits: PartLimits, budget: int) -> None:
        self._whole, self._table = whole, table
        self._room = budget - BLOCK
        self._files = limits.files
        self._wide = len(table.rows[0]) > limits.table_columns
        shown = slice(limits.table_columns if limits.files else None)
        rows = table.rows[: limits.table_rows] if limits.files else table.rows
        self._rows = [row[shown] for row in rows]
        self._align = table.align[shown]
        if limits.files:
            del self._rows[_within(self._rows, CELLS) :]
        self._texts = [line(row) for row in rows[: len(self._rows)]]
        self._ends = [*accumulate(len(text) + 1 for text in self._texts)]

    def pieces(self, offset: int) -> Iterator[Piece]:
        end = self._ends[-1] if self._rows else 0
        if offset < end:
            yield from self._shown(offset)
        short = len(self._rows) < len(self._table.rows)
        if self._files and (short or (self._wide and self._whole.over)):
            yield from pointing(self._whole, self._table, end, offset)

    def _shown(self, offset: int) -> Iterator[Piece]:
        if self._is_unwieldy():
            yield from lines(Code(""), "\n".join(self._texts), offset)
            return
        row = next(index for index, end in enumerate(self._ends) if end > offset)
        if offset > self._start(row):
            yield from self._line(row, offset)
            row += 1
        while row < len(self._rows):
            if row and not self._fits(row):
                yield from self._line(row, self._start(row))
                row += 1
            else:
                stop = self._stop(row)
                yield self._native(row, stop)
                row = stop

    def _start(self, row: int) -> int:
        return self._ends[row - 1] if row else 0

    def _stop(self, row: int) -> int:
        """The first row from `row` on that fits no message; the header does not count."""
        further = range(max(row, 1), len(self._rows))
        return next((each for each in further if not self._fits(each)), len(self._rows))

    def _native(self, row: int, stop: int) -> Piece:
        """Rows as a table, below a copy of the header if they are not the first ones."""
        rows, ends = self._rows[row:stop], self._ends[row:stop]
        start = self._start(row)
        if row:
            rows, ends = [self._rows[0], *rows], [start, *ends]
        return Piece(Table(tuple(rows), self._align), start, ends[-1], tuple(ends))

    def _line(self, row: int, offset: int) -> Iterator[Piece]:
        """One row as text, from `offset` on."""
        start, end = offset - self._start(row), self._ends[row]
        text = self._texts[row][start:]
        if text.strip():
            yield Piece(Code(text), offset, end)

    def _is_unwieldy(self) -> bool:
        """Whether no message can hold it: too many columns, or a header that is too large."""
        header = self._rows[0]
        too_large = row_units(header) > self._room // 2 or _length(header) > CELLS // 2
        return too_large or (self._wide and not self._files)

    def _fits(self, row: int) -> bool:
        """Whether a table of the header and this row fits a message."""
        header, body = self._rows[0], self._rows[row]
        units, length = row_units(header) + row_units(body), _length(header) + _length(body)
        return units <= self._room and length <= CELLS


def _within(rows: Sequence[tuple[Runs, ...]], most: int) -> int:
    """How many rows, the first ones, have no more than `most` characters together."""
    return sum(total <= most for total in accumulate(map(_length, rows)))


def _length(row: tuple[Runs, ...]) -> int:
    return sum(len(run.text) for cell in row for run in cell)
