"""What the people at the page ask for, checked as if anybody could have sent it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from bot.playground.page import modals, view
from bot.playground.workspace.api_error import ApiError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from bot.playground.events.envelopes import Outcome
    from bot.playground.page.panels import Panels
    from bot.playground.server import Playground

    Asked = Mapping[str, Any]

_LONGEST_TEXT = 40_000
_NOT_UNDERSTOOD = "The playground did not understand that."
_NO_ANSWER = "The bot did not answer within three seconds."


class Asks:
    """Turns a frame of the page's socket into a deed."""

    def __init__(self, playground: Playground, panels: Panels) -> None:
        self._playground = playground
        self._panels = panels

    async def do(self, frame: str) -> str:
        """What to tell the person; nothing when it went well."""
        try:
            asked = json.loads(frame)
            return await _DEEDS[asked["type"]](self, asked)
        except ApiError as refused:
            return f"Slack says no: {refused.code}"
        except (LookupError, TypeError, ValueError):
            return _NOT_UNDERSTOOD

    async def say(self, asked: Asked) -> str:
        user, channel = self._who(asked)
        text, thread = str(asked["text"])[:_LONGEST_TEXT], asked.get("thread_ts")
        if text.startswith("/") and not thread:
            command, _, rest = text.partition(" ")
            return await _outcome(self._playground.command(user, channel, command, rest))
        text = view.addressed(text, self._playground.workspace.users.values())
        await self._playground.say(user, channel, text, thread_ts=thread)
        return ""

    async def click(self, asked: Asked) -> str:
        user, channel = self._who(asked)
        where = (user, channel, str(asked["ts"]), str(asked["action_id"]))
        return await _outcome(self._playground.click(*where, value=asked.get("value")))

    async def submit(self, asked: Asked) -> str:
        """A modal is sent off; the bot may find that something in it will not do."""
        shown = self._modal(asked)
        given = modals.state(shown, asked["values"])
        outcome = await self._playground.submit(asked["user"], shown["id"], given)
        if not outcome.accepted:
            return _NO_ANSWER
        return " ".join(map(str, (outcome.payload or {}).get("errors", {}).values()))

    async def dismiss(self, asked: Asked) -> str:
        self._playground.workspace.open_views.pop(self._modal(asked)["id"])
        return ""

    async def delete(self, asked: Asked) -> str:
        """People delete what they have written themselves."""
        user, channel = self._who(asked)
        message = self._playground.workspace.message(channel, str(asked["ts"])) or {}
        if message.get("user") != user:
            raise ApiError("cant_delete_message")
        await self._playground.delete(channel, message["ts"])
        return ""

    async def switch(self, asked: Asked) -> str:
        await self._panels.switch(asked["panel"], asked["name"], asked["value"])
        return ""

    async def reset(self, _: Asked) -> str:
        await self._panels.reset()
        return ""

    def _modal(self, asked: Asked) -> Mapping[str, Any]:
        """One that this person has open."""
        workspace = self._playground.workspace
        if workspace.open_views[asked["view"]] != asked["user"]:
            raise ApiError("not_found")
        return next(each for each in workspace.views if each["id"] == asked["view"])

    def _who(self, asked: Asked) -> tuple[str, str]:
        """A person, never the bot, in a channel that this person sees."""
        user = self._playground.workspace.users[asked["user"]]
        channel = self._playground.workspace.channels[asked["channel"]]
        if user.is_bot or user.id not in channel.members:
            raise ApiError("not_in_channel")
        return user.id, channel.id


async def _outcome(asking: Awaitable[Outcome]) -> str:
    return "" if (await asking).accepted else _NO_ANSWER


_DEEDS: dict[str, Callable[[Asks, Asked], Awaitable[str]]] = {
    "say": Asks.say,
    "click": Asks.click,
    "submit": Asks.submit,
    "dismiss": Asks.dismiss,
    "delete": Asks.delete,
    "switch": Asks.switch,
    "reset": Asks.reset,
}
