"""Who the bot is in Slack: asked once at start, with `auth.test`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.errors import SlackUnknown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.slack.web_api import SlackApi


@dataclass(frozen=True, slots=True)
class Identity:
    """The bot in one workspace."""

    team: str
    """The workspace's id."""

    bot_user: str
    """The bot's user id, which mentions carry."""

    bot_id: str
    """The bot's own id, which its messages carry; empty when Slack did not say."""

    name: str = ""
    """The bot's user name; empty when Slack did not say."""

    enterprise: str | None = None
    """The organisation's id, in an Enterprise Grid."""

    scopes: frozenset[str] | None = None
    """The scopes of the token; None when Slack did not say."""

    @property
    def ids(self) -> frozenset[str]:
        """The ids by which our own messages are known."""
        return frozenset(filter(None, (self.bot_user, self.bot_id)))

    @property
    def asked(self) -> str:
        """Names whom people ask, in a database that other bots may share."""
        return f"{self.team}:{self.bot_user}"

    def may(self, scope: str) -> bool:
        """False when the token is known to lack the scope."""
        return self.scopes is None or scope in self.scopes

    def covers(self, team: str | None, enterprise: str | None) -> bool:
        """True when an event of this workspace is for us."""
        in_our_grid = self.enterprise is not None and self.enterprise == enterprise
        return team is None or team == self.team or in_our_grid


async def identify(api: SlackApi) -> Identity:
    """The identity that the token gives us. Raises `SlackError`."""
    answered = await api.response("auth.test", {})
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
    raise SlackUnknown("auth.test: no team or no user")


def _scopes(headers: Mapping[str, str]) -> frozenset[str] | None:
    names = {name.lower(): value for name, value in headers.items()}
    given = names.get("x-oauth-scopes")
    return None if given is None else frozenset(map(str.strip, given.split(",")))
