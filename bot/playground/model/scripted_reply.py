"""One answer of the playground's model: what is sent, in which pieces, and how it ends."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from bot.playground.cuts import Cut

__all__ = ["FOREVER", "Cut", "Piece", "Reply", "error_body", "sse"]

FOREVER = 86_400.0
"""A pause that outlives every deadline."""


Piece = str | Mapping[str, Any] | bytes | float | Cut
"""Text of one chunk, a whole delta, bytes as they are, seconds to wait, or the end of the line."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer to one request; with a `body` a plain HTTP response, else a stream of pieces."""

    pieces: Sequence[Piece] = ()
    finish_reason: str | None = "stop"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    wait: float = 0.0
    """Seconds before the first byte, the status line included."""
    bare: bool = False
    """Nothing is sent but the pieces: no role, no finish_reason, no [DONE]."""
    speed: float = 0.0
    """Pieces with text per second; 0 is as fast as the wire."""
    rest: str = ""
    """What would have come after the text, had it not broken off."""

    @classmethod
    def raw(cls, *pieces: Piece, **how: Any) -> Self:
        """A stream of exactly these bytes, each piece one write."""
        return cls(pieces=pieces, bare=True, **how)

    @classmethod
    def error(cls, status: int, message: str, code: str | None = None, **how: Any) -> Self:
        """A refusal in the endpoint's own shape."""
        return cls(status=status, body=error_body(message, code=code), **how)

    @property
    def text(self) -> str:
        """What somebody reads who waits for all of it."""
        return "".join(_text(piece) for piece in self.pieces)


def error_body(
    message: str,
    *,
    code: str | None = None,
    param: str | None = None,
    kind: str = "invalid_request_error",
) -> dict[str, Any]:
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


def sse(payload: object) -> bytes:
    """One server-sent event; a string goes as it stands, anything else as JSON."""
    data = payload if isinstance(payload, str) else json.dumps(payload, ensure_ascii=False)
    return f"data: {data}\n\n".encode()


def _text(piece: Piece) -> str:
    if isinstance(piece, Mapping):
        return piece.get("content") or ""
    return piece if isinstance(piece, str) else ""
