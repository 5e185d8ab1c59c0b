"""Methods about identity (`auth.*`, `users.*`, `bots.*`, `team.*`), and `views.open`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.playground.workspace.api_error import ApiError
from bot.playground.workspace.cursors import page
from bot.playground.workspace.people import user_object

if TYPE_CHECKING:
    from bot.playground.api.calls import Call, Response

_MAX_VIEW = 250_000  # bytes


def api_test(call: Call) -> Response:
    return {"args": {key: str(value) for key, value in call.arguments.items()}}


def auth_test(call: Call) -> Response:
    workspace = call.workspace
    return {
        "url": call.backend.base_url,
        "team": workspace.name,
        "user": workspace.users[workspace.bot.user_id].name,
        "team_id": workspace.team_id,
        "user_id": workspace.bot.user_id,
        "bot_id": workspace.bot.bot_id,
        "is_enterprise_install": False,
    }


def open_socket(call: Call) -> Response:
    return {"url": call.backend.open_socket()}


def user_info(call: Call) -> Response:
    user = call.workspace.users.get(call.required("user"))
    if user is None:
        raise ApiError("user_not_found")
    locale = call.flag("include_locale")
    return {"user": user_object(user, call.workspace.team_id, call.workspace.bot, locale=locale)}


def user_list(call: Call) -> Response:
    workspace, locale = call.workspace, call.flag("include_locale")
    people = [
        user_object(user, workspace.team_id, workspace.bot, locale=locale)
        for user in workspace.users.values()
    ]
    listed = page(people, call.limit(1000, 1000), call.text("cursor") or None)
    metadata = {"next_cursor": listed.next_cursor}
    return {"members": listed.items, "cache_ts": int(call.now), "response_metadata": metadata}


def bot_info(call: Call) -> Response:
    workspace = call.workspace
    if call.text("bot", workspace.bot.bot_id) != workspace.bot.bot_id:
        raise ApiError("bot_not_found")
    return {"bot": workspace.bot.profile(workspace.team_id)}


def team_info(call: Call) -> Response:
    workspace = call.workspace
    team = {"id": workspace.team_id, "name": workspace.name, "domain": workspace.domain}
    return {"team": team | {"url": call.backend.base_url, "email_domain": "", "icon": {}}}


def open_view(call: Call) -> Response:
    view = call.json("view")
    if not isinstance(view, dict):
        raise ApiError("invalid_arguments")
    if len(str(view).encode()) > _MAX_VIEW:
        raise ApiError("view_too_large")
    user = call.backend.triggers.exchange(call.required("trigger_id"), call.now)
    return {"view": call.workspace.open_view(view, user=user, now=call.now)}


def accepted(_call: Call) -> Response:
    """For methods that the playground accepts without effect."""
    return {}
