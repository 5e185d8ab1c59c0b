"""Checks of Slack: tokens, scopes, the clock, the socket."""

from __future__ import annotations

import re
import time
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final

import aiohttp

from bot.doctor.finding import Finding
from bot.slack.manifest import OPTIONAL, SCOPES

if TYPE_CHECKING:
    from pydantic import SecretStr

    from bot.doctor.probe import Probe, SlackAnswer

SKEW_REFUSED: Final = 300.0
"""Seconds after which the signature of a request is too old (docs: Verifying requests)."""
SKEW_ODD: Final = 60.0
"""A clock that is off by more seconds than this is not synchronized."""

INSTALL = "Install the app to the workspace again and copy the new token."
HINTS = {
    "invalid_auth": "Copy the token again, and check the app's list of allowed IP addresses.",
    "not_authed": "Copy the token again.",
    "account_inactive": INSTALL,
    "token_revoked": INSTALL,
    "token_expired": INSTALL,
    "not_allowed_token_type": "SLACK_BOT_TOKEN takes xoxb-…, SLACK_APP_TOKEN takes xapp-….",
    "missing_scope": "An app-level token needs the scope connections:write.",
    "ratelimited": "Wait a minute and try again.",
}
UNKNOWN_ERROR = "Check SLACK_API_URL, network and proxy; https://status.slack.com for Slack itself."


async def bot_token(probe: Probe) -> Finding:
    """Slack accepts the bot token."""
    token = probe.settings.slack_bot_token
    if token is None:
        return _not_set("SLACK_BOT_TOKEN", "“OAuth & Permissions” of the Slack app, xoxb-…")
    answer = await probe.slack("auth.test", token)
    if answer.error:
        return _refused("auth.test", answer)
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
        return Finding.skipped("Slack's answer has no date")
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
    if token is None:
        return _not_set("SLACK_APP_TOKEN", "“Basic Information” of the Slack app, xapp-…")
    answer = await probe.slack("apps.connections.open", token)
    if answer.error:
        return _refused("apps.connections.open", answer)
    return Finding.ok("Slack accepts it")


async def socket(probe: Probe) -> Finding:
    """A socket opens and Slack says hello. It is closed at once, so it receives no events."""
    token = probe.settings.slack_app_token
    answer = await probe.slack("apps.connections.open", token) if token else None
    if answer is None or answer.error:
        return Finding.skipped("there is no socket to open")
    began = time.monotonic()
    try:
        connections = await _hello(probe, str(answer.body.get("url")))
    except (aiohttp.ClientError, OSError, ValueError) as error:
        return Finding.failed(
            f"no connection ({type(error).__name__})", "Allow WebSockets in proxy and firewall."
        )
    if connections is None:
        return Finding.failed(
            "closed before the hello", "Switch Socket Mode on in the app's settings."
        )
    return Finding.ok(f"hello after {time.monotonic() - began:.2f} s, {connections} open in all")


async def signing_secret(probe: Probe) -> Finding:
    """In HTTP mode the signing secret is set and has the form of one."""
    secret = probe.settings.slack_signing_secret
    if secret is None and probe.settings.transport() == "socket":
        return Finding.skipped("Socket Mode needs none")
    if secret is None:
        return _not_set("SLACK_SIGNING_SECRET", "“Basic Information” of the Slack app")
    if not re.fullmatch(r"[0-9a-f]{32}", secret.get_secret_value()):
        return Finding.warning("not 32 hexadecimal digits", "Copy the “Signing Secret” again.")
    return Finding.ok("has the right form; only a request of Slack can prove it")


async def _authenticated(probe: Probe) -> SlackAnswer | None:
    token: SecretStr | None = probe.settings.slack_bot_token
    answer = await probe.slack("auth.test", token) if token else None
    return None if answer is None or answer.error else answer


async def _hello(probe: Probe, url: str) -> int | None:
    """The number of the app's connections, as the `hello` says; None when none came."""
    async with probe.session.ws_connect(url) as connection:
        async for message in connection:
            said = message.json() if message.type is aiohttp.WSMsgType.TEXT else {}
            if said.get("type") == "hello":
                return int(said.get("num_connections", 1))
    return None


def _skew(date: str) -> float | None:
    """Seconds by which our clock is ahead of a date; None for a text that is no date."""
    try:
        return time.time() - parsedate_to_datetime(date).timestamp()
    except ValueError:
        return None


def _not_set(name: str, where: str) -> Finding:
    return Finding.failed(f"{name} is not set", f"Set it: {where}.")


def _refused(method: str, answer: SlackAnswer) -> Finding:
    return Finding.failed(f"{method}: {answer.error}", HINTS.get(answer.error, UNKNOWN_ERROR))
