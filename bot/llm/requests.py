"""What goes to the endpoint, and what an endpoint turned out not to take."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from openai import APIStatusError

    from bot.core.types import Message

Body = dict[str, Any]

TWINS = {"max_tokens": "max_completion_tokens", "max_completion_tokens": "max_tokens"}
"""One limit, two names: new models refuse the old one, old endpoints the new one."""

NEEDED = frozenset({"model", "messages"})
NAMES = "messages.name"
"""Stands for the `name` of every message, which some endpoints refuse."""

PLAIN_WORDS = frozenset({"stream"})
"""Parameters that are also ordinary words: in a message they count only in quotes."""


def request(model: str, prompt: Sequence[Message], options: Mapping[str, Any]) -> Body:
    """The body of a request; options that are None are not set."""
    given = {name: value for name, value in options.items() if value is not None}
    return {"model": model, "messages": [_wire(message) for message in prompt], **given}


@dataclass(frozen=True, slots=True)
class Dialect:
    """The parameters that an endpoint refuses. Immutable: what is learnt makes a new one."""

    refused: frozenset[str] = frozenset()

    def speak(self, body: Body) -> Body:
        """The body as this endpoint takes it: without a parameter, or under its other name."""
        spoken = {self._name(key): value for key, value in body.items()}
        for name in self.refused:
            spoken.pop(name, None)
        if "stream" in self.refused:
            spoken.pop("stream_options", None)
        if NAMES in self.refused:
            spoken["messages"] = [
                {key: value for key, value in message.items() if key != "name"}
                for message in spoken["messages"]
            ]
        return spoken

    def learn(self, error: APIStatusError, body: Body) -> Dialect | None:
        """What a refusal of `body` teaches; None when it is not about an optional parameter."""
        if error.status_code not in (400, 422):
            return None
        name = _named(error, body)
        # A limit that is refused under both names is wrong itself, and not to be dropped silently.
        if name is None or name in self.refused or TWINS.get(name) in self.refused:
            return None
        return Dialect(self.refused | {name})

    def _name(self, key: str) -> str:
        return TWINS.get(key, key) if key in self.refused else key


def _wire(message: Message) -> Body:
    wire = {"role": message.role, "content": _encodable(message.text)}
    if name := _wire_name(message.name):
        wire["name"] = name
    return wire


def _wire_name(name: str | None) -> str:
    """Chat Completions takes 64 of these characters; of a Japanese name nothing is left."""
    return re.sub(r"[^a-zA-Z0-9_-]+", "_", name or "")[:64].strip("_")


def _encodable(text: str) -> str:
    """Halves of surrogate pairs, which UTF-8 cannot carry, become U+FFFD."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _named(error: APIStatusError, body: Body) -> str | None:
    """The optional parameter of `body` that the refusal is about."""
    optional = body.keys() - NEEDED
    if isinstance(error.param, str) and error.param:
        if re.match(r"messages\b.*\bname$", error.param):
            return NAMES
        root = re.split(r"[.\[]", error.param)[0]
        return root if root in optional else None
    places = {name: _place(name, error.message) for name in optional}
    found = {name: place for name, place in places.items() if place is not None}
    return min(found, key=found.__getitem__, default=None)


def _place(name: str, message: str) -> int | None:
    quote = r"['\"`]" if name in PLAIN_WORDS else r"\b"
    match = re.search(f"{quote}{re.escape(name)}{quote}", message)
    return match.start() if match else None
