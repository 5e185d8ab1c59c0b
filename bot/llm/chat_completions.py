"""The Chat Completions protocol as a `Model`: the SDK asks, our decoders read the bytes."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, aclosing, suppress
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import structlog
from openai import APIStatusError, omit

from bot.core.types import Opened, StreamEvent
from bot.llm.decoding import decoder_for
from bot.llm.error_map import FOREIGN, border
from bot.llm.requests import Body, Dialect, request

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
    from contextlib import AbstractAsyncContextManager

    import httpx2
    from openai import AsyncOpenAI

    from bot.core.types import Message

log = structlog.get_logger(__name__)

STREAMED: Mapping[str, Any] = MappingProxyType(
    {"stream": True, "stream_options": {"include_usage": True}}
)
HEADERS = {"Accept-Encoding": "identity"}
"""A compressed body could grow a thousandfold in memory, and small chunks gain nothing."""

LINGER = 1.0
"""Seconds after the finish_reason in which the usage may still come."""
DRAIN = 0.1
"""Seconds in which a body may end after its end mark, so that the connection can be kept."""


class OpenAIModel:
    """An endpoint and a model there. Remembers which parameters the endpoint refuses."""

    def __init__(
        self,
        client: AsyncOpenAI,
        *,
        model: str,
        stream: bool = True,
        options: Mapping[str, Any] = MappingProxyType({}),
        linger: float = LINGER,
    ) -> None:
        self._client = client
        self._model = model
        self._options = {**(STREAMED if stream else {}), **options}
        self._linger = linger
        self._dialect = Dialect()

    async def stream(self, prompt: Sequence[Message]) -> AsyncGenerator[StreamEvent, None]:
        """The answer as it arrives, ending with `Finish`. Raises `ModelError`.

        Closing the generator closes the connection, unless its body has been read to the end.
        """
        with border():
            async with AsyncExitStack() as stack:
                response = await self._open(request(self._model, prompt, self._options), stack)
                answer = _Answer(response, self._linger)
                yield Opened()
                async with aclosing(answer.events()) as events:
                    async for event in events:
                        yield event

    async def _open(self, body: Body, stack: AsyncExitStack) -> httpx2.Response:
        """The answer's head. A refused parameter is left out, and remembered if that helps."""
        dialect = self._dialect
        while True:
            spoken = dialect.speak(body)
            try:
                answer = await stack.enter_async_context(self._request(spoken))
            except APIStatusError as error:
                learnt = dialect.learn(error, spoken)
                if learnt is None:
                    raise
                dialect = learnt
            else:
                self._remember(dialect)
                response: httpx2.Response = answer.http_response
                return response

    def _request(self, body: Body) -> AbstractAsyncContextManager[Any]:
        # What the SDK does not know, it takes as `extra_body`; so it takes everything.
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
    """One response being read: bytes to events."""

    def __init__(self, response: httpx2.Response, linger: float) -> None:
        self._response = response
        self._linger = linger
        self._decoder = decoder_for(response.headers)

    async def events(self) -> AsyncGenerator[StreamEvent, None]:
        """What the model says, and `Finish` once nothing more can come before it."""
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
            for event in () if decoder.done else await self._rest(body):
                yield event
            yield decoder.finish()
            await self._drain(body)

    async def _rest(self, body: AsyncIterator[bytes]) -> list[StreamEvent]:
        """What comes between the finish_reason and the end; a connection may break there."""
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
