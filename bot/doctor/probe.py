"""What all checks share: the settings, the connections, and the answers to each request."""

from __future__ import annotations

import asyncio
import json
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar

import aiohttp
import structlog

from bot.doctor.finding import Finding
from bot.doctor.ways import broken_ways
from bot.endpoint import client_of
from bot.errors import ModelError, ModelUnavailable, StreamGarbled
from bot.llm.client import models
from bot.network.way import DIRECT, PROXY_ERRORS
from bot.slack.web_api import REFUSED, UNKNOWN
from bot.starting.unreachable import unreachable
from bot.tasks import Tasks

if TYPE_CHECKING:
    from collections.abc import Coroutine, Mapping, Sequence

    from openai import AsyncOpenAI
    from pydantic import SecretStr

    from bot.config import Settings

log = structlog.get_logger(__name__)

T = TypeVar("T")

PATIENCE: Final = 8.0
"""Seconds for one request."""

BODY_CAP: Final = 2**20
"""Most bytes that are read of an answer."""


@dataclass(frozen=True, slots=True)
class SlackAnswer:
    """What a Web API method answered."""

    error: str = ""
    """Slack's error code; or why there is no answer of Slack, in our words; "" for success."""

    hint: str = ""
    """What to do when the fault is not that of the token; "" when it is, and for success."""

    body: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """Empty when there is no answer of Slack."""

    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


class Probe:
    """Makes each request once; several checks read the same answer. No request raises."""

    def __init__(
        self,
        settings: Settings,
        *,
        problems: Sequence[str] = (),
        unread: Sequence[str] = (),
        searched: str = "",
        oauth_names: Sequence[str] = (),
        patience: float = PATIENCE,
    ) -> None:
        """`patience` is how many seconds one request may take.

        The others are what `config` says of the environment, a line or a name for each.
        """
        self.settings = settings
        self.problems = problems
        self.unread = unread
        self.searched = searched
        self.oauth_names = oauth_names
        self.patience = patience
        self.broken_ways = broken_ways(settings)
        """What is wrong with proxies and certificates, by the setting whose URL needs them."""
        self.session: aiohttp.ClientSession
        self.client: AsyncOpenAI | None = None
        self._stack = AsyncExitStack()
        self._tasks = Tasks("doctor")
        self._asked: dict[str, asyncio.Task[Any]] = {}

    async def __aenter__(self) -> Self:
        network = DIRECT if "SLACK_API_URL" in self.broken_ways else self.settings.network
        self.session = await self._stack.enter_async_context(
            aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(ssl=network.tls(self.settings.slack_api_url)),
                request_class=network.request_class(),
                timeout=aiohttp.ClientTimeout(total=2 * self.patience),
            )
        )
        if self.settings.has_model and "OPENAI_BASE_URL" not in self.broken_ways:
            self.client = client_of(self.settings)
            self._stack.push_async_callback(self.client.close)
        await self._stack.enter_async_context(self._tasks)
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self._stack.aclose()

    @property
    def slack_is_elsewhere(self) -> bool:
        """True when SLACK_API_URL is set."""
        return "slack_api_url" in self.settings.model_fields_set

    def is_wrong(self, name: str) -> bool:
        """True for a variable whose value is not valid, or whose URL cannot be reached.

        For a value that is not valid the settings have its default instead.
        """
        wrong = any(problem.startswith(f"{name}:") for problem in self.problems)
        return wrong or name in self.broken_ways

    def not_set(self, name: str, usual: str) -> Finding:
        """The finding for a variable that is not set; `usual` says what to set it to."""
        lines = [line for line in self.unread if f"did you mean {name}?" in line]
        renames = [f"Rename {line.partition(':')[0]} to {name}." for line in lines]
        # A line of `.env` that was not read may be the one that sets it.
        unread = [line for line in self.unread if line.startswith("line ")]
        corrections = [f"Correct {line.partition(':')[0]}." for line in unread]
        return Finding.failed(
            f"{name} is not set{self.searched}", [*renames, *corrections, usual][0]
        )

    async def slack(self, method: str, token: SecretStr) -> SlackAnswer:
        """Returns the answer of a Web API method that needs only a token."""
        return await self._once(method, self._call(method, token))

    async def models(self, client: AsyncOpenAI) -> list[str] | ModelError:
        """Returns the models that the endpoint lists, or its error."""
        return await self._once("models", self._models(client))

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
            async with (
                asyncio.timeout(self.patience),
                self.session.post(url, headers=authorization, allow_redirects=False) as response,
            ):
                return _read(method, response, await _body(response))
        except TimeoutError:
            return SlackAnswer(f"no answer within {self.patience:g} s", NO_CONNECTION)
        except Exception as error:  # whatever answers there, it is a finding
            log.debug("no answer of slack", method=method, exc_info=error)
            return self._lost(url, error)

    def _lost(self, url: str, error: Exception) -> SlackAnswer:
        """Why there is no answer: no connection, or one over which no HTTP came."""
        if isinstance(error, PROXY_ERRORS):
            what, _, remedy = self.settings.network.no_proxy(url).partition("; ")
            return SlackAnswer(what, remedy)
        if isinstance(error, aiohttp.ClientConnectorError):
            found = unreachable(error)
            what, _, remedy = found.reason.partition("; ")
            # The host of Slack is right, so what is wrong with it is on the way.
            theirs = self.slack_is_elsewhere or found.lasting
            return SlackAnswer(what, remedy if theirs else NO_CONNECTION)
        if isinstance(error, aiohttp.ClientResponseError):
            return SlackAnswer("what answers does not speak HTTP as Slack does", NOT_SLACK)
        return SlackAnswer("the connection broke before the answer was complete", NO_CONNECTION)

    async def _models(self, client: AsyncOpenAI) -> list[str] | ModelError:
        try:
            async with asyncio.timeout(self.patience):
                return await models(client)
        except TimeoutError:
            return ModelUnavailable(f"no answer within {self.patience:g} s")
        except ModelError as error:
            return error
        except Exception as error:  # as above
            log.debug("no list of models", exc_info=error)
            return StreamGarbled()


