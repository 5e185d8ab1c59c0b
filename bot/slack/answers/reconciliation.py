"""Looking for posts of ours that may stand in Slack without our knowing, page by page."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

from bot.slack.answers.post_metadata import files_in, next_page, posts_in, search

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.core.types import Turn

PAGES: Final = 10


class Reconciliation:
    """One search for what has been posted for `turn`. It ends, one way or another.

    `found` are parts and their ts; `files` the names of all files in the conversation since.
    """

    def __init__(
        self, turn: Turn, patience: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`patience`: seconds after the first failure in which it is tried again."""
        self._turn = turn
        self._patience = patience
        self._clock = clock
        self._cursor = ""
        self._pages = 0
        self._failed: float | None = None
        self.found: list[tuple[int, str]] = []
        self.files: set[str] = set()

    def request(self) -> tuple[str, dict[str, Any]]:
        """The method and the arguments of the next page."""
        method, where = search(self._turn)
        return method, where | ({"cursor": self._cursor} if self._cursor else {})

    def take(self, page: Mapping[str, Any]) -> bool:
        """Reads a page; True when that was all."""
        self.found += posts_in(page, self._turn)
        self.files.update(files_in(page))
        self._cursor = next_page(page)
        self._pages += 1
        return not self._cursor or self._pages == PAGES

    def fails_for_good(self) -> bool:
        """It failed once more; True when it has been tried for long enough."""
        now = self._clock()
        self._failed = now if self._failed is None else self._failed
        return now - self._failed >= self._patience
