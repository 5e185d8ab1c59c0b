"""Names of environment variables: which of ours somebody meant by a name that is not ours."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

ALIASES: Final[Mapping[str, str]] = {
    name: setting
    for setting, names in {
        "DATABASE_URL": "DATABASE DATABASE_DSN DATABASE_URI DB_DSN DB_URI DB_URL",
        "OPENAI_API_KEY": "OPENAI_API_TOKEN OPENAI_KEY OPENAI_SECRET_KEY OPENAI_TOKEN",
        "OPENAI_BASE_URL": (
            "OPENAI_API_BASE OPENAI_API_BASE_URL OPENAI_API_HOST OPENAI_API_URL OPENAI_ENDPOINT "
            "OPENAI_HOST OPENAI_URL"
        ),
        "OPENAI_MODEL": (
            "OPENAI_API_MODEL OPENAI_CHAT_MODEL OPENAI_DEFAULT_MODEL OPENAI_MODEL_ID "
            "OPENAI_MODEL_NAME"
        ),
        "OPENAI_MAX_TOKENS": "OPENAI_MAX_COMPLETION_TOKENS OPENAI_MAX_OUTPUT_TOKENS",
        "SLACK_APP_TOKEN": (
            "SLACK_APP_LEVEL_TOKEN SLACK_SOCKET_MODE_TOKEN SLACK_SOCKET_TOKEN SLACK_XAPP_TOKEN"
        ),
        "SLACK_BOT_TOKEN": (
            "BOT_TOKEN SLACK_ACCESS_TOKEN SLACK_API_TOKEN SLACK_BOT_ACCESS_TOKEN "
            "SLACK_BOT_OAUTH_TOKEN SLACK_BOT_USER_OAUTH_TOKEN SLACK_BOT_USER_TOKEN "
            "SLACK_OAUTH_TOKEN SLACK_TOKEN SLACK_XOXB_TOKEN"
        ),
        "SLACK_SIGNING_SECRET": "SLACK_SECRET SLACK_SIGNATURE_SECRET SLACK_SIGNING_KEY",
    }.items()
    for name in names.split()
}
"""Names that other programs and older libraries have for our settings."""

CLOSE: Final = 0.9
"""Likeness (`difflib`) from which a name is taken for a slip: one or two letters are wrong."""
VAGUE: Final = 0.6
"""The same for a name that begins like ours, so that nobody else can have meant it."""

SERVICE_LINK: Final = re.compile(
    r"\w+_(?:SERVICE_HOST|SERVICE_PORT(?:_\w+)?|PORT_\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?)"
)
LINK: Final = re.compile(r"(?:tcp|udp|sctp)://", re.IGNORECASE)


def meant_by(name: str, known: Collection[str]) -> str | None:
    """Returns the setting that is probably meant by a name that is none; None for other names."""
    upper = name.upper()
    if upper in known or any(_contains(upper, setting) for setting in known):
        return None
    return ALIASES.get(upper) or _nearest(upper, known, CLOSE)


def nearest(name: str, known: Collection[str]) -> str | None:
    """Returns the setting that is most like a name that only we can have."""
    upper = name.upper()
    return ALIASES.get(upper) or _nearest(upper, known, VAGUE)


def is_service_link(name: str, value: str) -> bool:
    """True for what Kubernetes and Docker set for a service, which may be called like us."""
    upper = name.upper()
    return bool(SERVICE_LINK.fullmatch(upper) or (upper.endswith("_PORT") and LINK.match(value)))


def _contains(name: str, setting: str) -> bool:
    """True for `DATABASE_URL_POOLED` and `AZURE_OPENAI_API_KEY`: names with a purpose of their own.

    Also for a numbered one, such as `SLACK_BOT_TOKEN2`. An alias is none of them.
    """
    if name in ALIASES:
        return False
    after = name.removeprefix(setting) if name.startswith(setting) else ""
    return after[:1] == "_" or after.isdigit() or name.endswith(f"_{setting}")


def _nearest(name: str, known: Collection[str], cutoff: float) -> str | None:
    return next(iter(get_close_matches(name, known, n=1, cutoff=cutoff)), None)
