"""Ephemeral messages: replies to a click that only the person who clicked can see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import structlog

from bot.errors import SlackError
from bot.slack.web_api import call

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slack_sdk.web.async_client import AsyncWebClient

log = structlog.get_logger(__name__)


def place_of(body: Mapping[str, Any]) -> dict[str, str]:
    """Where a button was clicked, as arguments of `chat.postEphemeral`."""
    container = body.get("container", {})
    where = {"channel": container.get("channel_id"), "thread_ts": container.get("thread_ts")}
    return {name: value for name, value in where.items() if isinstance(value, str) and value}


async def post_ephemeral(
    client: AsyncWebClient, where: Mapping[str, str], user: str, text: str
) -> None:
    """Posts `text`, for `user` only. An error is logged, not raised: nothing depends on it."""
    try:
        await call(client, "chat.postEphemeral", {**where, "user": user, "text": text})
    except SlackError as error:
        log.warning("ephemeral message not posted", detail=str(error))
