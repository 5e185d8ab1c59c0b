"""Asking again: what Retry, Regenerate and Continue do, for the asker, once per round.

Retry writes what failed once more, Regenerate the whole answer, Continue the rest.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import structlog

from bot.core.turns import ClickOutcome, TurnState
from bot.errors import SlackError, SlackRejected
from bot.slack.events.turns import turn_of_message
from bot.slack.limits import REPLIES
from bot.slack.one_message import found_in, where

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from bot.core.ports import Journal
    from bot.core.turns import Again, TurnRecord
    from bot.core.types import Turn, TurnKey
    from bot.slack.web_api import SlackApi

log = structlog.get_logger(__name__)

PAUSES: Final = (0.25,) * 40
"""Seconds between asking whether a second look at an answer is over; then a click gives up."""


@dataclass(frozen=True, slots=True)
class AskAgain:
    """Asks ended turns again.

    The journal erases the texts of a turn when it ends, so the question is read again from Slack.
    """

    api: SlackApi
    journal: Journal

    bot_user: str
    """The bot's user id."""

    submit: Callable[[Turn], None]
    """Starts work on the turn."""

    deleted: Callable[[str, str, str], Awaitable[None]]
    """Takes note that the question (team, channel, ts) is gone. Raises `StoreError`."""

    pauses: Sequence[float] = PAUSES

    async def again(self, key: TurnKey, round_: int, user: str, again: Again) -> ClickOutcome:
        """The outcome of a click on a button of that round. Raises `StoreError`."""
        refusal = _refusal(await self._after_look(key), round_, user)
        return refusal or await self._reopen(key, round_ + 1, user, again)

    async def _reopen(self, key: TurnKey, round_: int, user: str, again: Again) -> ClickOutcome:
        try:
            turn = await self._read_question(key)
        except SlackError as error:
            log.warning("question not read again", detail=str(error))
            return (
                ClickOutcome.UNREADABLE
                if isinstance(error, SlackRejected)
                else ClickOutcome.UNAVAILABLE
            )
        if turn is None:
            # Nobody has told us, or the buttons would be gone.
            await self.deleted(*key)
        if turn is None or turn.user != user:
            return ClickOutcome.UNREADABLE
        # Of two clicks at the same time only one reopens it.
        if not await self._opens(replace(turn, round=round_), again):
            return ClickOutcome.ASKED
        self.submit(turn)
        return ClickOutcome.STARTED

    async def _opens(self, turn: Turn, again: Again) -> bool:
        if await self.journal.reopen(turn, again):
            return True
        # A second look may have begun while the question was read.
        refusal = _refusal(await self._after_look(turn.key), turn.round - 1, turn.user)
        return refusal is None and await self.journal.reopen(turn, again)

    async def _after_look(self, key: TurnKey) -> TurnRecord | None:
        """What is known of the turn when a second look at it is over, or takes too long."""
        record = await self.journal.find(key)
        for pause in self.pauses:
            if record is None or record.state is not TurnState.LOOKING:
                break
            await asyncio.sleep(pause)
            record = await self.journal.find(key)
        return record

    async def _read_question(self, key: TurnKey) -> Turn | None:
        """The question as it is in Slack now; None when it is not there. Raises `SlackError`."""
        team, channel, ts = key
        asked = found_in(await self.api.read(REPLIES, where(channel, ts)), ts)
        return turn_of_message(asked, team, channel, self.bot_user) if asked else None


def _refusal(record: TurnRecord | None, round_: int, user: str) -> ClickOutcome | None:
    """Why this user's click on a button of that round has no effect; None when it has one."""
    if record is None:
        return ClickOutcome.FORGOTTEN
    if record.user != user:
        return ClickOutcome.NOT_YOURS
    if record.gone:
        return ClickOutcome.UNREADABLE
    if record.round != round_:
        return ClickOutcome.ASKED
    if record.state is TurnState.LOOKING:
        # Slack has not let us look for so long.
        return ClickOutcome.UNAVAILABLE
    return None if record.state.ended else ClickOutcome.ASKED
