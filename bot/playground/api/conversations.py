"""The methods `conversations.*`, `reactions.*` and `assistant.threads.setStatus`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.playground.workspace.api_error import ApiError
from bot.playground.workspace.cursors import page
from bot.playground.workspace.people import Channel, channel_object

if TYPE_CHECKING:
    from bot.playground.api.calls import Call, Response
    from bot.playground.workspace.cursors import Page


def history(call: Call) -> Response:
    channel = call.joined()
    listed = call.workspace.history(channel.id, limit=call.limit(100, 999), **_window(call))
    return {"messages": listed.items, "has_more": listed.has_more, "pin_count": 0} | _next(listed)


def replies(call: Call) -> Response:
    channel, ts = call.joined(), call.required("ts")
    listed = call.workspace.replies(channel.id, ts, limit=call.limit(1000, 1000), **_window(call))
    return {"messages": listed.items, "has_more": listed.has_more} | _next(listed)


def info(call: Call) -> Response:
    return {"channel": channel_object(call.channel(), call.workspace.bot)}


def listing(call: Call) -> Response:
    bot, kinds = call.workspace.bot, call.text("types", "public_channel").split(",")
    wanted = {_KIND_OF_TYPE.get(kind.strip()) for kind in kinds}
    seen = [c for c in call.workspace.channels.values() if c.kind in wanted]
    seen = [c for c in seen if c.kind == "channel" or bot.user_id in c.members]
    listed = page([channel_object(c, bot) for c in seen], call.limit(100, 1000), _cursor(call))
    return {"channels": listed.items} | _next(listed)


def members(call: Call) -> Response:
    listed = page(call.channel().members, call.limit(100, 1000), _cursor(call))
    return {"members": listed.items} | _next(listed)


def open_(call: Call) -> Response:
    if call.text("channel"):
        return {"channel": _opened(call, call.channel())}
    people = [user.strip() for user in call.required("users").split(",")]
    if unknown := [user for user in people if user not in call.workspace.users]:
        raise ApiError("user_not_found", user=unknown[0])
    return {"channel": _opened(call, _direct(call, people))}


def add_reaction(call: Call) -> Response:
    call.workspace.react(**_reaction(call))
    return {}


def remove_reaction(call: Call) -> Response:
    call.workspace.unreact(**_reaction(call))
    return {}


def set_status(call: Call) -> Response:
    channel, ts = call.channel("channel_id"), call.required("thread_ts")
    if call.workspace.message(channel.id, ts) is None:
        raise ApiError("invalid_thread_ts")
    call.workspace.set_status(channel.id, ts, call.text("status"), call.now)
    return {}


_KIND_OF_TYPE = {
    "public_channel": "channel",
    "private_channel": "group",
    "im": "im",
    "mpim": "mpim",
}


def _window(call: Call) -> dict[str, Any]:
    return {
        "latest": call.text("latest") or None,
        "oldest": call.text("oldest") or None,
        "inclusive": call.flag("inclusive"),
        "cursor": _cursor(call),
        "include_all_metadata": call.flag("include_all_metadata"),
    }


def _cursor(call: Call) -> str | None:
    return call.text("cursor") or None


def _next(listed: Page[Any]) -> Response:
    return {"response_metadata": {"next_cursor": listed.next_cursor}}


def _opened(call: Call, channel: Channel) -> Response:
    if call.flag("return_im"):
        return channel_object(channel, call.workspace.bot)
    return {"id": channel.id}


def _direct(call: Call, people: list[str]) -> Channel:
    if len(people) == 1:
        return call.workspace.dm(people[0])
    wanted = {*people, call.workspace.bot.user_id}
    for channel in call.workspace.channels.values():
        if channel.kind == "mpim" and set(channel.members) == wanted:
            return channel
    names = "--".join(call.workspace.users[user].name for user in people)
    channel = Channel(f"C0M{len(call.workspace.channels)}", f"mpdm-{names}-1", "mpim", [*wanted])
    call.workspace.channels[channel.id] = channel
    return channel


def _reaction(call: Call) -> dict[str, Any]:
    return {
        "channel_id": call.joined().id,
        "ts": call.required("timestamp"),
        "user": call.workspace.bot.user_id,
        "name": call.required("name").strip(":"),
        "now": call.now,
    }
