"""The JSON of Chat Completions, as the playground's model sends it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.playground.model.scripted_reply import Cut, Piece, Reply, sse


@dataclass(frozen=True, slots=True)
class Completion:
    """One answer's identity: what all of its chunks repeat."""

    id: str
    created: int
    model: str
    usage_wanted: bool = False

    def chunk(self, choices: list[dict[str, Any]], **more: Any) -> bytes:
        unused = {"usage": None} if self.usage_wanted else {}
        return sse(self._object("chat.completion.chunk", choices) | unused | more)

    def delta(self, delta: Mapping[str, Any], finish_reason: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
        return self.chunk([choice])

    def head(self) -> bytes:
        return self.delta({"role": "assistant", "content": "", "refusal": None})

    def tail(self, reply: Reply, usage: dict[str, int]) -> Iterator[bytes]:
        """The end of a stream; without a finish_reason the stream just ends."""
        if reply.finish_reason is None:
            return
        yield self.delta({}, reply.finish_reason)
        if self.usage_wanted:
            yield self.chunk([], usage=usage)
        yield sse("[DONE]")

    def whole(self, reply: Reply, usage: dict[str, int]) -> dict[str, Any]:
        message = {"role": "assistant", "content": reply.text, "refusal": None}
        choice = {"index": 0, "message": message, "finish_reason": reply.finish_reason}
        return self._object("chat.completion", [choice]) | {"usage": usage}

    def encode(self, piece: Piece) -> bytes:
        """A piece with something to send, as the bytes of one write."""
        if isinstance(piece, bytes):
            return piece
        return self.delta(piece if isinstance(piece, Mapping) else {"content": piece})

    def _object(self, kind: str, choices: list[dict[str, Any]]) -> dict[str, Any]:
        return {
            "id": self.id,
            "object": kind,
            "created": self.created,
            "model": self.model,
            "choices": choices,
        }


def usage(body: Mapping[str, Any], reply: Reply) -> dict[str, int]:
    """Counts that are about right: four characters of the question, one piece of the answer."""
    asked = sum(len(str(message)) for message in body.get("messages", ())) // 4
    answered = sum(not isinstance(piece, bytes | float | int | Cut) for piece in reply.pieces)
    return {
        "prompt_tokens": asked,
        "completion_tokens": answered,
        "total_tokens": asked + answered,
    }
