"""One answer's bytes → events. Pure, so that a test can cut the bytes anywhere.

Three decoders in a row: `BodyDecoder` (`sse`) finds the JSON payloads, `ChunkDecoder` (`chunks`)
reads each of them, and `ThoughtDecoder` (`thoughts`) finds reasoning that is written as text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.types import Usage
from bot.errors import ModelError, StreamGarbled
from bot.llm.chunks import ChunkDecoder
from bot.llm.sse import BodyDecoder
from bot.llm.thoughts import ThoughtDecoder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bot.core.types import Finish, StreamEvent

EMPTY_CAP = 8 * 2**20
"""Most bytes in a row without content: comments, usage, deltas with nothing in them.

Endpoints that send an empty delta for each token of a hidden reasoning need some megabytes.
"""

LINE_COST = 16
"""Bytes that each line counts beside its own. Short lines cost more time than their bytes tell."""

BODY_CAP = 128 * 2**20
"""Most bytes of a body. The longest answer, with each character in a chunk of its own, is half."""


class AnswerDecoder:
    """Reads one answer: `feed` each piece of the body, then `end`, then `finish`."""

    def __init__(self) -> None:
        self._body = BodyDecoder()
        self._chunks = ChunkDecoder()
        self._thoughts = ThoughtDecoder()
        self.contents = 0
        """How many payloads with content have come: text, reasoning or calls of tools."""
        self._size = 0
        """Bytes of the body so far, and `LINE_COST` for each line."""
        self._content_at = 0
        """The size at the last of these payloads."""
        self._is_over = False
        """Whether more came than an answer can have."""

    @property
    def finished(self) -> bool:
        """Whether a `finish_reason` has arrived. Anything may still follow."""
        return self._chunks.finished

    @property
    def is_complete(self) -> bool:
        """Whether an error that comes now does no harm.

        After its `finish_reason` an answer is complete, unless more of it has followed.
        """
        return self.finished and not self._chunks.overtaken

    @property
    def done(self) -> bool:
        """Whether everything that may still come is ignored: `[DONE]` has come, or too much."""
        return self._chunks.done or self._is_over

    def feed(self, data: bytes) -> Iterator[StreamEvent]:
        """Yields the events that `data` completes. Raises `ModelError`."""
        self._size += len(data) + LINE_COST * (data.count(b"\n") + data.count(b"\r"))
        return self._decode(self._body.feed(data))

    def end(self) -> Iterator[StreamEvent]:
        """Nothing more is read: yields the events that were held back. Raises `ModelError`."""
        yield from self._decode(self._body.finish())
        for event in self._chunks.end():
            yield from self._thoughts.feed(event)
        yield from self._thoughts.end()

    def finish(self) -> Finish:
        """Returns why the model stopped. Raises `ConnectionLost` without a `finish_reason`."""
        return self._chunks.finish()

    def _decode(self, payloads: Iterator[str]) -> Iterator[StreamEvent]:
        try:
            for payload in payloads:
                events = self._chunks.decode(payload)
                if events and not isinstance(events[0], Usage):
                    self.contents += 1
                    self._content_at = self._size
                if self._thoughts.begins:
                    events = [each for event in events for each in self._thoughts.feed(event)]
                yield from events
            self._check_size()
        except ModelError:
            if not self.is_complete:
                raise

    def _check_size(self) -> None:
        if self._size - self._content_at > EMPTY_CAP:
            self._is_over = True
            raise StreamGarbled(f"more than {EMPTY_CAP} bytes without content")
        if self._size > BODY_CAP:
            self._is_over = True
            raise StreamGarbled(f"an answer of more than {BODY_CAP} bytes")


def decoder_for(headers: Mapping[str, str]) -> AnswerDecoder:
    """Returns a decoder for a body with these headers. Raises `StreamGarbled` if it is packed.

    The media type does not count: endpoints and proxies name other types than they send.
    """
    require_unpacked(headers)
    return AnswerDecoder()


def is_packed(headers: Mapping[str, str]) -> bool:
    """Whether a body with these headers is compressed, or encoded in any other way."""
    encodings = headers.get("content-encoding", "").split(",")
    return any(each.strip().lower() not in {"", "identity"} for each in encodings)


def require_unpacked(headers: Mapping[str, str]) -> None:
    """Raises `StreamGarbled` if a body with these headers is packed."""
    if is_packed(headers):
        raise StreamGarbled("compressed, though we asked for an identity encoding")
