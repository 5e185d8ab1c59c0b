"""The Bolt app, authorized by the identity we know, so that no event costs a Web API call."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final

from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult

from bot.errors import BotError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from slack_bolt.context.async_context import AsyncBoltContext
    from slack_sdk.web.async_client import AsyncWebClient

    from bot.slack.identity import Identity

# Bolt warns about the client with a token of its own, which is intended, and at DEBUG it formats
# whole payloads.
BOLT_LOG: Final = logging.getLogger("slack_bolt.ours")
BOLT_LOG.setLevel(logging.ERROR)


class UnknownTeam(BotError):
    """An event of a workspace where we are not installed."""

    kind = "slack"


def build_app(identity: Identity, client: AsyncWebClient) -> AsyncApp:
    """The Bolt app. `SLACK_CLIENT_ID` must not be in the environment any more: Bolt reads it.

    Requests are verified before they come here, by `web` or by Socket Mode: Bolt's own verifier
    raises for hostile headers. A request that no listener takes raises, so that the error handler
    can acknowledge it.
    """
    return AsyncApp(
        name="slack_bolt.ours",
        logger=BOLT_LOG,
        client=client,
        authorize=authorizer(identity, client.token),
        request_verification_enabled=False,
        # Otherwise Bolt drops events about our own messages, deletions included.
        ignoring_self_events_enabled=False,
        raise_error_for_unhandled_request=True,
        attaching_conversation_kwargs_enabled=False,
    )


def authorizer(identity: Identity, token: str | None) -> Callable[..., Awaitable[AuthorizeResult]]:
    """Bolt's `authorize` callback, without a Web API call: no refused call can drop an event.

    The callback raises `UnknownTeam`. It never raises `SlackApiError`: Bolt would acknowledge the
    event and drop it.
    """
    result: dict[str, Any] = {
        "enterprise_id": identity.enterprise,
        "team_id": identity.team,
        "bot_user_id": identity.bot_user,
        "bot_id": identity.bot_id or None,
        "bot_token": token,
    }

    async def authorize(
        context: AsyncBoltContext, team_id: str | None, enterprise_id: str | None
    ) -> AuthorizeResult:
        # A click carries the workspace of the person who clicked, which in Slack Connect may be
        # another one. Clicks have a response_url, events have none.
        if context.response_url is None and not identity.covers(team_id, enterprise_id):
            raise UnknownTeam("not installed there")
        return AuthorizeResult(**result)

    return authorize
