"""The inbox: a question is committed to the journal before its event is acknowledged to Slack.

Bolt acknowledges an event before its listener runs, so this is done in a global middleware.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

import structlog
from slack_bolt.response import BoltResponse

from bot.errors import BotError
from bot.slack.events.turns import read_turn

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from slack_bolt.async_app import AsyncApp
    from slack_bolt.context.async_context import AsyncBoltContext

    from bot.core.ports import Journal
    from bot.core.types import Turn

log = structlog.get_logger(__name__)

TURN: Final = "turn"
"""The key of the turn in Bolt's context, for the listeners."""

COMMIT_TIMEOUT: Final = 2.5
"""Seconds for the journal. Slack waits three for the acknowledgement, then delivers again."""


class NotAccepted(BotError):
    """The journal did not commit a question, so its event must not be acknowledged."""


def open_inbox(app: AsyncApp, journal: Journal, bot_user: str) -> None:
    """Commits questions to `journal` before any listener of `app` runs."""

    async def inbox(
        body: dict[str, Any], context: AsyncBoltContext, next_: Callable[[], Awaitable[Any]]
    ) -> BoltResponse | None:
        turn = read_turn(body, bot_user)
        if turn and not await _accept(journal, turn):
            # A duplicate is acknowledged here: without a response Bolt would answer 404.
            return BoltResponse(status=200)
        context[TURN] = turn
        await next_()
        return None

    app.use(inbox)


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
