"""The Chat Completions protocol as a `Model`.

How one answer is read: the SDK makes the request (authorization, headers, errors); the bytes of
the body go through our own decoders, which cost a quarter of the SDK's typed stream. Reading stops
at the first of these:

- the end mark `[DONE]`;
- the end of the body. Without a `finish_reason` before it the answer is incomplete;
- after a `finish_reason`, `silence` seconds without content. A reason alone is not the end: the
  usage follows it, and some gateways write a reason on every chunk;
- too much that has no content, or too much of everything (`decoding`).
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, aclosing, suppress
from time import monotonic, perf_counter
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import structlog
from openai import APIStatusError, omit

from bot.core.types import Opened, StreamEvent
from bot.errors import ContextTooLong, PromptFiltered, QuotaExhausted
from bot.llm.decoding import decoder_for
from bot.llm.dialects import Dialect
from bot.llm.error_map import FOREIGN, map_errors, translate
from bot.llm.requests import request
from bot.slices import Breaks

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping, Sequence
    from contextlib import AbstractAsyncContextManager

    import httpx2
    from openai import AsyncOpenAI

    from bot.core.types import Message
    from bot.llm.requests import Body

log = structlog.get_logger(__name__)

STREAMED: Mapping[str, Any] = MappingProxyType(
    {"stream": True, "stream_options": {"include_usage": True}}
)
NOT_ABOUT_PARAMETERS = (ContextTooLong, PromptFiltered, QuotaExhausted)
"""What a refusal may mean that names a parameter all the same."""

SILENCE = 10.0
"""Seconds without content after a `finish_reason`, after which the answer has ended."""
PIECE = 4096
"""Bytes that are decoded at a time. Blank lines, the most costly ones, take some milliseconds."""
DRAIN = 0.1
"""Seconds to wait for the end of the body after the end mark, so that the connection is kept."""


class OpenAIModel:
    """One model of one endpoint. Remembers which parameters the endpoint refuses."""

    def __init__(
        self,
        client: AsyncOpenAI,
        *,
        model: str,
        stream: bool = True,
        options: Mapping[str, Any] = MappingProxyType({}),
        silence: float = SILENCE,
    ) -> None:
        """`options` are further parameters of the request; None means not set.

        `silence` is in seconds, and shorter than the one that ends an answer as stalled.
        """
        self._client = client
        self._model = model
        self._options = {**(STREAMED if stream else {}), **options}
        self._silence = silence
        self._dialect = Dialect()

    async def stream(self, prompt: Sequence[Message]) -> AsyncGenerator[StreamEvent, None]:
        """Yields the answer as it arrives, `Opened` first and `Finish` last. Raises `ModelError`.

        Closing the generator closes the connection, unless the body has been read to its end.
        """
        with map_errors():
            async with AsyncExitStack() as stack:
                response = await self._open(request(self._model, prompt, self._options), stack)
                answer = _Answer(response, self._silence)
                yield Opened()
                async with aclosing(answer.events()) as events:
                    async for event in events:
                        yield event

    async def _open(self, body: Body, stack: AsyncExitStack) -> httpx2.Response:
        """The response with its body unread. Repeats the request without refused parameters.

        What was refused is remembered only when the request then succeeds.
        """
        dialect = self._dialect
        while True:
            adapted = dialect.adapt(body)
            try:
                answer = await stack.enter_async_context(self._request(adapted))
            except APIStatusError as error:
                learned = dialect.learn(error, adapted)
                if learned is None or isinstance(translate(error), NOT_ABOUT_PARAMETERS):
                    raise
                dialect = learned
            else:
                self._remember(dialect)
                response: httpx2.Response = answer.http_response
                return response

    def _request(self, body: Body) -> AbstractAsyncContextManager[Any]:
        # The SDK accepts parameters that it does not know only as `extra_body`, so all go there.
        more = {k: v for k, v in body.items() if k not in ("model", "messages", "stream")}
        return self._client.chat.completions.with_streaming_response.create(
            model=body["model"],
            messages=body["messages"],
            stream=body.get("stream", omit),
            extra_body=more,
        )

    def _remember(self, dialect: Dialect) -> None:
        if news := dialect.refused - self._dialect.refused:
            log.warning("endpoint refuses parameters", model=self._model, parameters=sorted(news))
            self._dialect = Dialect(self._dialect.refused | news)


class _Answer:
    """One response whose body is being read."""

    def __init__(self, response: httpx2.Response, silence: float) -> None:
        self._response = response
        self._silence = silence
        self._decoder = decoder_for(response.headers)
        self._breaks = Breaks()

    async def events(self) -> AsyncGenerator[StreamEvent, None]:
        """Yields what the model says; `Finish` once no other event can come."""
        decoder = self._decoder
        async with aclosing(self._response.aiter_raw()) as body:
            async for data in self._until_end(body):
                for piece in _pieces(data):
                    began, speaks = perf_counter(), False
                    for event in decoder.feed(piece):
                        speaks = True
                        yield event
                    # While an answer comes there is no break: should the connection be lost in it,
                    # so would be what has come and is not read yet.
                    if not speaks:
                        await self._breaks.after(began)
                if decoder.done:
                    break
            for event in decoder.end():
                yield event
            yield decoder.finish()
            await self._drain(body)

    async def _until_end(self, body: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
        """The body, until its end or, after a `finish_reason`, until a silence."""
        async for data in body:
            yield data
            if self._decoder.finished:
                break
        else:
            return
        async for data in self._until_silence(body):
            yield data

    async def _until_silence(self, body: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
        """What comes after a `finish_reason`. A connection that breaks here has done no harm."""
        decoder, heard, since = self._decoder, 0, monotonic()
        while True:
            if decoder.contents > heard:
                heard, since = decoder.contents, monotonic()
            try:
                async with asyncio.timeout(since + self._silence - monotonic()):
                    data = await anext(body)
            except (StopAsyncIteration, TimeoutError):
                return
            except FOREIGN:
                if decoder.is_complete:
                    return
                raise
            yield data

    async def _drain(self, body: AsyncIterator[bytes]) -> None:
        with suppress(*FOREIGN):
            async with asyncio.timeout(DRAIN):
                async for _ in body:
                    pass


def _pieces(data: bytes) -> Iterator[bytes]:
    for at in range(0, len(data), PIECE):
        yield data[at : at + PIECE]
