"""One Chat Completions chunk → its events. Pure, and bounded in memory.

The shapes are those of the API reference (`chat.completion.chunk`, and `chat.completion` for an
answer in one piece) with the variations of other endpoints that speak this protocol. What a choice
holds decides, not what was asked for: its `delta`, or its `message` where it has no delta.

A `finish_reason` is not the end: some gateways write one on every chunk. The last one counts.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeGuard

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
from bot.llm.refusals import error_in, reported, word
from bot.llm.sse import DONE

if TYPE_CHECKING:
    from collections.abc import Iterator

TEXT_CAP = 200_000
"""Most characters of answer, refusal and tool arguments together."""
CALLS_CAP = 64
"""Most tool calls of one answer."""
LIST_CAP = 4_096
"""Most chunks of a payload, choices of a chunk, and parts of a text: all are read in one go."""
MOST_TOKENS = 10**9
"""Tokens that an endpoint may count for one answer; more are no count."""

TextKind = type[TextDelta | ReasoningDelta | RefusalDelta]

TEXT_FIELDS: dict[str, TextKind] = {
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

    def __init__(self) -> None:
        self.done = False
        """Whether the end mark `[DONE]` has arrived."""
        self.payloads = 0
        """How many payloads have come."""
        self.overtaken = False
        """Whether text came after a `finish_reason`, which then says nothing about the end."""
        self._reason: str | None = None
        self._answered = False
        """Whether any payload was part of an answer."""
        self._length = 0
        self._calls: set[int] = set()
        self._halves: dict[str, str] = {}
        """By field: the first half of a character whose second half is in the next chunk."""

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
        self.payloads += 1
        if payload.startswith(DONE):
            self.done = True
            return []
        events: list[StreamEvent] = []
        for chunk in _parse(payload):
            self._chunk(chunk, events)
        return events

    def end(self) -> list[StreamEvent]:
        """Returns what was held back; there are no more payloads."""
        halves = [field for field, half in self._halves.items() if half]
        self._halves.clear()
        return [TEXT_FIELDS[field]("\ufffd") for field in halves if field in TEXT_FIELDS]

    def finish(self) -> Finish:
        """Returns why the model stopped.

        Raises `ConnectionLost` when no `finish_reason` has arrived, `StreamError` for an unknown
        one, and `StreamGarbled` if there were payloads, but no answer in them.
        """
        if self._reason is None:
            if self.payloads and not (self._answered or self.done):
                raise StreamGarbled("no answer in what came")
            raise ConnectionLost("the stream ended without a finish_reason")
        if (reason := REASONS.get(self._reason.lower())) is None:
            raise StreamError(f"finish_reason={word(self._reason)}")
        return Finish(reason)

    def _chunk(self, chunk: dict[str, Any], events: list[StreamEvent]) -> None:
        """Adds the events of a chunk to `events`."""
        if error := error_in(chunk):
            raise reported(error)
        self._answered = self._answered or "choices" in chunk or "usage" in chunk
        for choice in map(_dict, _list(chunk.get("choices"))):
            if not choice.get("index"):
                self._choice(choice, events)
        if usage := chunk.get("usage"):
            events += _usage(usage)

    def _choice(self, choice: dict[str, Any], events: list[StreamEvent]) -> None:
        before = len(events)
        delta = _dict(choice.get("delta"))
        events += self._delta(delta or _dict(choice.get("message")))
        if len(events) > before and self.finished:
            self.overtaken = True
        if reason := choice.get("finish_reason"):
            self._reason = str(reason)

    def _delta(self, delta: dict[str, Any]) -> Iterator[StreamEvent]:
        for key, value in delta.items():
            if not value:
                continue
            if kind := TEXT_FIELDS.get(key):
                if key == "reasoning" and delta.get("reasoning_content"):
                    continue
                read = self._text if isinstance(value, str) else self._parts
                yield from read(key, kind, value)
            elif key == "tool_calls":
                for position, call in enumerate(_list(value)):
                    yield self._call(position, _dict(call))

    def _parts(self, key: str, kind: TextKind, parts: Any) -> Iterator[StreamEvent]:
        """The events of a list of parts, as Mistral sends it, where others send a text."""
        for part in map(_dict, _list(parts)):
            if thoughts := part.get("thinking"):
                read = self._text if isinstance(thoughts, str) else self._parts
                yield from read("reasoning", ReasoningDelta, thoughts)
            elif text := _string(part.get("text")):
                yield from self._text(key, kind, text)

    def _text(self, key: str, kind: TextKind, text: str) -> Iterator[StreamEvent]:
        if text := self._joined(key, text):
            if kind is not ReasoningDelta:
                self._count(text)
            yield kind(text)

    def _joined(self, key: str, text: str) -> str:
        """The text with the half from before; a half at its end is kept for the next chunk."""
        if text.isascii() and not self._halves:
            return text.replace("\0", "\ufffd") if "\0" in text else text
        text = self._halves.pop(key, "") + text
        if "\ud800" <= text[-1:] <= "\udbff":
            self._halves[key] = text[-1]
            text = text[:-1]
        return _clean(text)

    def _call(self, position: int, call: dict[str, Any]) -> ToolCallDelta:
        index = call.get("index")
        # Some endpoints send each call in one piece and without its index.
        index = index if _is_count(index, MOST_TOKENS) else position
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


def _parse(payload: str) -> list[dict[str, Any]]:
    """The chunks of a payload: itself, or the items of a list (errors of Gemini come so)."""
    try:
        document = json.loads(payload)
    except (ValueError, RecursionError):
        # Without the error: its message quotes the payload, which may be an answer.
        raise StreamGarbled("no JSON where JSON belongs") from None
    return [_dict(each) for each in (_list(document) if isinstance(document, list) else [document])]


def _usage(usage: Any) -> Iterator[Usage]:
    prompt, completion = (_dict(usage).get(f"{k}_tokens") for k in ("prompt", "completion"))
    if _is_count(prompt, MOST_TOKENS) and _is_count(completion, MOST_TOKENS):
        yield Usage(prompt, completion)


def _is_count(value: Any, most: int) -> TypeGuard[int]:
    """Whether it is a whole number from 0 to `most`. JSON may have numbers of any length."""
    return type(value) is int and 0 <= value <= most


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
    if len(value) > LIST_CAP:
        raise StreamGarbled(f"a list of more than {LIST_CAP} entries")
    return value
