"""The inbox: questions and deletions are committed to the journal before they are acknowledged.

Bolt acknowledges an event before its listener runs, so this is done in a global middleware.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final, Protocol

import structlog
from slack_bolt.response import BoltResponse

from bot.errors import BotError, StoreError
from bot.slack.events.turns import (
    read_amendment,
    read_deleted_question,
    read_deletion,
    read_turn,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from slack_bolt.async_app import AsyncApp
    from slack_bolt.context.async_context import AsyncBoltContext

    from bot.core.ports import Journal
    from bot.core.types import Turn, TurnKey

log = structlog.get_logger(__name__)

TURN: Final = "turn"
"""The key of the turn in Bolt's context, for the listeners."""

COMMIT_TIMEOUT: Final = 2.5
"""Seconds for the journal. Slack waits three for the acknowledgement, then delivers again."""


class DeletionHandler(Protocol):
    """Takes note of a deleted message. Raises `StoreError`."""

    async def __call__(
        self, team: str, channel: str, ts: str, question: Turn | None = None
    ) -> None:
        """`question`: what it asked the bot, if it did."""


class NotAccepted(BotError):
    """The journal did not commit a question, so its event must not be acknowledged."""


def open_inbox(
    app: AsyncApp,
    journal: Journal,
    bot_user: str,
    deleted: DeletionHandler,
    hear: Callable[[dict[str, Any]], None] = lambda _: None,
) -> None:
    """Commits questions to `journal` before any listener of `app` runs.

    `deleted` takes note of a deleted message; `hear` is given every payload first.
    """

    async def inbox(
        body: dict[str, Any], context: AsyncBoltContext, next_: Callable[[], Awaitable[Any]]
    ) -> BoltResponse | None:
        hear(body)
        turn = read_turn(body, bot_user)
        if turn and not await _accept(journal, turn):
            # A duplicate is acknowledged here: without a response Bolt would answer 404.
            return BoltResponse(status=200)
        if (more := read_amendment(body, bot_user)) and not await _amend(journal, more):
            return BoltResponse(status=500)
        if gone := read_deletion(body):
            question = read_deleted_question(body, bot_user)
            if not await _note(deleted, gone, question):
                return BoltResponse(status=500)
        context[TURN] = turn
        await next_()
        return None

    app.use(inbox)


async def _note(deleted: DeletionHandler, gone: TurnKey, question: Turn | None) -> bool:
    """True when the deletion is noted. Else Slack is to tell it again, perhaps to another process.

    It is no bug when the store is down or being closed.
    """
    try:
        async with asyncio.timeout(COMMIT_TIMEOUT):
            await deleted(*gone, question)
    except (StoreError, TimeoutError) as error:
        log.warning("deletion not noted", detail=str(error) or "too slow")
        return False
    return True


async def _amend(journal: Journal, turn: Turn) -> bool:
    """True when the journal has what was added to a question. Else Slack is to tell it again."""
    try:
        async with asyncio.timeout(COMMIT_TIMEOUT):
            await journal.amend(turn)
    except (StoreError, TimeoutError) as error:
        log.warning("addition not noted", detail=str(error) or "too slow")
        return False
    return True


async def _accept(journal: Journal, turn: Turn) -> bool:
    """True when the turn is new. Raises `NotAccepted`."""
    try:
        async with asyncio.timeout(COMMIT_TIMEOUT):
            new = await journal.accept(turn)
    except Exception as error:
        raise NotAccepted(type(error).__name__) from error
    log.info(
        "question accepted" if new else "question known", channel=turn.thread.channel, ts=turn.ts
    )
    return new
