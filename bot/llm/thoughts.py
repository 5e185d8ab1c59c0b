"""Reasoning that is written as text → reasoning. Pure, and the same for any cutting.

Where an endpoint does not know a model's format, its reasoning comes as the beginning of the
answer, between two tags: `<think>…</think>` and its kin. Only the beginning of an answer is looked
at, so text that talks about such a tag stays. A tag that is never closed leaves only reasoning.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.core.types import ReasoningDelta, TextDelta

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bot.core.types import StreamEvent

TAGS: Final[Mapping[str, str]] = {
    "<think>": "</think>",  # DeepSeek, Qwen, GLM, MiniMax and most others
    "<thinking>": "</thinking>",
    "<thought>": "</thought>",  # Gemma, Gemini
    "<reasoning>": "</reasoning>",
    "<seed:think>": "</seed:think>",  # ByteDance Seed
    "<|begin_of_thought|>": "<|end_of_thought|>",  # OpenThinker
    "[think]": "[/think]",  # Mistral's Magistral
    "◁think▷": "◁/think▷",  # Kimi
}
"""The tag that opens reasoning and the one that closes it, in lower case."""


class ThoughtDecoder:
    """Reads the events of one answer."""

    def __init__(self) -> None:
        self.begins = True
        """True until the answer begins. From then on nothing is changed."""
        self._text = ""
        """Text that was held back: it may be a tag, or the beginning of one."""
        self._closer = ""
        """The tag that ends the reasoning; "" outside of it."""
        self._thought = False
        """Whether there was any tag. Then the blanks before the answer are no part of it."""

    def feed(self, event: StreamEvent) -> Iterator[StreamEvent]:
        """Yields the event, or what its text turns out to be."""
        if not self.begins or not isinstance(event, TextDelta):
            yield event
            return
        self._text += event.text
        yield from self._read()

    def end(self) -> Iterator[StreamEvent]:
        """There is no more text: yields what was held back."""
        text, self._text = self._text, ""
        if self._closer:
            yield from _reasoning(text)
        elif not self._thought or text.strip():
            yield from _answer(text)

    def _read(self) -> Iterator[StreamEvent]:
        while self.begins:
            if self._closer:
                reasoning, closed = self._until_closed()
                yield from _reasoning(reasoning)
                if not closed:
                    return
            elif not self._opened():
                if self._may_open():
                    return
                self.begins = False
                text, self._text = self._text, ""
                yield from _answer(text.lstrip() if self._thought else text)

    def _opened(self) -> bool:
        """Takes a tag that opens reasoning; True if there is one."""
        text = self._text.lstrip()
        for opener, closer in TAGS.items():
            if text[: len(opener)].lower() == opener:
                self._text, self._closer, self._thought = text[len(opener) :], closer, True
                return True
        return False

    def _may_open(self) -> bool:
        """Whether the text may be the beginning of such a tag."""
        text = self._text.lstrip().lower()
        return any(opener.startswith(text) for opener in TAGS)

    def _until_closed(self) -> tuple[str, bool]:
        """Takes the reasoning that has come, and whether it has ended."""
        at = _find(self._text, self._closer)
        reasoning, rest = self._text[:at], self._text[at:]
        closed = len(rest) >= len(self._closer)
        self._text = rest[len(self._closer) :] if closed else rest
        if closed:
            self._closer = ""
        return reasoning, closed


def _find(text: str, closer: str) -> int:
    """Where the tag is, or the beginning of it at the end of the text; else the text's length."""
    lower = text.lower()
    if len(lower) != len(text):  # some capitals have a longer small form
        lower = text
    if (at := lower.find(closer)) >= 0:
        return at
    lengths = range(min(len(closer) - 1, len(lower)), 0, -1)
    return next((len(text) - n for n in lengths if lower.endswith(closer[:n])), len(text))


def _reasoning(text: str) -> Iterator[StreamEvent]:
    if text:
        yield ReasoningDelta(text)


def _answer(text: str) -> Iterator[StreamEvent]:
    if text:
        yield TextDelta(text)
