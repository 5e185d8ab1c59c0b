"""What Slack sends to an app, the outcome of sending it, and the port that sends it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    from bot.playground.workspace.workspace import Workspace

EnvelopeKind = Literal["events_api", "interactive", "slash_commands"]

VERIFICATION_TOKEN = "playground-verification"  # noqa: S105 - deprecated by Slack, still sent


@dataclass(frozen=True, slots=True)
class Envelope:
    """A payload and its kind, which decides how each transport encodes it."""

    kind: EnvelopeKind
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Retry:
    """That an event is sent again."""

    number: int
    """1 for the first retry."""
    reason: str
    """Slack's reason why the last attempt failed, such as `http_timeout`."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one attempt."""

    accepted: bool
    """The app acknowledged in time."""
    reason: str = ""
    """Why it was not accepted."""
    payload: dict[str, Any] | None = None
    """What the app sent with its acknowledgement."""
    final: bool = False
    """The app asked for no retry."""
    ignored: bool = False
    """Its connection was good all the time, and it did not acknowledge in time."""


class Transport(Protocol):
    """Socket Mode or HTTP."""

    async def deliver(self, envelope: Envelope, retry: Retry | None) -> Outcome:
        """Makes one attempt. `retry` is None on the first."""
        ...


def event_envelope(
    workspace: Workspace, event: dict[str, Any], number: int, event_time: float
) -> Envelope:
    """The outer event of the Events API; `event_id` stays the same on every retry."""
    authorization = {
        "enterprise_id": None,
        "team_id": workspace.team_id,
        "user_id": workspace.bot.user_id,
        "is_bot": True,
        "is_enterprise_install": False,
    }
    return Envelope(
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
