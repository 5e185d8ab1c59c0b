"""Texts of which SQLite leaves nothing in its file when they are erased.

`secure_delete` overwrites what is freed, but not what SQLite moves: when it splits, joins or
tidies a page of a table, copies of a row may stay in the gaps between others, unseen, until
something else needs the place. Pages of the overflow of a row hold nothing but its end; they are
never moved, only freed, and overwritten then. So a text that must go begins with a page of blanks:
the blanks fill what is kept with other rows, and the text lies on pages of its own.

The columns of such texts stand last in their table: what stands behind them would be read page by
page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Text
from sqlalchemy.types import TypeDecorator

if TYPE_CHECKING:
    from sqlalchemy import Dialect

PAGE = 4096
"""Bytes of a page of the SQLite files that we make."""

PADDING = " " * PAGE


class ErasableText(TypeDecorator[str]):
    """A text that is gone from SQLite's file once it is set to NULL or its row is deleted."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Returns what is stored. Nothing needs to be erased of an empty text."""
        return PADDING + value if value and dialect.name == "sqlite" else value

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """Returns the text itself. One that an older version has stored has no padding."""
        return value.removeprefix(PADDING) if value and dialect.name == "sqlite" else value
