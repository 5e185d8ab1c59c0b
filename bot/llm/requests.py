"""The body of a Chat Completions request. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.core.types import Message

Body = dict[str, Any]

LONGEST_NAME = 64
"""Characters of a message's `name` (API reference: Create chat completion)."""


def request(model: str, prompt: Sequence[Message], options: Mapping[str, Any]) -> Body:
    """Returns the body as a JSON object. Options that are None are left out."""
    given = {name: value for name, value in options.items() if value is not None}
    return {"model": model, "messages": [_wire(message) for message in prompt], **given}


def _wire(message: Message) -> Body:
    wire = {"role": message.role, "content": _encodable(message.text)}
    if name := _wire_name(message.name):
        wire["name"] = name
    return wire


def _wire_name(name: str | None) -> str:
    """The name in the characters that the API accepts; "" for one written in others only."""
    return re.sub(r"[^a-zA-Z0-9_-]+", "_", name or "")[:LONGEST_NAME].strip("_")


def _encodable(text: str) -> str:
    """Lone surrogates, which UTF-8 cannot encode, become U+FFFD."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
