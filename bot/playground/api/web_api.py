"""The Web API over HTTP: bodies and tokens in, Slack's shapes out, limits and faults between."""

from __future__ import annotations

import asyncio
import json
import secrets
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from aiohttp import web

from bot.playground.api.call_log import Record
from bot.playground.api.calls import Call
from bot.playground.api.methods import answer, authorize
from bot.playground.faults import Loss
from bot.playground.model.cuts import Cut, cut
from bot.playground.workspace.refused import Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.playground.api.call_log import Journal
    from bot.playground.api.calls import Site
    from bot.playground.api.methods import Caller
    from bot.playground.api.rate_limits import RateLimits
    from bot.playground.faults import Fault, Faults

MAX_BODY = 20 * 1024 * 1024
_ABSENT = ""
_SILENCE = 3600.0
_PAGE = "<!DOCTYPE html><html><title>We are on it</title></html>"
_FORMS = {"application/x-www-form-urlencoded", "multipart/form-data"}


@dataclass(frozen=True, slots=True)
class Clock:
    """`wall` stamps messages, `monotonic` measures: both in seconds, both to be replaced."""

    wall: Callable[[], float]
    monotonic: Callable[[], float]


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer on its way: what was done, and how it is told."""

    status: int
    body: dict[str, Any]
    retry_after: int | None = None
    lost: Loss | None = None
    held: float = 0.0


class WebApi:
    def __init__(
        self,
        site: Site,
        tokens: dict[str, Caller],
        limits: RateLimits,
        faults: Faults,
        journal: Journal,
        clock: Clock,
        tick: Callable[[], None],
    ) -> None:
        self._site = site
        self._tokens = tokens
        self._limits = limits
        self._faults = faults
        self._journal = journal
        self._clock = clock
        self._tick = tick

    async def handle(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        try:
            token, arguments = await _read(request)
        except Refused as refused:
            return self._response(_refusal(refused))
        await asyncio.sleep(self._faults.latency / 2)
        reply = self._reply(method, token, arguments)
        self._record(method, arguments, reply)
        await asyncio.sleep(self._faults.latency / 2 + reply.held)
        if reply.lost:
            return await _lose(request, reply.lost)
        return self._response(reply)

    def _reply(self, method: str, token: str, arguments: dict[str, Any]) -> Reply:
        """Nothing here waits: a call is carried out whole, in the order of arrival."""
        try:
            authorize(method, token, self._tokens)
        except Refused as refused:
            return _refusal(refused)
        fault = self._faults.strike(method, arguments)
        if fault and fault.prevents:
            return _failure(fault)
        channel = str(arguments.get("channel", ""))
        retry_after = self._limits.charge(method, channel, self._clock.monotonic())
        if retry_after is not None:
            return _too_many(retry_after)
        done = self._carry_out(Call(method, arguments, self._site, self._clock.wall()))
        return replace(done, lost=fault.lost, held=fault.held) if fault else done

    def _carry_out(self, call: Call) -> Reply:
        try:
            return Reply(200, answer(call))
        except Refused as refused:
            return _refusal(refused)

    def _record(self, method: str, arguments: dict[str, Any], reply: Reply) -> None:
        self._journal.add(
            Record(
                at=self._clock.monotonic(),
                method=method,
                arguments=arguments,
                status=0 if reply.lost else reply.status,
                response=reply.body,
                error=reply.body.get("error", ""),
                retry_after=reply.retry_after,
            )
        )
        self._tick()

    def _response(self, reply: Reply) -> web.Response:
        headers = {
            "X-OAuth-Scopes": ",".join(sorted(self._site.scopes)),
            "X-Slack-Req-Id": secrets.token_hex(16),
        }
        if reply.retry_after is not None:
            headers["Retry-After"] = str(reply.retry_after)
        return web.json_response(reply.body, status=reply.status, headers=headers)


async def _lose(request: web.Request, how: Loss) -> web.Response:
    """What the caller gets in place of the answer."""
    if how is Loss.SILENCE:
        await asyncio.sleep(_SILENCE)
    elif how is not Loss.PAGE:
        cut(request.transport, Cut(how.value))
    return web.Response(text=_PAGE, content_type="text/html")


async def _read(request: web.Request) -> tuple[str, dict[str, Any]]:
    """The token, and the arguments without it: no token gets into the journal."""
    arguments: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        arguments |= _json_object(await request.read())
    elif request.content_type in _FORMS:
        arguments |= dict(await request.post())
    in_body = str(arguments.pop("token", _ABSENT))
    scheme, _, in_header = request.headers.get("Authorization", "").partition(" ")
    return (in_header.strip() if scheme == "Bearer" else in_body), arguments


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        parsed = json.loads(body or b"{}")
    except ValueError:
        raise Refused("invalid_json") from None
    if not isinstance(parsed, dict):
        raise Refused("json_not_object")
    return parsed


def _refusal(refused: Refused) -> Reply:
    return Reply(200, {"ok": False, "error": refused.code} | refused.extra)


def _too_many(retry_after: int) -> Reply:
    return Reply(429, {"ok": False, "error": "ratelimited"}, retry_after)


_HTTP_ERRORS = {500: "fatal_error", 503: "service_unavailable"}


def _failure(fault: Fault) -> Reply:
    if fault.retry_after is not None:
        return _too_many(fault.retry_after)
    error = fault.error or _HTTP_ERRORS.get(fault.status, "internal_error")
    return Reply(fault.status, {"ok": False, "error": error})
