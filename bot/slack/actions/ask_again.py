"""Asking again: what Retry, Regenerate and Continue do, for the asker, once per press."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import structlog

from bot.errors import SlackError, SlackRejected
from bot.slack.events.turns import reread
from bot.slack.web_api import call_within_budget

if TYPE_CHECKING:
    from collections.abc import Callable

    from slack_sdk.web.async_client import AsyncWebClient

    from bot.core.ports import Budget, Journal
    from bot.core.turns import TurnRecord
    from bot.core.types import Turn, TurnKey

log = structlog.get_logger(__name__)

STARTED, NOT_YOURS, FORGOTTEN, ASKED = "started", "not_yours", "forgotten", "asked"
UNREADABLE, UNAVAILABLE = "unreadable", "unavailable"


@dataclass(frozen=True, slots=True)
class AskAgain:
    """Opens ended turns again. `submit` hands them to whoever answers.

    The texts of a turn are erased when it has ended, so the question is read again from Slack, as
    it stands there now.
    """

    client: AsyncWebClient
    journal: Journal
    budget: Budget
    bot_user: str
    submit: Callable[[TurnKey], None]

    async def again(self, key: TurnKey, round_: int, user: str, *, goes_on: bool) -> str:
        """What became of a press on a button of that round. Raises `StoreError`."""
        refusal = _refusal(await self.journal.find(key), round_, user)
        return refusal or await self._open(key, round_ + 1, user, goes_on=goes_on)

    async def _open(self, key: TurnKey, round_: int, user: str, *, goes_on: bool) -> str:
        try:
            turn = await self._read(key)
        except SlackError as error:
            log.warning("question not read again", detail=str(error))
            return UNREADABLE if isinstance(error, SlackRejected) else UNAVAILABLE
        if turn is None or turn.user != user:
            return UNREADABLE
        # Of two presses at the same time one opens it.
        if not await self.journal.reopen(replace(turn, round=round_, goes_on=goes_on)):
            return ASKED
        self.submit(key)
        return STARTED

    async def _read(self, key: TurnKey) -> Turn | None:
        """The question as it stands in Slack; None where it is not there. Raises `SlackError`."""
        team, channel, ts = key
        # The ts of any message finds it, whether it is a root, a reply, or in no thread at all.
        where: dict[str, Any] = {"channel": channel, "ts": ts, "latest": ts, "oldest": ts}
        found = await call_within_budget(
            self.client,
            self.budget,
            "conversations.replies",
            where | {"inclusive": True, "limit": 2},
            team=team,
        )
        messages = found.get("messages") or []
        asked = next((each for each in messages if each.get("ts") == ts), None)
        return reread(asked, team, channel, self.bot_user) if asked else None


def _refusal(entry: TurnRecord | None, round_: int, user: str) -> str:
    """Why that button of that round is not for this user, or not any more; empty where it is."""
    if entry is None:
        return FORGOTTEN
    if entry.user != user:
        return NOT_YOURS
    return "" if entry.round == round_ and entry.state.ended else ASKED
