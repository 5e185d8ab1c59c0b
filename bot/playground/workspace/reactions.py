"""The reactions of a message: who reacted with which emoji."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.playground.workspace.api_error import ApiError

if TYPE_CHECKING:
    from bot.playground.workspace.changes import Message

Reactions = list[dict[str, Any]]


def with_reaction(message: Message, user: str, name: str) -> Reactions:
    """The message's reactions and this one; ApiError when the user has already made it."""
    users = _users(message)
    if user in users.setdefault(name, []):
        raise ApiError("already_reacted")
    users[name].append(user)
    return _reactions(users)


def without_reaction(message: Message, user: str, name: str) -> Reactions:
    """The message's reactions without this one; ApiError when there is no such reaction."""
    users = _users(message)
    if user not in users.get(name, []):
        raise ApiError("no_reaction")
    users[name].remove(user)
    return _reactions(users)


def _users(message: Message) -> dict[str, list[str]]:
    """The users of each emoji."""
    return {each["name"]: [*each["users"]] for each in message.get("reactions", [])}


def _reactions(users: dict[str, list[str]]) -> Reactions:
    return [
        {"name": name, "users": listed, "count": len(listed)}
        for name, listed in users.items()
        if listed
    ]
