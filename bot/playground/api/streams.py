"""Native streaming: the methods chat.startStream, chat.appendStream and chat.stopStream."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot.playground.api.open_streams import Stream
from bot.playground.rules.block_rules import check_blocks, check_markdown_text
from bot.playground.workspace.api_error import ApiError

if TYPE_CHECKING:
    from bot.playground.api.calls import Call, Response
    from bot.playground.workspace.changes import Message
    from bot.playground.workspace.people import Channel

_RECIPIENT = ("recipient_user_id", "recipient_team_id")  # needed outside DMs
_APPENDED = ("details", "output")  # a task's fields that grow; the others are replaced


def start(call: Call, channel: Channel) -> Response:
    root = call.workspace.message(channel.id, call.text("thread_ts"))
    if root is None:
        raise ApiError("invalid_thread_ts")
    for name in _RECIPIENT if channel.kind != "im" else ():
        if not call.text(name):
            raise ApiError(f"missing_{name}")
    first = _extended(call, Stream(call.now))
    call.backend.streams.check(first)
    message = call.workspace.post(
        channel.id,
        user=call.workspace.bot.user_id,
        now=call.now,
        thread_ts=root["ts"],
        streaming_state="in_progress",
        text=first.text,
        blocks=first.as_blocks() or None,
    )
    call.backend.streams.put(channel.id, message["ts"], first)
    return {"channel": channel.id, "ts": message["ts"]}


def append(call: Call) -> Response:
    channel, ts, stream = _streaming(call)
    _write(call, channel.id, ts, _extended(call, stream))
    return {"channel": channel.id, "ts": ts}


def stop(call: Call) -> Response:
    """Blocks that are given here come last, below the text."""
    channel, ts, stream = _streaming(call)
    blocks = call.json("blocks", "invalid_blocks_format") or []
    check_blocks(blocks)
    ended = _extended(call, stream)
    ended = replace(ended, blocks=(*ended.blocks, *blocks))
    state = {"streaming_state": "completed", "metadata": call.json("metadata")}
    given = {name: value for name, value in state.items() if value is not None}
    message = _write(call, channel.id, ts, ended, **given)
    call.backend.streams.close(channel.id, ts)
    return {"channel": channel.id, "ts": ts, "message": message}


def _streaming(call: Call) -> tuple[Channel, str, Stream]:
    channel, ts = call.channel(), call.required("ts")
    message = call.workspace.message(channel.id, ts)
    if message is None:
        raise ApiError("message_not_found")
    if message.get("bot_id") != call.workspace.bot.bot_id:
        raise ApiError("message_not_owned_by_app")
    call.backend.streams.expire(call.workspace, call.now)
    return channel, ts, call.backend.streams.get(channel.id, ts)


def _write(call: Call, channel_id: str, ts: str, stream: Stream, **state: Any) -> Message:
    call.backend.streams.put(channel_id, ts, stream)
    state |= {"text": stream.text, "blocks": stream.as_blocks() or None}
    return call.workspace.update(channel_id, ts, now=call.now, **state)


def _extended(call: Call, stream: Stream) -> Stream:
    """The stream with the text or the chunks of this call at its end."""
    text, chunks = call.text("markdown_text"), call.json("chunks", "invalid_chunks")
    if text and chunks:
        raise ApiError("invalid_arguments")
    mode = "markdown_text" if text else "chunks" if chunks else stream.mode
    if stream.mode not in {"", mode}:
        raise ApiError("streaming_mode_mismatch")
    check_markdown_text(text)
    extended = replace(stream, mode=mode, text=stream.text + text)
    for chunk in chunks or ():
        extended = _with_chunk(extended, chunk)
    return extended


def _with_chunk(stream: Stream, chunk: Any) -> Stream:
    match chunk:
        case {"type": "markdown_text", "text": str(text)}:
            check_markdown_text(text)
            return replace(stream, text=stream.text + text)
        case {"type": "task_update", "id": str(task_id)}:
            task = _task(stream.tasks.get(task_id, {}), chunk)
            return replace(stream, tasks=stream.tasks | {task_id: task})
        case {"type": "plan_update", "title": str(title)}:
            return replace(stream, plan=title)
        case {"type": "blocks", "blocks": blocks}:
            check_blocks(blocks)
            return replace(stream, blocks=(*stream.blocks, *blocks))
    raise ApiError("invalid_chunks")


def _task(known: dict[str, Any], chunk: dict[str, Any]) -> dict[str, Any]:
    given = {key: value for key, value in chunk.items() if key not in {"type", "id"}}
    for name in _APPENDED:
        if isinstance(given.get(name), str):
            given[name] = known.get(name, "") + given[name]
    return known | {"task_id": chunk["id"]} | given
