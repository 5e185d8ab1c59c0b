"""Checks of Slack: tokens, scopes, the clock, the socket."""

from __future__ import annotations

import json
import time
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final

import aiohttp

from bot.doctor.finding import Finding, sentence
from bot.network.way import NO_PROXY, PROXY_ERRORS
from bot.slack.manifest import OPTIONAL, SCOPES
from bot.slack.refused_tokens import TURN_ON, app_token_refused, bot_token_refused
from bot.starting.unreachable import unreachable

if TYPE_CHECKING:
    from pydantic import SecretStr

    from bot.doctor.probe import Probe, SlackAnswer

SKEW_REFUSED: Final = 300.0
"""Seconds after which the signature of a request is too old (docs: Verifying requests)."""
SKEW_ODD: Final = 60.0
"""A clock that is off by more seconds than this is not synchronized."""

REFUSED = {"SLACK_BOT_TOKEN": bot_token_refused, "SLACK_APP_TOKEN": app_token_refused}
"""What `run` says of a refused token, by its setting and for Slack's error code."""

ALLOW_SOCKETS = "Allow WebSockets in proxy and firewall."


async def bot_token(probe: Probe) -> Finding:
    """Slack accepts the bot token."""
    token = probe.settings.slack_bot_token
    if token is None:
        return probe.not_set(
            "SLACK_BOT_TOKEN",
            "Set SLACK_BOT_TOKEN: “OAuth & Permissions” of the Slack app, xoxb-…",
        )
    answer = await probe.slack("auth.test", token)
    if answer.error:
        return _refused(probe, "SLACK_BOT_TOKEN", "auth.test", answer)
    return Finding.ok(f"{answer.body.get('user')} in the workspace {answer.body.get('team')}")


async def scopes(probe: Probe) -> Finding:
    """The token has the scopes that the manifest asks for, and no others."""
    answer = await _authenticated(probe)
    if answer is None:
        return Finding.skipped("needs a bot token that Slack accepts")
    header = answer.headers.get("x-oauth-scopes")
    if header is None:
        return Finding.skipped("Slack did not say which scopes the token has")
    granted = {scope.strip() for scope in header.split(",")} - {""}
    if missing := sorted(SCOPES.keys() - granted):
        reasons = "; ".join(f"{scope} {SCOPES[scope]}" for scope in missing)
        finding = Finding.warning if OPTIONAL.issuperset(missing) else Finding.failed
        return finding(f"missing: {', '.join(missing)}", f"Add and reinstall the app ({reasons}).")
    if superfluous := sorted(granted - SCOPES.keys()):
        return Finding.warning(
            f"not needed: {', '.join(superfluous)}", "Remove them: a stolen token could use them."
        )
    return Finding.ok("all that are needed, and no others")


async def clock(probe: Probe) -> Finding:
    """Our clock agrees with Slack's. Requests carry a time, and a wrong clock refuses them."""
    if probe.settings.slack_bot_token is None:
        return Finding.skipped("needs SLACK_BOT_TOKEN")
    answer = await probe.slack("auth.test", probe.settings.slack_bot_token)
    skew = _skew(answer.headers.get("Date", ""))
    if skew is None:
        return Finding.skipped("needs an answer of Slack with a date")
    what = f"{abs(skew):.0f} s {'ahead of' if skew > 0 else 'behind'} Slack's clock"
    if abs(skew) > SKEW_REFUSED and probe.settings.transport() == "http":
        return Finding.failed(what, "Every request of Slack is refused: set the clock (NTP).")
    if abs(skew) > SKEW_ODD:
        return Finding.warning(what, "Set the clock (NTP); HTTP mode fails beyond 300 s.")
    return Finding.ok("agrees with Slack's")


async def app_token(probe: Probe) -> Finding:
    """Slack accepts the app-level token."""
    token = probe.settings.slack_app_token
    if token is None and probe.settings.transport() == "http":
        return Finding.skipped("HTTP mode needs none")
    if token is None and probe.is_wrong("SLACK_SIGNING_SECRET"):
        return Finding.skipped("needed unless SLACK_SIGNING_SECRET is valid")
    if token is None:
        return probe.not_set(
            "SLACK_APP_TOKEN", "Set SLACK_APP_TOKEN: “Basic Information” of the Slack app, xapp-…"
        )
    answer = await probe.slack("apps.connections.open", token)
    bot = probe.settings.slack_bot_token
    if answer.hint and bot and (await probe.slack("auth.test", bot)).hint:
        return Finding.skipped("needs an answer of Slack")
    if answer.error:
        return _refused(probe, "SLACK_APP_TOKEN", "apps.connections.open", answer)
    return Finding.ok("Slack accepts it")


async def socket(probe: Probe) -> Finding:
    """A socket opens and Slack says hello. It is closed at once, so it receives no events."""
    token = probe.settings.slack_app_token
    answer = await probe.slack("apps.connections.open", token) if token else None
    if answer is None or answer.error:
        return Finding.skipped("there is no socket to open")
    began = time.monotonic()
    try:
        connections = await _hello(probe, answer.body["url"])
    except (aiohttp.ClientError, OSError, ValueError) as error:
        return _no_socket(error)
    if connections is None:
        return Finding.failed("closed before the hello: is Socket Mode on?", sentence(TURN_ON))
    return Finding.ok(f"hello after {time.monotonic() - began:.2f} s, {connections} open in all")


async def _authenticated(probe: Probe) -> SlackAnswer | None:
    token: SecretStr | None = probe.settings.slack_bot_token
    answer = await probe.slack("auth.test", token) if token else None
    return None if answer is None or answer.error else answer


async def _hello(probe: Probe, url: str) -> int | None:
    """The number of the app's connections, as the `hello` says; None when none came."""
    async with probe.session.ws_connect(url) as connection:
        async for message in connection:
            match _parsed(message):
                case {"type": "hello", "num_connections": int() as connections}:
                    return connections
                case {"type": "hello"}:
                    return 1
    return None


def _parsed(message: aiohttp.WSMessage) -> object:
    """The JSON of a frame; None for another frame."""
    try:
        return json.loads(message.data) if message.type is aiohttp.WSMsgType.TEXT else None
    except (ValueError, RecursionError):
        return None


def _no_socket(error: Exception) -> Finding:
    """What kept the socket from opening: an answer that is no socket, or no connection."""
    if isinstance(error, aiohttp.WSServerHandshakeError):
        return Finding.failed(f"no WebSocket (HTTP {error.status})", ALLOW_SOCKETS)
    if isinstance(error, PROXY_ERRORS):
        return Finding.failed(NO_PROXY, ALLOW_SOCKETS)
    return Finding.failed(unreachable(error).reason.partition("; ")[0], ALLOW_SOCKETS)


def _skew(date: str) -> float | None:
    """Seconds by which our clock is ahead of a date; None for a text that is no date."""
    try:
        return time.time() - parsedate_to_datetime(date).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None


def _refused(probe: Probe, name: str, method: str, answer: SlackAnswer) -> Finding:
    """Slack's refusal of the token in the setting `name`, or why there is no answer of Slack."""
    if not answer.hint:
        return Finding.problem(name, REFUSED[name](answer.error))
    hint = f"SLACK_API_URL: {answer.hint}." if probe.slack_is_elsewhere else sentence(answer.hint)
    return Finding.failed(f"{method}: {answer.error}", hint)
