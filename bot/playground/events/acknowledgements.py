"""What Slack shows of an acknowledgement: of a command, and of a modal that was submitted."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot.playground.rules.block_rules import check_blocks
from bot.playground.workspace.api_error import ApiError
from bot.playground.workspace.typed import escape

if TYPE_CHECKING:
    from bot.playground.events.envelopes import Outcome
    from bot.playground.workspace.people import Channel, User
    from bot.playground.workspace.workspace import Workspace

    Said = dict[str, Any]

# The words of Slackbot.
_UNKNOWN = (
    '`{name}` is not a valid command. In Slack, all messages that start with the "/" character are '
    "interpreted as commands. If you are trying to send a message and not run a command, try "
    'preceding the "/" with an empty space.'
)
_IN_THREAD = "`{name}` is not supported in threads. Sorry!"
_FAILED = '`{name}` failed with the error "{error}"'
_ERRORS = dict.fromkeys(("timeout", "http_timeout"), "operation_timeout") | dict.fromkeys(
    ("connection_failed", "http_error", "ssl_error", "too_many_redirects", "unknown_error"),
    "dispatch_failed",
)
"""The error that people read, by the reason of the outcome; others are read as they are."""


def refusal(workspace: Workspace, name: str, thread_ts: str | None) -> str:
    """Why Slack does not send this command to any app; "" if it does."""
    if name not in workspace.commands:
        return _UNKNOWN.format(name=escape(name))
    return _IN_THREAD.format(name=escape(name)) if thread_ts else ""


def failure(name: str, reason: str) -> str:
    """What Slackbot says of a command that the app did not acknowledge in time, or badly."""
    return _FAILED.format(name=escape(name), error=escape(_ERRORS.get(reason, reason)))


def show_command(
    workspace: Workspace, user: User, channel: Channel, outcome: Outcome, now: float
) -> Outcome:
    """Shows the text or the blocks of the acknowledgement; bad blocks make the command fail."""
    try:
        post_said(workspace, user.id, channel.id, outcome.payload or {}, now)
    except ApiError as error:
        return replace(outcome, accepted=False, reason=error.code)
    return outcome


def show_submission(
    workspace: Workspace, view: dict[str, Any], user: User, outcome: Outcome, now: float
) -> None:
    """Closes the modal, or does what `response_action` says; `errors` leave it open."""
    said = outcome.payload or {}
    action, following = said.get("response_action"), said.get("view")
    if not outcome.accepted or action == "errors":
        return
    if action == "update" and isinstance(following, dict):
        workspace.update_view(view["id"], following, now)
    elif action == "push" and isinstance(following, dict):
        workspace.open_view(following, user=user.id, now=now)
    elif action == "clear":
        workspace.close_views(user.id)
    else:
        workspace.open_views.pop(view["id"], None)


def post_said(workspace: Workspace, user_id: str, channel_id: str, said: Said, now: float) -> None:
    """Posts what an app says to one person, or to all with `in_channel`; nothing if it is empty."""
    shown = content(said)
    if not any(shown.values()):
        return
    shown["thread_ts"] = said.get("thread_ts")
    if said.get("response_type") == "in_channel":
        workspace.post(channel_id, user=workspace.bot.user_id, now=now, **shown)
    else:
        workspace.post_ephemeral(channel_id, user=user_id, now=now, **shown)


def content(said: Said) -> dict[str, Any]:
    """The fields of a message, checked: ApiError for bad blocks."""
    if said.get("blocks"):
        check_blocks(said["blocks"])
    fields = {name: said.get(name) or None for name in ("blocks", "attachments")}
    return {"text": str(said.get("text") or "")} | fields