NO_CONNECTION: Final = "check network, proxy and firewall"
NOT_SLACK: Final = "check that no proxy and no login page answers in Slack's place"
SLACK_DOWN: Final = "try again; https://status.slack.com says whether Slack has a problem"
REFUSED_FOR_NOW: Final = "wait a minute and try again"


TOLD: Final[Mapping[str, tuple[str, ...]]] = {
    "auth.test": ("team_id", "user_id"),
    "apps.connections.open": ("url",),
}
"""What the answer of a method always has, and `run` relies on."""

PASSING: Final = dict.fromkeys(REFUSED, REFUSED_FOR_NOW) | dict.fromkeys(UNKNOWN, SLACK_DOWN)
"""What to do about errors of Slack that say nothing of the token."""

NO_JSON: Final = object()


async def _body(response: aiohttp.ClientResponse) -> bytes:
    """The body, or its beginning."""
    body = bytearray()
    async for data in response.content.iter_any():
        body += data
        if len(body) > BODY_CAP:
            break
    return bytes(body)


def _read(method: str, response: aiohttp.ClientResponse, content: bytes) -> SlackAnswer:
    try:
        body = json.loads(content)
    except (ValueError, RecursionError):
        body = NO_JSON
    status = response.status
    match body:
        case {"ok": True} if all(isinstance(body.get(name), str) for name in TOLD[method]):
            return SlackAnswer(body=body, headers=response.headers)
        case {"ok": False, "error": str() as error} if error:
            return SlackAnswer(error, PASSING.get(error, ""), body, response.headers)
    hint = SLACK_DOWN if status >= 500 else NOT_SLACK
    return SlackAnswer(f"no answer of Slack (HTTP {status}, {_kind(content, body)})", hint)


def _kind(content: bytes, body: object) -> str:
    """What came in place of Slack's answer."""
    if body is not NO_JSON:
        return "other JSON"
    if not content.strip():
        return "an empty body"
    return "a web page" if content.lstrip()[:1] == b"<" else "no JSON"
