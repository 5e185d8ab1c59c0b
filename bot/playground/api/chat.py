"""The methods `chat.*` except streaming, with Slack's size limits and rules for edits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.playground.api import streams
from bot.playground.rules.block_rules import (
    MAX_POST_TEXT,
    check_markdown_text,
    check_update_text,
)
from bot.playground.workspace.api_error import ApiError

if TYPE_CHECKING:
    from bot.playground.api.calls import Call, Response
    from bot.playground.workspace.changes import Message
    from bot.playground.workspace.people import Channel

_MAX_ATTACHMENTS = 100
_PASSED_ON = ("thread_ts", "client_msg_id", "username", "icon_emoji", "icon_url")


def post_message(call: Call) -> Response:
    channel = _writable(call)
    fields = _content(call) | {name: call.text(name) or None for name in _PASSED_ON}
    if _empty(fields):
        raise ApiError("no_text")
    long = len(fields.get("text") or "") > MAX_POST_TEXT
    if long:
        fields["text"] = fields["text"][:MAX_POST_TEXT]
    user, broadcast = call.workspace.bot.user_id, call.flag("reply_broadcast")
    message = call.workspace.post(
        channel.id, user=user, now=call.now, reply_broadcast=broadcast, **fields
    )
    response = {"channel": channel.id, "ts": message["ts"], "message": message}
    return response | (_truncated() if long else {})


def post_ephemeral(call: Call) -> Response:
    channel = _writable(call)
    fields = _content(call)
    if _empty(fields):
        raise ApiError("no_text")
    user = call.required("user")
    if user not in channel.members:
        raise ApiError("user_not_in_channel")
    fields["thread_ts"] = call.text("thread_ts") or None
    message = call.workspace.post_ephemeral(channel.id, user=user, now=call.now, **fields)
    return {"message_ts": message["ts"]}


def update(call: Call) -> Response:
    """Text without blocks takes the blocks away and marks the message as edited; blocks do not."""
    channel, message = _own(call, "cant_update_message")
    if call.backend.streams.is_open(channel.id, message["ts"]):
        raise ApiError("streaming_state_conflict")
    fields = _content(call)
    check_update_text(fields.get("text") or "")
    if "blocks" in fields or "text" in fields:
        call.backend.sizes.check_change(message.get("blocks") or (), fields.get("blocks") or ())
    by_text = bool(fields.get("text")) and not fields.get("blocks")
    if by_text:
        fields["blocks"] = None
    elif fields.get("blocks"):
        fields.setdefault("text", "")
    if _empty(message | fields) or not fields:
        raise ApiError("no_text")
    editor = call.workspace.bot.user_id if by_text or call.text("markdown_text") else None
    ts = message["ts"]
    updated = call.workspace.update(channel.id, ts, now=call.now, edited_by=editor, **fields)
    return {"channel": channel.id, "ts": ts, "text": updated["text"], "message": updated}


def delete(call: Call) -> Response:
    channel, message = _own(call, "cant_delete_message")
    call.workspace.delete(channel.id, message["ts"], now=call.now)
    call.backend.streams.close(channel.id, message["ts"])
    return {"channel": channel.id, "ts": message["ts"]}


def start_stream(call: Call) -> Response:
    return streams.start(call, _writable(call))


def permalink(call: Call) -> Response:
    channel, ts = call.channel(), call.required("message_ts")
    message = call.workspace.message(channel.id, ts)
    if message is None:
        raise ApiError("message_not_found")
    link = f"{call.backend.base_url}archives/{channel.id}/p{ts.replace('.', '')}"
    if "thread_ts" in message:
        link += f"?thread_ts={message['thread_ts']}&cid={channel.id}"
    return {"channel": channel.id, "permalink": link}


def _writable(call: Call) -> Channel:
    """The channel to post in; a user's id means the DM with them."""
    wanted = call.required("channel")
    if wanted in call.workspace.users:
        return call.workspace.dm(wanted)
    channel = call.channel()
    if not call.is_member(channel) and "chat:write.public" not in call.backend.scopes:
        raise ApiError("not_in_channel")
    if channel.archived:
        raise ApiError("is_archived")
    return channel


def _own(call: Call, error: str) -> tuple[Channel, Message]:
    channel = call.channel()
    message = call.workspace.message(channel.id, call.required("ts"))
    if message is None or message.get("subtype") == "tombstone":
        raise ApiError("message_not_found")
    if message.get("bot_id") != call.workspace.bot.bot_id:
        raise ApiError(error)
    call.backend.streams.expire(call.workspace, call.now)
    if channel.archived:
        raise ApiError("is_archived")
    return channel, message


def _content(call: Call) -> Message:
    """The content fields that were given; `[]` and `{}` remove one."""
    fields: Message = {}
    if "text" in call.arguments and call.arguments["text"] is not None:
        fields["text"] = call.text("text")
    for name, check in (_CHECKS | {"blocks": call.backend.sizes.check}).items():
        value = call.json(name, f"invalid_{name}_format")
        if value is not None:
            check(value)
            fields[name] = value or None
    return fields | _markdown(call, fields)


def _markdown(call: Call, fields: Message) -> Message:
    text = call.text("markdown_text")
    if not text:
        return {}
    if fields.get("text") or fields.get("blocks"):
        raise ApiError("markdown_text_conflict")
    check_markdown_text(text)
    return {"text": text, "blocks": [{"type": "markdown", "text": text}]}


def _check_attachments(attachments: Any) -> None:
    if not isinstance(attachments, list):
        raise ApiError("invalid_attachments")
    if len(attachments) > _MAX_ATTACHMENTS:
        raise ApiError("too_many_attachments")


def _check_metadata(metadata: Any) -> None:
    if not isinstance(metadata, dict):
        raise ApiError("invalid_metadata_format")
    if metadata and not {"event_type", "event_payload"} <= metadata.keys():
        raise ApiError("invalid_metadata_schema")


_CHECKS = {
    "attachments": _check_attachments,
    "metadata": _check_metadata,
}


def _empty(fields: Message) -> bool:
    return not any(fields.get(name) for name in ("text", "blocks", "attachments", "files"))


def _truncated() -> Response:
    warnings = {"warnings": ["message_truncated"]}
    return {"warning": "message_truncated", "response_metadata": warnings}
