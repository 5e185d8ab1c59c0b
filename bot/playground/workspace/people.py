"""Users, channels and the app as values, and the objects in which Slack returns them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

ChannelKind = Literal["channel", "group", "im", "mpim"]


@dataclass(frozen=True, slots=True)
class User:
    id: str
    name: str
    real_name: str
    color: str
    """Hexadecimal RGB, without `#`."""
    is_bot: bool = False
    locale: str = "en-US"
    is_admin: bool = False
    zone: tuple[str, str, int] | None = ("Europe/London", "Greenwich Mean Time", 0)
    """`tz`, `tz_label` and `tz_offset` in seconds; None where Slack does not say."""


@dataclass(frozen=True, slots=True)
class App:
    """The bot's identity. Its user, bot and app id are three different ids in Slack."""

    user_id: str = "U0STREAMBOT"
    bot_id: str = "B0STREAMBOT"
    app_id: str = "A0STREAMBOT"
    name: str = "Stream Bot"

    def profile(self, team_id: str) -> dict[str, Any]:
        """The `bot_profile` of a message, and the `bot` of `bots.info`."""
        return {
            "id": self.bot_id,
            "app_id": self.app_id,
            "user_id": self.user_id,
            "name": self.name,
            "icons": {},
            "deleted": False,
            "updated": 0,
            "team_id": team_id,
        }


@dataclass(slots=True)
class Channel:
    id: str
    name: str
    kind: ChannelKind
    members: list[str] = field(default_factory=list)
    archived: bool = False


def user_object(user: User, team_id: str, app: App, *, locale: bool = False) -> dict[str, Any]:
    """The object of `users.info`. `locale` adds the user's locale to it."""
    shown: dict[str, Any] = {
        "id": user.id,
        "team_id": team_id,
        "name": user.name,
        "deleted": False,
        "color": user.color,
        "real_name": user.real_name,
        "profile": {"real_name": user.real_name, "display_name": user.name, "team": team_id},
        "is_admin": user.is_admin,
        "is_owner": False,
        "is_restricted": False,
        "is_ultra_restricted": False,
        "is_bot": user.is_bot,
        "is_app_user": False,
        "updated": 0,
    }
    if user.zone:
        shown |= dict(zip(("tz", "tz_label", "tz_offset"), user.zone, strict=True))
    if user.is_bot:
        shown["profile"] |= {"bot_id": app.bot_id, "api_app_id": app.app_id}
    if locale:
        shown["locale"] = user.locale
    return shown


def channel_object(channel: Channel, app: App) -> dict[str, Any]:
    """The object of `conversations.info`."""
    shown: dict[str, Any] = {
        "id": channel.id,
        "is_channel": channel.kind == "channel",
        "is_group": channel.kind == "group",
        "is_im": channel.kind == "im",
        "is_mpim": channel.kind == "mpim",
        "is_private": channel.kind != "channel",
        "is_archived": channel.archived,
        "is_shared": False,
        "is_ext_shared": False,
        "is_org_shared": False,
        "created": 0,
    }
    if channel.kind == "im":
        return shown | {"user": next(m for m in channel.members if m != app.user_id)}
    return shown | {
        "name": channel.name,
        "name_normalized": channel.name,
        "is_general": channel.name == "general",
        "is_member": app.user_id in channel.members,
        "topic": {"value": "", "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
        "num_members": len(channel.members),
    }
