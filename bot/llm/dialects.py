"""Dialects: which optional parameters an endpoint refuses, learned from its refusals. Pure.

Endpoints that speak Chat Completions differ in the optional parameters that they accept. A refusal
(HTTP 400 or 422) that names one of them teaches a new dialect; the request is then made again
without that parameter, or with its other name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from openai import APIStatusError

    from bot.llm.requests import Body

TWINS = {"max_tokens": "max_completion_tokens", "max_completion_tokens": "max_tokens"}
"""One limit with two names: new models refuse the old name, old endpoints the new one."""

REQUIRED = frozenset({"model", "messages"})
NAMES = "messages.name"
"""Stands for the `name` of every message, which some endpoints refuse."""

PLAIN_WORDS = frozenset({"stream"})
"""Parameters that are also ordinary words: in an error message they count only in quotes."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """What one endpoint refuses. Immutable: learning makes a new one."""

    refused: frozenset[str] = frozenset()
    """Names of the parameters that were refused."""

    def adapt(self, body: Body) -> Body:
        """Returns the body without what is refused; a refused limit goes under its other name."""
        adapted = {self._name(key): value for key, value in body.items()}
        for name in self.refused:
            adapted.pop(name, None)
        if "stream" in self.refused:
            adapted.pop("stream_options", None)
        if NAMES in self.refused:
            adapted["messages"] = [_without_name(message) for message in adapted["messages"]]
        return adapted

    def learn(self, error: APIStatusError, body: Body) -> Dialect | None:
        """Returns the dialect after a refusal of `body`; None when no optional parameter is meant.

        A limit that is refused under both names has a wrong value. It is not dropped silently.
        """
        if error.status_code not in (400, 422):
            return None
        name = _refused_parameter(error, body)
        if name is None or name in self.refused or TWINS.get(name) in self.refused:
            return None
        return Dialect(self.refused | {name})

    def _name(self, key: str) -> str:
        return TWINS.get(key, key) if key in self.refused else key


def _without_name(message: Body) -> Body:
    return {key: value for key, value in message.items() if key != "name"}


def _refused_parameter(error: APIStatusError, body: Body) -> str | None:
    """The optional parameter of `body` that the error is about: by `param`, else by its message."""
    optional = body.keys() - REQUIRED
    if isinstance(error.param, str) and error.param:
        if re.match(r"messages\b.*\bname$", error.param):
            return NAMES
        root = re.split(r"[.\[]", error.param)[0]
        return root if root in optional else None
    places = {name: _place(name, error.message) for name in optional}
    found = {name: place for name, place in places.items() if place is not None}
    # The first that is named: "'max_tokens' is not supported. Use 'max_completion_tokens'."
    return min(found, key=found.__getitem__, default=None)


def _place(name: str, message: str) -> int | None:
    quote = r"['\"`]" if name in PLAIN_WORDS else r"\b"
    match = re.search(f"{quote}{re.escape(name)}{quote}", message)
    return match.start() if match else None
