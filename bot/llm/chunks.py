"""One Chat Completions chunk → its events. Pure, and bounded in memory.

The shapes are those of the API reference (`chat.completion.chunk`, and `chat.completion` for an
answer in one piece) with the variations of other endpoints that speak this protocol.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal

from bot.core.types import (
    Finish,
    FinishReason,
    ReasoningDelta,
    RefusalDelta,
    StreamEvent,
    TextDelta,
    ToolCallDelta,
    Usage,
)
from bot.errors import ConnectionLost, StreamError, StreamGarbled
from bot.llm.refusals import mask, reported
from bot.llm.sse import DONE

if TYPE_CHECKING:
    from collections.abc import Iterator

TEXT_CAP = 200_000
"""Most characters of answer, refusal and tool arguments together."""
CALLS_CAP = 64
"""Most tool calls of one answer."""

TEXT_FIELDS: dict[str, type[TextDelta | ReasoningDelta | RefusalDelta]] = {
    "content": TextDelta,
    "refusal": RefusalDelta,
    "reasoning_content": ReasoningDelta,
    "reasoning": ReasoningDelta,
}
"""The fields of a delta that hold text. Reasoning has two names; some endpoints send both."""

REASONS: dict[str, FinishReason] = {
    "stop": FinishReason.STOP,
    "end_turn": FinishReason.STOP,
    "stop_sequence": FinishReason.STOP,
    "eos": FinishReason.STOP,
    "eos_token": FinishReason.STOP,
    "complete": FinishReason.STOP,
    "length": FinishReason.LENGTH,
    "max_tokens": FinishReason.LENGTH,
    "model_length": FinishReason.LENGTH,
    "content_filter": FinishReason.CONTENT_FILTER,
    "safety": FinishReason.CONTENT_FILTER,
    "tool_calls": FinishReason.TOOL_CALLS,
    "function_call": FinishReason.TOOL_CALLS,
}
"""The protocol's reasons and those of other endpoints. Any other ("error", "abort") is an error."""


class ChunkDecoder:
    """Reads the chunks of one answer."""

    def __init__(self, part: Literal["delta", "message"] = "delta") -> None:
        """`part` is the field of a choice with its content: `message` if nothing is streamed."""
        self.done = False
        """Whether the end mark `[DONE]` has arrived."""
        self._part = part
        self._reason: str | None = None
        self._length = 0
        self._calls: set[int] = set()

    @property
    def finished(self) -> bool:
        """Whether a `finish_reason` has arrived."""
        return self._reason is not None

    def decode(self, payload: str) -> list[StreamEvent]:
        """Returns the events of one payload; none after the end mark.

        `Finish` is left to `finish`, because the usage comes after the `finish_reason`. Raises
        `StreamGarbled` for what is no chunk, and the `ModelError` for an error object.
        """
        if self.done:
            return []
        if payload.startswith(DONE):
            self.done = True
            return []
        chunk = _parse(payload)
        if error := _error(chunk):
            raise reported(error)
        events = list(self._choices(_list(chunk.get("choices"))))
        if usage := chunk.get("usage"):
            events += _usage(usage)
        return events

    def finish(self) -> Finish:
        """Returns why the model stopped.

        Raises `ConnectionLost` when no `finish_reason` has arrived, `StreamError` for an unknown
        one.
        """
        if self._reason is None:
            raise ConnectionLost("the stream ended without a finish_reason")
        if (reason := REASONS.get(self._reason.lower())) is None:
            raise StreamError(f"finish_reason={mask(self._reason)[:60]}")
        return Finish(reason)

    def _choices(self, choices: list[Any]) -> Iterator[StreamEvent]:
        if self._part == "message" and not choices:
            raise StreamGarbled("an answer without choices")
        for choice in map(_dict, choices):
            if not choice.get("index"):
                yield from self._delta(_dict(choice.get(self._part)))
                if (reason := choice.get("finish_reason")) and self._reason is None:
                    self._reason = str(reason)

    def _delta(self, delta: dict[str, Any]) -> Iterator[StreamEvent]:
        for key, value in delta.items():
            if not value:
                continue
            if kind := TEXT_FIELDS.get(key):
                if key != "reasoning" or not delta.get("reasoning_content"):
                    yield from self._text(kind, value)
            elif key == "tool_calls":
                for position, call in enumerate(_list(value)):
                    yield self._call(position, _dict(call))

    def _text(
        self, kind: type[TextDelta | ReasoningDelta | RefusalDelta], value: Any
    ) -> Iterator[StreamEvent]:
        if text := _clean(value if isinstance(value, str) else _joined(value)):
            if kind is not ReasoningDelta:
                self._count(text)
            yield kind(text)

    def _call(self, position: int, call: dict[str, Any]) -> ToolCallDelta:
        index = call.get("index")
        # Some endpoints send each call in one piece and without its index.
        index = index if isinstance(index, int) else position
        self._calls.add(index)
        if len(self._calls) > CALLS_CAP:
            raise StreamGarbled(f"more than {CALLS_CAP} tool calls")
        function = _dict(call.get("function"))
        arguments = _string(function.get("arguments")) or ""
        self._count(arguments)
        return ToolCallDelta(
            index, _string(call.get("id")), _string(function.get("name")), arguments
        )

    def _count(self, text: str) -> None:
        self._length += len(text)
        if self._length > TEXT_CAP:
            raise StreamGarbled(f"an answer of more than {TEXT_CAP} characters")


def _parse(payload: str) -> dict[str, Any]:
    try:
        return _dict(json.loads(payload))
    except (ValueError, RecursionError) as error:
        # Only the class of the error: its message quotes the payload, which may be an answer.
        raise StreamGarbled(f"not JSON: {type(error).__name__}") from None


def _error(chunk: dict[str, Any]) -> Any:
    """The error object: the field `error`, or the whole chunk (older versions of vLLM)."""
    return chunk.get("error") or (chunk if chunk.get("object") == "error" else None)


def _usage(usage: Any) -> Iterator[Usage]:
    prompt, completion = (_dict(usage).get(f"{k}_tokens") for k in ("prompt", "completion"))
    if isinstance(prompt, int) and isinstance(completion, int):
        yield Usage(prompt, completion)


def _joined(parts: Any) -> str:
    """The text of a list of parts (Mistral sends such lists). Parts without text are left out."""
    return "".join(_string(_dict(part).get("text")) or "" for part in _list(parts))


def _clean(text: str) -> str:
    """JSON may contain what our text must not: lone surrogates and NUL become U+FFFD."""
    if not text.isascii():
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text.replace("\0", "\ufffd")


def _string(value: Any) -> str | None:
    return _clean(value) if isinstance(value, str) else None


def _dict(value: Any) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise StreamGarbled(f"{type(value).__name__} where an object belongs")
    return value


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise StreamGarbled(f"{type(value).__name__} where a list belongs")
    return value
