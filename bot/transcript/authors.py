"""Whose a message is, and whom it mentions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

AUTHOR: Final = ("user", "bot_id", "author_id")
"""Keys of who wrote a message; `author_id` stands in a forwarded one."""

MENTIONED: Final = re.compile(r"<@([UW][A-Z0-9]+)")
READ: Final = ("text", "blocks", "attachments")
"""Keys of what a message says."""

USERS: Final = ("user_id", "slack_id", "initial_user", "initial_users")
"""Keys of users that blocks and their elements name."""


def is_by(message: Mapping[str, Any], ids: Collection[str]) -> bool:
    """Whether one of these users or bots (ids) wrote the message, forwarded or not."""
    authors = (message.get(key) for key in AUTHOR)
    return any(each in ids for each in authors if isinstance(each, str) and each)


def is_by_app(message: Mapping[str, Any]) -> bool:
    """Whether an app wrote the message."""
    return bool(message.get("bot_id")) or message.get("subtype") == "bot_message"


def mentioned(message: Mapping[str, Any]) -> list[str]:
    """The ids of the users that the message mentions, wherever in it, each once."""
    found: dict[str, None] = {}
    left: list[Any] = [message.get(key) for key in reversed(READ)]
    while left:
        value = left.pop()
        if isinstance(value, str):
            found |= dict.fromkeys(MENTIONED.findall(value))
        elif isinstance(value, list):
            left += reversed(value)
        elif isinstance(value, dict):
            named = [value.get(key) for key in USERS]
            ids = [one for each in named for one in (each if isinstance(each, list) else [each])]
            found |= dict.fromkeys(each for each in ids if isinstance(each, str))
            left += reversed(value.values())
    return list(found)
