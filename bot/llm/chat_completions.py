"""The Chat Completions protocol as a `Model`.

How one answer is read: the SDK makes the request (authorization, headers, errors); the bytes of
the body go through our own decoders, which cost a quarter of the SDK's typed stream. Reading stops
at the first of these:

- the end mark `[DONE]`;
- the `finish_reason`, after which the usage may come within `linger` seconds;
- the end of the body. Without a `finish_reason` before it the answer is incomplete.
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, aclosing, suppress
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import structlog
from openai import APIStatusError, omit

from bot.core.types import Opened, StreamEvent
from bot.llm.decoding import decoder_for
from bot.llm.dialects import Dialect
from bot.llm.error_map import FOREIGN, map_errors
from bot.llm.requests import request

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
    from contextlib import AbstractAsyncContextManager

    import httpx2
    from openai import AsyncOpenAI

    from bot.core.types import Message
    from bot.llm.requests import Body

log = structlog.get_logger(__name__)

STREAMED: Mapping[str, Any] = MappingProxyType(
    {"stream": True, "stream_options": {"include_usage": True}}
)
HEADERS = {"Accept-Encoding": "identity"}
"""No compression: a small compressed body could fill the memory, and small chunks gain nothing."""

LINGER = 1.0
"""Seconds to wait for the usage after the `finish_reason`."""
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
        linger: float = LINGER,
    ) -> None:
        """`options` are further parameters of the request; None means not set."""
        self._client = client
        self._model = model
        self._options = {**(STREAMED if stream else {}), **options}
        self._linger = linger
        self._dialect = Dialect()

    async def stream(self, prompt: Sequence[Message]) -> AsyncGenerator[StreamEvent, None]:
        """Yields the answer as it arrives, `Opened` first and `Finish` last. Raises `ModelError`.

        Closing the generator closes the connection, unless the body has been read to its end.
        """
        with map_errors():
            async with AsyncExitStack() as stack:
                response = await self._open(request(self._model, prompt, self._options), stack)
                answer = _Answer(response, self._linger)
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
                if learned is None:
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
            extra_headers=HEADERS,
        )

    def _remember(self, dialect: Dialect) -> None:
        if news := dialect.refused - self._dialect.refused:
            log.warning("endpoint refuses parameters", model=self._model, parameters=sorted(news))
            self._dialect = Dialect(self._dialect.refused | news)


class _Answer:
    """One response whose body is being read."""

    def __init__(self, response: httpx2.Response, linger: float) -> None:
        self._response = response
        self._linger = linger
        self._decoder = decoder_for(response.headers)

    async def events(self) -> AsyncGenerator[StreamEvent, None]:
        """Yields what the model says; `Finish` once no other event can come."""
        decoder = self._decoder
        async with aclosing(self._response.aiter_raw()) as body:
            async for data in body:
                for event in decoder.feed(data):
                    yield event
                if decoder.finished or decoder.done:
                    break
            else:
                for event in decoder.end():
                    yield event
            for event in () if decoder.done else await self._after_finish(body):
                yield event
            yield decoder.finish()
            await self._drain(body)

    async def _after_finish(self, body: AsyncIterator[bytes]) -> list[StreamEvent]:
        """The events after the `finish_reason`. If the connection breaks here, nothing is lost."""
        events: list[StreamEvent] = []
        with suppress(*FOREIGN):
            async with asyncio.timeout(self._linger):
                async for data in body:
                    events.extend(self._decoder.feed(data))
                    if self._decoder.done:
                        break
        return events

    async def _drain(self, body: AsyncIterator[bytes]) -> None:
        with suppress(*FOREIGN):
            async with asyncio.timeout(DRAIN):
                async for _ in body:
                    pass
