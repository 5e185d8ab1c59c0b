"""Asking again: what Retry and Continue do, for the asker, once per press."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import structlog

from bot.errors import SlackError
from bot.slack.errors import call
from bot.slack.turns import reread

if TYPE_CHECKING:
    from collections.abc import Callable

    from slack_sdk.web.async_client import AsyncWebClient

    from bot.core.ports import Journal
    from bot.core.types import Turn, TurnKey

log = structlog.get_logger(__name__)

STARTED, NOT_YOURS, FORGOTTEN, ASKED, UNREADABLE = (
    "started",
    "not_yours",
    "forgotten",
    "asked",
    "unreadable",
)


@dataclass(frozen=True, slots=True)
class Rounds:
    """Opens ended turns again. `submit` hands them to whoever answers.

    The texts of a turn are erased when it has ended, so the question is read again from Slack, as
    it stands there now.
    """

    client: AsyncWebClient
    journal: Journal
    bot_user: str
    submit: Callable[[TurnKey], None]

    async def again(self, key: TurnKey, round_: int, user: str, *, goes_on: bool) -> str:
        """What became of a press on a button of that round. Raises `StoreError`."""
        entry = await self.journal.find(key)
        if entry is None:
            return FORGOTTEN
        if entry.user != user:
            return NOT_YOURS
        if entry.round != round_ or not entry.state.ended:
            return ASKED
        turn = await self._read(key)
        if turn is None or turn.user != user:
            return UNREADABLE
        # Of two presses at the same time one opens it.
        if not await self.journal.reopen(replace(turn, round=round_ + 1, goes_on=goes_on)):
            return ASKED
        self.submit(key)
        return STARTED

    async def _read(self, key: TurnKey) -> Turn | None:
        """The question as it stands in Slack; None where it is not to be had."""
        team, channel, ts = key
        # The ts of any message finds it, whether it is a root, a reply, or in no thread at all.
        where: dict[str, Any] = {"channel": channel, "ts": ts, "latest": ts, "oldest": ts}
        try:
            found = await call(
                self.client, "conversations.replies", where | {"inclusive": True, "limit": 1}
            )
        except SlackError as error:
            log.warning("question not read again", detail=str(error))
            return None
        messages = found.get("messages") or []
        asked = next((each for each in messages if each.get("ts") == ts), None)
        return reread(asked, team, channel, self.bot_user) if asked else None
