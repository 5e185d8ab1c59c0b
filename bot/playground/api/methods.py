"""The Web API, method by method: which function answers, with which token and which scope."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from bot.playground.api import chat, conversations, directory, files, streams
from bot.playground.workspace.refused import Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.playground.api.calls import Call

Caller = Literal["bot", "app", "anyone"]


@dataclass(frozen=True, slots=True)
class Method:
    """`*:history` stands for the scope of the channel's kind: channels:history, im:history, …."""

    answer: Callable[[Call], dict[str, Any]]
    scope: str = ""
    caller: Caller = "bot"


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
    """Slack looks at the name of the method first, then at the token."""
    if method not in METHODS:
        raise Refused("unknown_method", req_method=method)
    needed = METHODS[method].caller
    if needed == "anyone":
        return
    if not token:
        raise Refused("not_authed")
    if token not in tokens:
        raise Refused("invalid_auth")
    if tokens[token] != needed:
        raise Refused("not_allowed_token_type")


def answer(call: Call) -> dict[str, Any]:
    """Carries the call out; raises Refused where Slack would say no."""
    method = METHODS[call.method]
    if method.scope:
        call.need(method.scope)
    return {"ok": True} | method.answer(call)
