"""The table of methods: the function of each, and the token and the scope it needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from bot.playground.api import chat, conversations, directory, files, streams
from bot.playground.workspace.api_error import ApiError

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.playground.api.calls import Call, Response

Caller = Literal["bot", "app", "anyone"]


@dataclass(frozen=True, slots=True)
class Method:
    function: Callable[[Call], Response]
    scope: str = ""
    """The OAuth scope. The star in `*:history` is the channel's kind, as in `im:history`."""
    caller: Caller = "bot"
    """Whose token the call needs."""


METHODS: dict[str, Method] = {
    "api.test": Method(directory.api_test, caller="anyone"),
    "apps.connections.open": Method(directory.open_socket, caller="app"),
    "assistant.threads.setStatus": Method(conversations.set_status, "chat:write"),
    "assistant.threads.setSuggestedPrompts": Method(directory.accepted, "assistant:write"),
    "assistant.threads.setTitle": Method(directory.accepted, "assistant:write"),
    "auth.test": Method(directory.auth_test),
    "bots.info": Method(directory.bot_info, "users:read"),
    "chat.appendStream": Method(streams.append, "chat:write"),
    "chat.delete": Method(chat.delete, "chat:write"),
    "chat.getPermalink": Method(chat.permalink),
    "chat.postEphemeral": Method(chat.post_ephemeral, "chat:write"),
    "chat.postMessage": Method(chat.post_message, "chat:write"),
    "chat.startStream": Method(chat.start_stream, "chat:write"),
    "chat.stopStream": Method(streams.stop, "chat:write"),
    "chat.update": Method(chat.update, "chat:write"),
    "conversations.history": Method(conversations.history, "*:history"),
    "conversations.info": Method(conversations.info, "*:read"),
    "conversations.list": Method(conversations.listing, "channels:read"),
    "conversations.members": Method(conversations.members, "*:read"),
    "conversations.open": Method(conversations.open_, "im:write"),
    "conversations.replies": Method(conversations.replies, "*:history"),
    "files.completeUploadExternal": Method(files.complete, "files:write"),
    "files.delete": Method(files.delete, "files:write"),
    "files.getUploadURLExternal": Method(files.upload_url, "files:write"),
    "files.info": Method(files.info, "files:read"),
    "reactions.add": Method(conversations.add_reaction, "reactions:write"),
    "reactions.remove": Method(conversations.remove_reaction, "reactions:write"),
    "team.info": Method(directory.team_info, "team:read"),
    "users.info": Method(directory.user_info, "users:read"),
    "users.list": Method(directory.user_list, "users:read"),
    "views.open": Method(directory.open_view),
}


def authorize(method: str, token: str, tokens: dict[str, Caller]) -> None:
    """Raises ApiError when the token may not call this method. Slack checks the name first."""
    if method not in METHODS:
        raise ApiError("unknown_method", req_method=method)
    needed = METHODS[method].caller
    if needed == "anyone":
        return
    if not token:
        raise ApiError("not_authed")
    if token not in tokens:
        raise ApiError("invalid_auth")
    if tokens[token] != needed:
        raise ApiError("not_allowed_token_type")


def carry_out(call: Call) -> Response:
    """Returns the body of the response; raises ApiError where Slack would refuse the call."""
    method = METHODS[call.method]
    if method.scope:
        call.require_scope(method.scope)
    return {"ok": True} | method.function(call)
