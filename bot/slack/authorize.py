"""Who we are in Slack, asked once at start, and the Bolt app that knows it without asking again."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult

from bot.errors import BotError, SlackUnknown
from bot.slack.web_api import response

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from slack_bolt.context.async_context import AsyncBoltContext
    from slack_sdk.web.async_client import AsyncWebClient

# Bolt warns of what is meant here (a client with a token of its own), and at DEBUG it formats
# whole payloads.
BOLT_LOG: Final = logging.getLogger("slack_bolt.ours")
BOLT_LOG.setLevel(logging.ERROR)


@dataclass(frozen=True, slots=True)
class Identity:
    """The bot in one workspace. `enterprise` is set in an Enterprise Grid.

    `scopes` are those of its token; None where Slack did not say.
    """

    team: str
    bot_user: str
    bot_id: str
    name: str = ""
    enterprise: str | None = None
    scopes: frozenset[str] | None = None

    def may(self, scope: str) -> bool:
        """False where it is known that the token lacks the scope."""
        return self.scopes is None or scope in self.scopes

    def covers(self, team: str | None, enterprise: str | None) -> bool:
        """True when an event of this workspace is for us."""
        in_our_grid = self.enterprise is not None and self.enterprise == enterprise
        return team is None or team == self.team or in_our_grid


class UnknownTeam(BotError):
    """An event of a workspace where we are not installed."""

    kind = "slack"


async def identify(client: AsyncWebClient) -> Identity:
    """Who the client's token makes us. Raises `SlackError`."""
    answered = await response(client, "auth.test", {})
    answer: Any = answered.data
    match answer:
        case {"team_id": str() as team, "user_id": str() as user}:
            return Identity(
                team,
                user,
                str(answer.get("bot_id") or ""),
                str(answer.get("user") or ""),
                answer.get("enterprise_id"),
                _scopes(answered.headers),
            )
    raise SlackUnknown("auth.test: names nobody")


def _scopes(headers: Mapping[str, str]) -> frozenset[str] | None:
    names = {name.lower(): value for name, value in headers.items()}
    given = names.get("x-oauth-scopes")
    return None if given is None else frozenset(map(str.strip, given.split(",")))


def build_app(identity: Identity, client: AsyncWebClient) -> AsyncApp:
    """Bolt, without its surprises. `SLACK_CLIENT_ID` must be out of the environment by now.

    Requests are verified before they come here (by `web`, or by being in Socket Mode): Bolt's own
    verifier raises for hostile headers. What no listener handles raises, so that the error handler
    can acknowledge it.
    """
    return AsyncApp(
        name="slack_bolt.ours",
        logger=BOLT_LOG,
        client=client,
        authorize=authorizer(identity, client.token),
        request_verification_enabled=False,
        # Else it drops what is said of our own messages, that somebody deleted one among it.
        ignoring_self_events_enabled=False,
        raise_error_for_unhandled_request=True,
        attaching_conversation_kwargs_enabled=False,
    )


def authorizer(identity: Identity, token: str | None) -> Callable[..., Awaitable[AuthorizeResult]]:
    """Bolt's `authorize` without a Web API call, so that no refused call can drop an event.

    It never raises `SlackApiError`, which Bolt would acknowledge.
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
        # A click may carry the workspace of whoever clicked (Slack Connect); it has a response_url.
        if context.response_url is None and not identity.covers(team_id, enterprise_id):
            raise UnknownTeam("not installed there")
        return AuthorizeResult(**result)

    return authorize
