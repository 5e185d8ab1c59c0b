"""The Web API over HTTP: reads a request, applies faults and rate limits, and responds."""

from __future__ import annotations

import asyncio
import json
import secrets
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from aiohttp import web

from bot.playground.api.call_log import LoggedCall
from bot.playground.api.calls import Call
from bot.playground.api.methods import authorize, carry_out
from bot.playground.cuts import Cut, cut
from bot.playground.faults import Loss
from bot.playground.workspace.api_error import ApiError

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.playground.api.backend import Backend
    from bot.playground.api.call_log import CallLog
    from bot.playground.api.methods import Caller
    from bot.playground.api.rate_limits import RateLimits
    from bot.playground.clock import Clock
    from bot.playground.faults import Fault, Faults
    from bot.playground.tasks import Tasks

MAX_BODY = 20 * 1024 * 1024
"""Bytes of one request's body."""

_SILENCE = 3600.0  # seconds; longer than any client waits
_ERROR_PAGE = "<!DOCTYPE html><html><title>We are on it</title></html>"
_PAGES = {Loss.PAGE: 200, Loss.GATEWAY: 504}
"""Losses that send a page, and its HTTP status."""
_FORMS = {"application/x-www-form-urlencoded", "multipart/form-data"}


@dataclass(frozen=True, slots=True)
class Reply:
    """The response to one call, and how it reaches the caller."""

    status: int
    body: dict[str, Any]
    retry_after: int | None = None
    """Seconds, for the header of that name."""
    lost: Loss | None = None
    """What the caller gets in place of the response."""
    held: float = 0.0
    """Seconds that the response is held back."""
    lands: float = 0.0
    """Seconds until the call is carried out; 0 when it has been."""


class WebApi:
    """The handler of `/api/{method}`. `notify` is called after each logged call."""

    def __init__(
        self,
        backend: Backend,
        tokens: dict[str, Caller],
        limits: RateLimits,
        faults: Faults,
        calls: CallLog,
        clock: Clock,
        tasks: Tasks,
        notify: Callable[[], None],
    ) -> None:
        self._backend = backend
        self._tokens = tokens
        self._limits = limits
        self._faults = faults
        self._calls = calls
        self._clock = clock
        self._tasks = tasks
        self._notify = notify

    async def handle(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        try:
            token, arguments = await _read(request)
        except ApiError as error:
            return self._response(_refusal(error))
        await asyncio.sleep(self._faults.latency / 2)
        reply = self._reply(method, token, arguments)
        if reply.lands:
            self._tasks.start(self._land(method, arguments, reply), name=f"late {method}")
        else:
            self._log(method, arguments, reply)
        await asyncio.sleep(self._faults.latency / 2 + reply.held)
        if reply.lost:
            return await _lose(request, reply.lost)
        return self._response(reply)

    def _reply(self, method: str, token: str, arguments: dict[str, Any]) -> Reply:
        """Nothing here waits: each call is carried out as a whole, in the order of arrival."""
        try:
            authorize(method, token, self._tokens)
        except ApiError as error:
            return _refusal(error)
        fault = self._faults.take(method, arguments)
        if fault and fault.prevents:
            return _failure(fault)
        channel = str(arguments.get("channel", ""))
        retry_after = self._limits.charge(method, channel, self._clock.monotonic())
        if retry_after is not None:
            return _too_many(retry_after)
        if fault and fault.lands:
            return Reply(0, {}, lost=fault.lost, lands=fault.lands)
        arguments = self._limits.limited(method, arguments)
        done = self._carry_out(Call(method, arguments, self._backend, self._clock.wall()))
        return replace(done, lost=fault.lost, held=fault.held) if fault else done

    async def _land(self, method: str, arguments: dict[str, Any], lost: Reply) -> None:
        """Carries out a call that its caller has given up on; it is logged then."""
        await asyncio.sleep(lost.lands)
        limited = self._limits.limited(method, arguments)
        done = self._carry_out(Call(method, limited, self._backend, self._clock.wall()))
        self._log(method, arguments, replace(done, lost=lost.lost))

    def _carry_out(self, call: Call) -> Reply:
        try:
            return Reply(200, carry_out(call))
        except ApiError as error:
            return _refusal(error)

    def _log(self, method: str, arguments: dict[str, Any], reply: Reply) -> None:
        self._calls.add(
            LoggedCall(
                at=self._clock.monotonic(),
                method=method,
                arguments=arguments,
                status=0 if reply.lost else reply.status,
                response=reply.body,
                error=reply.body.get("error", ""),
                retry_after=reply.retry_after,
            )
        )
        self._notify()

    def _response(self, reply: Reply) -> web.Response:
        headers = {
            "X-OAuth-Scopes": ",".join(sorted(self._backend.scopes)),
            "X-Slack-Req-Id": secrets.token_hex(16),
        }
        if reply.retry_after is not None:
            headers["Retry-After"] = str(reply.retry_after)
        return web.json_response(reply.body, status=reply.status, headers=headers)


async def _lose(request: web.Request, how: Loss) -> web.Response:
    """Cuts the connection, says nothing, or sends a page of HTML, as Slack's edge does."""
    if how is Loss.SILENCE:
        await asyncio.sleep(_SILENCE)
    elif how not in _PAGES:
        cut(request.transport, Cut(how.value))
    return web.Response(status=_PAGES.get(how, 200), text=_ERROR_PAGE, content_type="text/html")


async def _read(request: web.Request) -> tuple[str, dict[str, Any]]:
    """The token, and the arguments without it, so that no token is logged."""
    arguments: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        arguments |= _json_object(await request.read())
    elif request.content_type in _FORMS:
        arguments |= dict(await request.post())
    in_body = str(arguments.pop("token", ""))
    scheme, _, in_header = request.headers.get("Authorization", "").partition(" ")
    return (in_header.strip() if scheme == "Bearer" else in_body), arguments


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        parsed = json.loads(body or b"{}")
    except ValueError:
        raise ApiError("invalid_json") from None
    if not isinstance(parsed, dict):
        raise ApiError("json_not_object")
    return parsed


def _refusal(error: ApiError) -> Reply:
    return Reply(200, {"ok": False, "error": error.code} | error.extra)


def _too_many(retry_after: int) -> Reply:
    return Reply(429, {"ok": False, "error": "ratelimited"}, retry_after)


_HTTP_ERRORS = {500: "fatal_error", 503: "service_unavailable"}


def _failure(fault: Fault) -> Reply:
    if fault.retry_after is not None:
        return _too_many(fault.retry_after)
    error = fault.error or _HTTP_ERRORS.get(fault.status, "internal_error")
    return Reply(fault.status, {"ok": False, "error": error})
