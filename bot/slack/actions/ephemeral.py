"""Ephemeral messages: replies to a click that only the person who clicked can see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import structlog

from bot.errors import SlackError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.slack.web_api import SlackApi

log = structlog.get_logger(__name__)

LATEST: Final = 10.0
"""Seconds that a reply waits for the budget; later nobody knows any more what it is about."""


def place_of(body: Mapping[str, Any]) -> dict[str, str]:
    """Where a button was clicked, as arguments of `chat.postEphemeral`."""
    container = body.get("container", {})
    where = {"channel": container.get("channel_id"), "thread_ts": container.get("thread_ts")}
    return {name: value for name, value in where.items() if isinstance(value, str) and value}


async def post_ephemeral(api: SlackApi, where: Mapping[str, str], user: str, text: str) -> None:
    """Posts `text`, for `user` only. An error is logged, not raised: nothing depends on it."""
    try:
        said = {**where, "user": user, "text": text}
        await api.call("chat.postEphemeral", said, budget_timeout=LATEST)
    except SlackError as error:
        log.warning("ephemeral message not posted", detail=str(error))
