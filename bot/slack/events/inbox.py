"""The inbox: a question is in the journal before Slack is told that we have it.

Bolt acknowledges an event before its listener runs, so the only safe place is a global middleware.
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
"""Where a listener finds the turn in Bolt's context."""

PATIENCE: Final = 2.5
"""Seconds for the journal. After three Slack delivers again, and would not hear us any more."""


class NotAccepted(BotError):
    """The journal did not take a question in: Slack must not be told that we have it."""


def open_inbox(app: AsyncApp, journal: Journal, bot_user: str) -> None:
    """Puts the journal before every listener of `app`."""

    async def inbox(
        body: dict[str, Any], context: AsyncBoltContext, next_: Callable[[], Awaitable[Any]]
    ) -> BoltResponse | None:
        turn = read_turn(body, bot_user)
        if turn and not await _accept(journal, turn):
            # Not calling next without an answer of our own would be a 404, and no acknowledgement.
            return BoltResponse(status=200)
        context[TURN] = turn
        await next_()
        return None

    app.use(inbox)


async def _accept(journal: Journal, turn: Turn) -> bool:
    try:
        async with asyncio.timeout(PATIENCE):
            new = await journal.accept(turn)
    except Exception as error:
        raise NotAccepted(type(error).__name__) from error
    log.info(
        "question accepted" if new else "question known", channel=turn.thread.channel, ts=turn.ts
    )
    return new
