"""Asking again: what Retry, Regenerate and Continue do, for the asker, once per round."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import structlog

from bot.core.turns import ClickOutcome
from bot.errors import SlackError, SlackRejected
from bot.slack.events.turns import turn_of_message
from bot.slack.web_api import call_within_budget

if TYPE_CHECKING:
    from collections.abc import Callable

    from slack_sdk.web.async_client import AsyncWebClient

    from bot.core.ports import Budget, Journal
    from bot.core.turns import TurnRecord
    from bot.core.types import Turn, TurnKey

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class AskAgain:
    """Asks ended turns again.

    The journal erases the texts of a turn when it ends, so the question is read again from Slack.
    """

    client: AsyncWebClient
    journal: Journal

    budget: Budget
    """Slack's rate limits, for reading the question."""

    bot_user: str
    """The bot's user id."""

    submit: Callable[[TurnKey], None]
    """Starts work on the turn."""

    async def again(self, key: TurnKey, round_: int, user: str, *, goes_on: bool) -> ClickOutcome:
        """The outcome of a click on a button of that round. Raises `StoreError`."""
        refusal = _refusal(await self.journal.find(key), round_, user)
        return refusal or await self._reopen(key, round_ + 1, user, goes_on=goes_on)

    async def _reopen(self, key: TurnKey, round_: int, user: str, *, goes_on: bool) -> ClickOutcome:
        try:
            turn = await self._read_question(key)
        except SlackError as error:
            log.warning("question not read again", detail=str(error))
            return (
                ClickOutcome.UNREADABLE
                if isinstance(error, SlackRejected)
                else ClickOutcome.UNAVAILABLE
            )
        if turn is None or turn.user != user:
            return ClickOutcome.UNREADABLE
        # Of two clicks at the same time only one reopens it.
        if not await self.journal.reopen(replace(turn, round=round_, goes_on=goes_on)):
            return ClickOutcome.ASKED
        self.submit(key)
        return ClickOutcome.STARTED

    async def _read_question(self, key: TurnKey) -> Turn | None:
        """The question as it is in Slack now; None when it is not there. Raises `SlackError`."""
        team, channel, ts = key
        # `conversations.replies` takes the ts of any message: a root, a reply, or one in no thread.
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
        return turn_of_message(asked, team, channel, self.bot_user) if asked else None


def _refusal(record: TurnRecord | None, round_: int, user: str) -> ClickOutcome | None:
    """Why this user's click on a button of that round has no effect; None when it has one."""
    if record is None:
        return ClickOutcome.FORGOTTEN
    if record.user != user:
        return ClickOutcome.NOT_YOURS
    return None if record.round == round_ and record.state.ended else ClickOutcome.ASKED
