"""What Slack sends to an app, and how the sending of it went."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    from bot.playground.workspace.workspace import Workspace

ParcelKind = Literal["events_api", "interactive", "slash_commands"]

VERIFICATION_TOKEN = "playground-verification"  # noqa: S105 - deprecated by Slack, still sent


@dataclass(frozen=True, slots=True)
class Parcel:
    kind: ParcelKind
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Retry:
    number: int
    reason: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """`final`: the app asked not to be sent this again. `payload` is what it answered with."""

    accepted: bool
    reason: str = ""
    payload: dict[str, Any] | None = None
    final: bool = False


class Route(Protocol):
    """Carries one parcel once: through a socket, or to a URL."""

    async def carry(self, parcel: Parcel, retry: Retry | None) -> Outcome: ...


def event_parcel(
    workspace: Workspace, event: dict[str, Any], number: int, event_time: float
) -> Parcel:
    """The envelope of the Events API; `event_id` stays the same on every retry."""
    authorization = {
        "enterprise_id": None,
        "team_id": workspace.team_id,
        "user_id": workspace.bot.user_id,
        "is_bot": True,
        "is_enterprise_install": False,
    }
    return Parcel(
        "events_api",
        {
            "token": VERIFICATION_TOKEN,
            "team_id": workspace.team_id,
            "context_team_id": workspace.team_id,
            "context_enterprise_id": None,
            "api_app_id": workspace.bot.app_id,
            "event": event,
            "type": "event_callback",
            "event_id": f"Ev0{number:08d}",
            "event_time": int(event_time),
            "authorizations": [authorization],
            "is_ext_shared_channel": False,
            "event_context": f"4-playground-{number}",
        },
    )
