"""Finds the messages and files of an answer in Slack, after a call whose answer was lost.

Slack may have carried the call out or not. So before it is repeated, the conversation is read page
by page, and posts are recognised by their metadata, files by their names.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

from bot.slack.answers.file_shares import shares_in
from bot.slack.answers.post_metadata import posts_in
from bot.slack.limits import HISTORY, REPLIES
from bot.transcript.authors import is_by

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from bot.core.types import Turn
    from bot.slack.answers.file_shares import FileShare

PAGES: Final = 10
"""Pages that are read at most."""

PAGE: Final = 200
"""Messages on a page."""


class Reconciliation:
    """One search for the answer to `turn`. It always ends, one way or another."""

    def __init__(
        self,
        turn: Turn,
        patience: float,
        ids: Collection[str] = frozenset(),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`patience`: seconds after the first failure in which it is tried again.

        Only messages by one of `ids` are ours; without `ids`, by anybody. Another bot may run the
        same program and answer the same question.
        """
        self._turn = turn
        self._ids = ids
        self._patience = patience
        self._clock = clock
        self._cursor = ""
        self._pages = 0
        self._failed_at: float | None = None
        self.found: list[tuple[int, str]] = []
        """Part and ts of each post."""
        self.shares: list[FileShare] = []
        """All files in the conversation since the question."""

    def request(self) -> tuple[str, dict[str, Any]]:
        """The method and the arguments that read the next page.

        Only what is younger than the question: a thread may be long, and pages begin at its root.
        """
        thread = self._turn.thread
        where: dict[str, Any] = {
            "channel": thread.channel,
            "oldest": self._turn.ts,
            "inclusive": True,
            "include_all_metadata": True,
            "limit": PAGE,
        }
        where |= {"cursor": self._cursor} if self._cursor else {}
        return (REPLIES, where | {"ts": thread.root}) if thread.root else (HISTORY, where)

    def take(self, page: Mapping[str, Any]) -> bool:
        """Reads a page; True when it was the last one."""
        said = page.get("messages") or []
        ours = {"messages": [each for each in said if not self._ids or is_by(each, self._ids)]}
        self.found += posts_in(ours, self._turn)
        self.shares += shares_in(ours)
        self._cursor = str((page.get("response_metadata") or {}).get("next_cursor") or "")
        self._pages += 1
        return not self._cursor or self._pages == PAGES

    def gives_up(self) -> bool:
        """Counts a failed attempt; True when the search has failed for too long."""
        now = self._clock()
        self._failed_at = now if self._failed_at is None else self._failed_at
        return now - self._failed_at >= self._patience
