"""Payloads to events: one Chat Completions chunk in, what it says out. Pure."""

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
"""Characters of answer, refusal and tool arguments together."""
CALLS_CAP = 64

SPOKEN: dict[str, type[TextDelta | ReasoningDelta | RefusalDelta]] = {
    "content": TextDelta,
    "refusal": RefusalDelta,
    "reasoning_content": ReasoningDelta,
    "reasoning": ReasoningDelta,
}
"""Where endpoints put their words. Reasoning has two names; some send it under both."""

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
"""The protocol's words and those of its dialects. Others ("error", "abort") end no answer well."""


class ChunkDecoder:
    """Reads one answer. `part` is `message` for an answer that comes in one piece."""

    def __init__(self, part: Literal["delta", "message"] = "delta") -> None:
        self.done = False
        self._part = part
        self._reason: str | None = None
        self._length = 0
        self._calls: set[int] = set()

    @property
    def finished(self) -> bool:
        """Whether the model has said that it is done; `done` is the end of the stream itself."""
        return self._reason is not None

    def decode(self, payload: str) -> list[StreamEvent]:
        """What one payload says. `Finish` is held back for `finish`, as usage comes after it."""
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
        """Why the model stopped. Raises `ConnectionLost` when it never said that it did."""
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
                yield from self._said(_dict(choice.get(self._part)))
                if (reason := choice.get("finish_reason")) and self._reason is None:
                    self._reason = str(reason)

    def _said(self, delta: dict[str, Any]) -> Iterator[StreamEvent]:
        for key, value in delta.items():
            if not value:
                continue
            if kind := SPOKEN.get(key):
                if key != "reasoning" or not delta.get("reasoning_content"):
                    yield from self._spoken(kind, value)
            elif key == "tool_calls":
                for position, call in enumerate(_list(value)):
                    yield self._call(position, _dict(call))

    def _spoken(
        self, kind: type[TextDelta | ReasoningDelta | RefusalDelta], value: Any
    ) -> Iterator[StreamEvent]:
        if text := _clean(value if isinstance(value, str) else _joined(value)):
            if kind is not ReasoningDelta:
                self._count(text)
            yield kind(text)

    def _call(self, position: int, call: dict[str, Any]) -> ToolCallDelta:
        index = call.get("index")
        # Endpoints that send a call in one piece leave the index out.
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
        # The error quotes what it could not read, which may be an answer: only its kind is kept.
        raise StreamGarbled(f"not JSON: {type(error).__name__}") from None


def _error(chunk: dict[str, Any]) -> Any:
    """The error object, in the protocol's place or as old vLLM has it."""
    return chunk.get("error") or (chunk if chunk.get("object") == "error" else None)


def _usage(usage: Any) -> Iterator[Usage]:
    prompt, completion = (_dict(usage).get(f"{k}_tokens") for k in ("prompt", "completion"))
    if isinstance(prompt, int) and isinstance(completion, int):
        yield Usage(prompt, completion)


def _joined(parts: Any) -> str:
    """Text that comes as a list of parts, as from Mistral; parts of other kinds are left out."""
    return "".join(_string(_dict(part).get("text")) or "" for part in _list(parts))


def _clean(text: str) -> str:
    """JSON can carry what no text may: halves of surrogate pairs, and NUL."""
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
