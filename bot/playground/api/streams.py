"""Native streaming: chat.startStream, appendStream, stopStream, with the limits people have met.

Slack documents neither how long a stream may live nor how much one message may hold; both figures
here are what was observed, on the careful side.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from bot.playground.rules.block_rules import check_blocks, check_markdown_text
from bot.playground.workspace.refused import Refused

if TYPE_CHECKING:
    from bot.playground.api.calls import Call
    from bot.playground.workspace.changes import Message
    from bot.playground.workspace.people import Channel
    from bot.playground.workspace.workspace import Workspace

_RECIPIENT = ("recipient_user_id", "recipient_team_id")
_APPENDED = ("details", "output")  # of a task; its other fields are replaced


@dataclass(frozen=True, slots=True)
class Stream:
    """What has been written so far. The first call decides between markdown_text and chunks."""

    started: float
    mode: str = ""
    text: str = ""
    plan: str = ""
    tasks: dict[str, dict[str, Any]] = field(default_factory=dict)
    blocks: tuple[dict[str, Any], ...] = ()

    def size(self) -> int:
        """Bytes; the cards of tasks count, too."""
        tasks = json.dumps(list(self.tasks.values()), ensure_ascii=False) if self.tasks else ""
        return len((self.text + self.plan + tasks).encode("utf-8", "surrogatepass"))

    def shown(self) -> list[dict[str, Any]]:
        words = [{"type": "markdown", "text": self.text}] if self.text else []
        tasks = [{"type": "task_card"} | task for task in self.tasks.values()]
        return [*tasks, *words, *self.blocks]


class Streams:
    """The streams that are open. They end by stopStream, or by themselves after `lifetime`."""

    def __init__(self, *, lifetime: float = 300.0, max_bytes: int = 10_600) -> None:
        self.lifetime = lifetime
        self.max_bytes = max_bytes
        self._open: dict[tuple[str, str], Stream] = {}

    def start(self, channel_id: str, ts: str, now: float) -> None:
        self._open[channel_id, ts] = Stream(now)

    def get(self, channel_id: str, ts: str) -> Stream:
        try:
            return self._open[channel_id, ts]
        except KeyError:
            raise Refused("message_not_in_streaming_state") from None

    def put(self, channel_id: str, ts: str, stream: Stream) -> None:
        if stream.size() > self.max_bytes:
            raise Refused("msg_too_long")
        self._open[channel_id, ts] = stream

    def close(self, channel_id: str, ts: str) -> None:
        self._open.pop((channel_id, ts), None)

    def is_open(self, channel_id: str, ts: str) -> bool:
        return (channel_id, ts) in self._open

    def expire(self, workspace: Workspace, now: float) -> None:
        """However busy it was, a stream ends about five minutes after its start."""
        for (channel_id, ts), stream in tuple(self._open.items()):
            if now - stream.started >= self.lifetime:
                self.close(channel_id, ts)
                if workspace.message(channel_id, ts):
                    workspace.update(channel_id, ts, now=now, streaming_state="errored")


def start(call: Call, channel: Channel) -> Message:
    root = call.workspace.message(channel.id, call.text("thread_ts"))
    if root is None:
        raise Refused("invalid_thread_ts")
    for name in _RECIPIENT if channel.kind != "im" else ():
        if not call.text(name):
            raise Refused(f"missing_{name}")
    empty = _grown(call, Stream(call.now))
    message = call.workspace.post(
        channel.id,
        user=call.workspace.bot.user_id,
        now=call.now,
        thread_ts=root["ts"],
        streaming_state="in_progress",
        text=empty.text,
        blocks=empty.shown() or None,
    )
    call.site.streams.start(channel.id, message["ts"], call.now)
    call.site.streams.put(channel.id, message["ts"], empty)
    return {"channel": channel.id, "ts": message["ts"]}


def append(call: Call) -> Message:
    channel, ts, stream = _streaming(call)
    _write(call, channel.id, ts, _grown(call, stream))
    return {"channel": channel.id, "ts": ts}


def stop(call: Call) -> Message:
    """The blocks given here stand at the end, below the text."""
    channel, ts, stream = _streaming(call)
    blocks = call.json("blocks", "invalid_blocks_format") or []
    check_blocks(blocks)
    grown = _grown(call, stream)
    state = {"streaming_state": "completed", "metadata": call.json("metadata")}
    given = {name: value for name, value in state.items() if value is not None}
    message = _write(call, channel.id, ts, replace(grown, blocks=(*grown.blocks, *blocks)), **given)
    call.site.streams.close(channel.id, ts)
    return {"channel": channel.id, "ts": ts, "message": message}


def _streaming(call: Call) -> tuple[Channel, str, Stream]:
    channel, ts = call.channel(), call.required("ts")
    message = call.workspace.message(channel.id, ts)
    if message is None:
        raise Refused("message_not_found")
    if message.get("bot_id") != call.workspace.bot.bot_id:
        raise Refused("message_not_owned_by_app")
    call.site.streams.expire(call.workspace, call.now)
    return channel, ts, call.site.streams.get(channel.id, ts)


def _write(call: Call, channel_id: str, ts: str, stream: Stream, **state: Any) -> Message:
    call.site.streams.put(channel_id, ts, stream)
    state |= {"text": stream.text, "blocks": stream.shown() or None}
    return call.workspace.update(channel_id, ts, now=call.now, **state)


def _grown(call: Call, stream: Stream) -> Stream:
    text, chunks = call.text("markdown_text"), call.json("chunks", "invalid_chunks")
    if text and chunks:
        raise Refused("invalid_arguments")
    mode = "markdown_text" if text else "chunks" if chunks else stream.mode
    if stream.mode not in {"", mode}:
        raise Refused("streaming_mode_mismatch")
    check_markdown_text(text)
    grown = replace(stream, mode=mode, text=stream.text + text)
    for chunk in chunks or ():
        grown = _with(chunk, grown)
    return grown


def _with(chunk: Any, stream: Stream) -> Stream:
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
    raise Refused("invalid_chunks")


def _task(known: dict[str, Any], chunk: dict[str, Any]) -> dict[str, Any]:
    given = {key: value for key, value in chunk.items() if key not in {"type", "id"}}
    for name in _APPENDED:
        if isinstance(given.get(name), str):
            given[name] = known.get(name, "") + given[name]
    return known | {"task_id": chunk["id"]} | given
