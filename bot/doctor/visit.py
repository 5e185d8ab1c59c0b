"""One run of the doctor: the settings, the connections, and each request made only once."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self, TypeVar

import aiohttp

from bot.endpoint import client_of
from bot.errors import ModelError
from bot.llm.client import models
from bot.tasks import Tasks

if TYPE_CHECKING:
    from collections.abc import Coroutine, Mapping, Sequence

    from openai import AsyncOpenAI
    from pydantic import SecretStr

    from bot.config import Settings


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SlackAnswer:
    """What a Web API method answered; `error` is Slack's word, or ours when there is no answer."""

    error: str = ""
    body: Mapping[str, Any] = field(default_factory=dict, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


class Visit:
    """What the checks share. Several of them look at one answer."""

    def __init__(
        self, settings: Settings, *, problems: Sequence[str] = (), trap: Sequence[str] = ()
    ) -> None:
        self.settings = settings
        self.problems = problems
        self.trap = trap
        self.session: aiohttp.ClientSession
        self.client: AsyncOpenAI | None = None
        self._stack = AsyncExitStack()
        self._tasks = Tasks("doctor")
        self._asked: dict[str, asyncio.Task[Any]] = {}

    async def __aenter__(self) -> Self:
        self.session = await self._stack.enter_async_context(
            aiohttp.ClientSession(trust_env=True, timeout=aiohttp.ClientTimeout(total=10))
        )
        if self.settings.has_model:
            self.client = client_of(self.settings)
            self._stack.push_async_callback(self.client.close)
        await self._stack.enter_async_context(self._tasks)
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self._stack.aclose()

    async def slack(self, method: str, token: SecretStr) -> SlackAnswer:
        """The answer of a method that takes nothing but a token."""
        return await self._once(method, self._call(method, token))

    async def models(self, client: AsyncOpenAI) -> list[str] | ModelError:
        """The models that the endpoint lists, or why it does not."""
        return await self._once("models", _models(client))

    async def _once(self, name: str, request: Coroutine[Any, Any, T]) -> T:
        """The first to ask makes the request; a check that gives up does not take it along."""
        if name in self._asked:
            request.close()
        else:
            self._asked[name] = self._tasks.start(request, name=name)
        return await asyncio.shield(self._asked[name])

    async def _call(self, method: str, token: SecretStr) -> SlackAnswer:
        url = self.settings.slack_api_url + method
        authorization = {"Authorization": f"Bearer {token.get_secret_value()}"}
        try:
            async with self.session.post(
                url, headers=authorization, allow_redirects=False
            ) as response:
                return await _read(response)
        except (aiohttp.ClientError, OSError) as error:
            return SlackAnswer(f"no connection ({type(error).__name__})")


async def _read(response: aiohttp.ClientResponse) -> SlackAnswer:
    try:
        body = await response.json(content_type=None)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        return SlackAnswer(f"no JSON (HTTP {response.status})", headers=response.headers)
    error = "" if body.get("ok") else str(body.get("error", f"HTTP {response.status}"))
    return SlackAnswer(error, body, response.headers)


async def _models(client: AsyncOpenAI) -> list[str] | ModelError:
    try:
        return await models(client)
    except ModelError as error:
        return error
