"""The native streams that are open: what each has written so far, and when it ends.

Slack documents neither how long a stream may live nor how much one message may hold; both limits
here are observed figures, rounded down.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bot.playground.workspace.api_error import ApiError

if TYPE_CHECKING:
    from bot.playground.workspace.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Stream:
    """What one stream has written so far."""

    started: float
    """Seconds since the epoch."""
    mode: str = ""
    """`markdown_text` or `chunks`, as the first call with content decided; empty before it."""
    text: str = ""
    plan: str = ""
    """The plan's title."""
    tasks: dict[str, dict[str, Any]] = field(default_factory=dict)
    """The fields of each task's card, by the task's id."""
    blocks: tuple[dict[str, Any], ...] = ()

    def size(self) -> int:
        """Bytes of text, plan and task cards."""
        tasks = json.dumps(list(self.tasks.values()), ensure_ascii=False) if self.tasks else ""
        return len((self.text + self.plan + tasks).encode("utf-8", "surrogatepass"))

    def as_blocks(self) -> list[dict[str, Any]]:
        """The blocks of the message: task cards, then the text, then the given blocks."""
        words = [{"type": "markdown", "text": self.text}] if self.text else []
        tasks = [{"type": "task_card"} | task for task in self.tasks.values()]
        return [*tasks, *words, *self.blocks]


class OpenStreams:
    """The open streams, by channel and ts. A stream ends by stopStream, or after `lifetime`."""

    def __init__(self, *, lifetime: float = 300.0, max_bytes: int = 10_600) -> None:
        self.lifetime = lifetime
        """Seconds from a stream's start to its end."""
        self.max_bytes = max_bytes
        """Bytes that one stream's message may hold."""
        self._open: dict[tuple[str, str], Stream] = {}

    def get(self, channel_id: str, ts: str) -> Stream:
        """The open stream; ApiError when the message has none."""
        try:
            return self._open[channel_id, ts]
        except KeyError:
            raise ApiError("message_not_in_streaming_state") from None

    def put(self, channel_id: str, ts: str, stream: Stream) -> None:
        """Opens a stream or replaces its content; ApiError when that is too long."""
        self.check(stream)
        self._open[channel_id, ts] = stream

    def check(self, stream: Stream) -> None:
        if stream.size() > self.max_bytes:
            raise ApiError("msg_too_long")

    def close(self, channel_id: str, ts: str) -> None:
        self._open.pop((channel_id, ts), None)

    def is_open(self, channel_id: str, ts: str) -> bool:
        return (channel_id, ts) in self._open

    def expire(self, workspace: Workspace, now: float) -> None:
        """Ends every stream that is older than `lifetime`, whether or not it was written to."""
        for (channel_id, ts), stream in tuple(self._open.items()):
            if now - stream.started >= self.lifetime:
                self.close(channel_id, ts)
                if workspace.message(channel_id, ts):
                    workspace.update(channel_id, ts, now=now, streaming_state="errored")
