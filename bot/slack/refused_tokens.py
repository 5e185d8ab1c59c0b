"""What the operator is told of a token that Slack refuses: one line with the setting and a remedy.

`run` and `doctor` say the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

BOT_TOKEN: Final = "SLACK_BOT_TOKEN"  # noqa: S105 - a name
APP_TOKEN: Final = "SLACK_APP_TOKEN"  # noqa: S105 - a name

NOT_ACCEPTED: Final = "Slack does not accept it"
INSTALL: Final = "install the app to the workspace again and copy the new token"
COPY: Final = "copy it again from “OAuth & Permissions” of the Slack app"
COPY_APP: Final = "copy it again from “Basic Information” of the Slack app"
RENEW: Final = "make a new one under “Basic Information” of the Slack app"
ADDRESSES: Final = "and check the app's list of allowed IP addresses"
TURN_ON: Final = "turn it on in the app's settings, “Socket Mode”"

BOT: Final[Mapping[str, str]] = {
    "account_inactive": INSTALL,
    "invalid_auth": f"{COPY}, {ADDRESSES}",
    "not_authed": COPY,
    "token_expired": INSTALL,
    "token_revoked": INSTALL,
}
"""Remedies for the bot token, by the error of `auth.test`."""

APP: Final[Mapping[str, tuple[str, str]]] = {
    "account_inactive": (NOT_ACCEPTED, RENEW),
    "invalid_auth": (NOT_ACCEPTED, f"{COPY_APP}, {ADDRESSES}"),
    "link_disabled": ("Socket Mode is off for this app", TURN_ON),
    "missing_scope": ("lacks the scope connections:write", RENEW),
    "no_permission": ("lacks the scope connections:write", RENEW),
    "not_allowed_token_type": ("is no app-level token, xapp-…", COPY_APP),
    "not_authed": (NOT_ACCEPTED, COPY_APP),
    "token_expired": (NOT_ACCEPTED, RENEW),
    "token_revoked": (NOT_ACCEPTED, RENEW),
}
"""What is wrong with the app token and what to do, by the error of `apps.connections.open` or the
reason of a `disconnect`. It stays wrong until somebody acts; other errors may pass."""

DOCS: Final = "https://docs.slack.dev/reference/methods"


def bot_token_refused(code: str) -> str:
    """The line for an error of `auth.test`."""
    remedy = BOT.get(code, f"{DOCS}/auth.test explains the error")
    return f"{BOT_TOKEN}: {NOT_ACCEPTED} ({code}); {remedy}"


def app_token_refused(code: str) -> str:
    """The line for an error of `apps.connections.open`, or for the reason of a `disconnect`."""
    explained = f"{DOCS}/apps.connections.open explains the error"
    problem, remedy = APP.get(code, ("Slack opens no socket", explained))
    return f"{APP_TOKEN}: {problem} ({code}); {remedy}"
