"""What is said to one person alone, about something that they pressed."""

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
    """Where a button was pressed, as arguments of `chat.postEphemeral`."""
    container = body.get("container", {})
    where = {"channel": container.get("channel_id"), "thread_ts": container.get("thread_ts")}
    return {name: value for name, value in where.items() if isinstance(value, str) and value}


async def post_ephemeral(
    client: AsyncWebClient, where: Mapping[str, str], user: str, text: str
) -> None:
    """Says it. That it cannot be said harms nobody."""
    try:
        await call(client, "chat.postEphemeral", {**where, "user": user, "text": text})
    except SlackError as error:
        log.warning("could not say what a button did", detail=str(error))
