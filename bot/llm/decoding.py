"""One answer's bytes to events: both decoders as one machine, pure, so it can be cut anywhere."""

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
    """Takes a body in any pieces, then its end, then says how the answer ended."""

    def __init__(self, body: BodyDecoder, chunks: ChunkDecoder) -> None:
        self._body = body
        self._chunks = chunks

    @property
    def finished(self) -> bool:
        """Whether the model has said that it is done."""
        return self._chunks.finished

    @property
    def done(self) -> bool:
        """Whether the end mark was there: nothing that follows counts."""
        return self._chunks.done

    def feed(self, data: bytes) -> Iterator[StreamEvent]:
        """What `data` completes."""
        return self._decode(self._body.feed(data))

    def end(self) -> Iterator[StreamEvent]:
        """The body has ended: what was held back."""
        return self._decode(self._body.finish())

    def finish(self) -> Finish:
        """Why the model stopped. Raises `ConnectionLost` when it never said that it did."""
        return self._chunks.finish()

    def _decode(self, payloads: Iterator[str]) -> Iterator[StreamEvent]:
        try:
            for payload in payloads:
                yield from self._chunks.decode(payload)
        except ModelError:
            # Once the model has said that it is done, nothing that follows can undo it.
            if not self.finished:
                raise


def decoder_for(headers: Mapping[str, str]) -> AnswerDecoder:
    """By the media type: some endpoints ignore `stream`, some proxies answer with a page."""
    if headers.get("content-encoding", "identity") != "identity":
        raise StreamGarbled("compressed, though we asked for it as it is")
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json":
        return AnswerDecoder(JSONBody(), ChunkDecoder("message"))
    if kind in ("text/html", "application/xhtml+xml"):
        raise StreamGarbled(f"content-type={kind}")
    return AnswerDecoder(SSEDecoder(), ChunkDecoder())
