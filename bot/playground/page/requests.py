"""What the people at the page ask for, checked as if anybody could have sent it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from bot.playground.page import modals, view
from bot.playground.workspace.api_error import ApiError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from bot.playground.page.panels import Panels
    from bot.playground.server import Playground

    Asked = Mapping[str, Any]
    Told = dict[str, Any]

_COMMAND = re.compile(r"/\S")
_LONGEST_TEXT = 40_000
_NOT_UNDERSTOOD = "The playground did not understand that."
_NO_ANSWER = "The bot did not answer within three seconds."


class Asks:
    """Turns a frame of the page's socket into a deed."""

    def __init__(self, playground: Playground, panels: Panels) -> None:
        self._playground = playground
        self._panels = panels

    async def do(self, frame: str) -> Told | None:
        """What to tell the page, apart from the changes that it is told of anyway."""
        try:
            asked = json.loads(frame)
            return await _DEEDS[asked["type"]](self, asked)
        except ApiError as refused:
            return _problem(f"Slack says no: {refused.code}")
        except (LookupError, TypeError, ValueError):
            return _problem(_NOT_UNDERSTOOD)

    async def say(self, asked: Asked) -> Told | None:
        """A message, or a command: a `/` with a word behind it, at the very beginning."""
        user, channel = self._who(asked)
        text, thread = str(asked["text"]), asked.get("thread_ts")
        if _COMMAND.match(text):
            command, *rest = text[:_LONGEST_TEXT].split(maxsplit=1)
            outcome = await self._playground.command(
                user, channel, command, "".join(rest).strip(), thread_ts=thread
            )
            about = {"channel": channel, "thread_ts": thread, "text": text}
            return {"type": "command", "taken": outcome.accepted} | about
        text = text.strip()
        await self._playground.say(user, channel, self._addressed(text), thread_ts=thread)
        return None

    async def click(self, asked: Asked) -> Told | None:
        user, channel = self._who(asked)
        where = (user, channel, str(asked["ts"]), str(asked["action_id"]))
        outcome = await self._playground.click(*where, value=asked.get("value"))
        return None if outcome.accepted else _problem(_NO_ANSWER)

    async def submit(self, asked: Asked) -> Told | None:
        """A modal is sent off; the bot may find that something in it will not do."""
        shown = self._modal(asked)
        given = modals.state(shown, asked["values"])
        outcome = await self._playground.submit(asked["user"], shown["id"], given)
        said = outcome.payload or {}
        if outcome.accepted and said.get("response_action") != "errors":
            return None
        errors = modals.errors(shown, said) if outcome.accepted else {}
        return {"type": "refused", "view": shown["id"], "errors": errors}

    async def dismiss(self, asked: Asked) -> Told | None:
        self._playground.workspace.open_views.pop(self._modal(asked)["id"])
        return None

    async def edit(self, asked: Asked) -> Told | None:
        """People change what they have written themselves."""
        channel, message = self._own(asked, "cant_update_message")
        text = self._addressed(str(asked["text"]).strip())
        if not text:
            raise ApiError("no_text")
        await self._playground.edit(channel, message["ts"], text)
        return None

    async def delete(self, asked: Asked) -> Told | None:
        channel, message = self._own(asked, "cant_delete_message")
        await self._playground.delete(channel, message["ts"])
        return None

    async def switch(self, asked: Asked) -> Told | None:
        await self._panels.switch(asked["panel"], asked["name"], asked["value"])
        return None

    async def reset(self, _: Asked) -> Told | None:
        await self._panels.reset()
        return None

    def _addressed(self, text: str) -> str:
        users = self._playground.workspace.users.values()
        return view.addressed(text[:_LONGEST_TEXT], users)

    def _own(self, asked: Asked, error: str) -> tuple[str, Mapping[str, Any]]:
        """A message that this person has written; else the ApiError."""
        user, channel = self._who(asked)
        message = self._playground.workspace.message(channel, str(asked["ts"])) or {}
        if message.get("user") != user:
            raise ApiError(error)
        return channel, message

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


def _problem(text: str) -> Told:
    return {"type": "problem", "text": text}


_DEEDS: dict[str, Callable[[Asks, Asked], Awaitable[Told | None]]] = {
    "say": Asks.say,
    "click": Asks.click,
    "submit": Asks.submit,
    "dismiss": Asks.dismiss,
    "edit": Asks.edit,
    "delete": Asks.delete,
    "switch": Asks.switch,
    "reset": Asks.reset,
}
