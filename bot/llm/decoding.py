"""One answer's bytes → events. Pure, so that a test can cut the bytes anywhere.

Two decoders in a row: the body decoder (`sse`) finds the JSON payloads, `ChunkDecoder` (`chunks`)
reads each of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.errors import ModelError, StreamGarbled
from bot.llm.chunks import ChunkDecoder
from bot.llm.sse import JSONBody, SSEDecoder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bot.core.types import Finish, StreamEvent
    from bot.llm.sse import BodyDecoder


class AnswerDecoder:
    """Reads one answer: `feed` each piece of the body, then `end`, then `finish`."""

    def __init__(self, body: BodyDecoder, chunks: ChunkDecoder) -> None:
        self._body = body
        self._chunks = chunks

    @property
    def finished(self) -> bool:
        """Whether a `finish_reason` has arrived. Only the usage may still follow."""
        return self._chunks.finished

    @property
    def done(self) -> bool:
        """Whether the end mark `[DONE]` has arrived. Everything after it is ignored."""
        return self._chunks.done

    def feed(self, data: bytes) -> Iterator[StreamEvent]:
        """Yields the events that `data` completes. Raises `ModelError`."""
        return self._decode(self._body.feed(data))

    def end(self) -> Iterator[StreamEvent]:
        """The body has ended: yields the events that were held back. Raises `ModelError`."""
        return self._decode(self._body.finish())

    def finish(self) -> Finish:
        """Returns why the model stopped. Raises `ConnectionLost` without a `finish_reason`."""
        return self._chunks.finish()

    def _decode(self, payloads: Iterator[str]) -> Iterator[StreamEvent]:
        try:
            for payload in payloads:
                yield from self._chunks.decode(payload)
        except ModelError:
            # After the finish_reason the answer is complete, whatever else arrives.
            if not self.finished:
                raise


def decoder_for(headers: Mapping[str, str]) -> AnswerDecoder:
    """Chooses the decoder by the media type. Raises `StreamGarbled` for what is no answer.

    The request does not decide: some endpoints ignore `stream`, some proxies answer with a page.
    """
    if headers.get("content-encoding", "identity") != "identity":
        raise StreamGarbled("compressed, though we asked for an identity encoding")
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json":
        return AnswerDecoder(JSONBody(), ChunkDecoder("message"))
    if kind in ("text/html", "application/xhtml+xml"):
        raise StreamGarbled(f"content-type={kind}")
    return AnswerDecoder(SSEDecoder(), ChunkDecoder())
