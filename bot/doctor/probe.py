"""What all checks share: the settings, the connections, and the answers to each request."""

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
    """What a Web API method answered."""

    error: str = ""
    """Slack's error code, or our own words when there was no answer; "" when it succeeded."""

    body: Mapping[str, Any] = field(default_factory=dict, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


class Probe:
    """Makes each request once; several checks read the same answer."""

    def __init__(
        self, settings: Settings, *, problems: Sequence[str] = (), oauth_names: Sequence[str] = ()
    ) -> None:
        """`problems` with the settings, and OAuth variables that were set, as `config` says."""
        self.settings = settings
        self.problems = problems
        self.oauth_names = oauth_names
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
        """Returns the answer of a Web API method that needs only a token."""
        return await self._once(method, self._call(method, token))

    async def models(self, client: AsyncOpenAI) -> list[str] | ModelError:
        """Returns the models that the endpoint lists, or its error."""
        return await self._once("models", _models(client))

    async def _once(self, name: str, request: Coroutine[Any, Any, T]) -> T:
        """Makes the request if it is the first by that name. A check that gives up leaves it."""
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
