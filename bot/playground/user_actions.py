"""What others do: people write, edit, delete, click, send commands and modals; other apps post."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.playground.api import files
from bot.playground.events.acknowledgements import (
    failure,
    refusal,
    show_command,
    show_submission,
)
from bot.playground.events.envelopes import Outcome
from bot.playground.events.interactions import Click, Interactions
from bot.playground.workspace.api_error import ApiError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.playground.api.backend import Backend
    from bot.playground.clock import Clock
    from bot.playground.events.delivery import Delivery
    from bot.playground.workspace.changes import Message
    from bot.playground.workspace.people import App


class UserActions:
    """The actions of people. Users and channels are given by id or by name.

    ApiError is raised for a user, channel, message or button that does not exist.
    """

    def __init__(self, backend: Backend, delivery: Delivery, clock: Clock) -> None:
        self.backend = backend
        self.delivery = delivery
        self.clock = clock
        self.workspace = backend.workspace
        self.interactions = Interactions(backend)

    async def say(
        self,
        user: str,
        channel: str,
        text: str,
        *,
        thread_ts: str | None = None,
        attach: Sequence[tuple[str, bytes]] = (),
        **fields: Any,
    ) -> Message:
        """Posts a message. `@name` becomes a mention; `attach` holds names and contents of files.

        `@streambot` in place of a channel is the DM with the bot.
        """
        author, now = self.workspace.user(user).id, self.clock.wall()
        if attach:
            fields["files"] = [self._file(author, name, content) for name, content in attach]
            fields.setdefault("subtype", "file_share")
        where = self._channel(author, channel)
        return self.workspace.say(
            where, user=author, text=text, now=now, thread_ts=thread_ts, **fields
        )

    async def post_as(self, app: App, channel: str, **fields: Any) -> Message:
        """Another app posts, or the incoming webhook of one that has no user."""
        team, now = self.workspace.team_id, self.clock.wall()
        author = {"bot_id": app.bot_id, "app_id": app.app_id, "bot_profile": app.profile(team)}
        if not app.user_id:
            author |= {"subtype": "bot_message", "username": app.name}
        where = self.workspace.channel(channel).id
        return self.workspace.post(where, user=app.user_id, now=now, **author | fields)

    async def edit(self, channel: str, ts: str, text: str) -> Message:
        """The author edits a message."""
        where = self.workspace.channel(channel).id
        return self.workspace.edit(where, ts, text=text, now=self.clock.wall())

    async def delete(self, channel: str, ts: str) -> None:
        self.workspace.delete(self.workspace.channel(channel).id, ts, now=self.clock.wall())

    async def click(
        self,
        user: str,
        channel: str,
        message_ts: str,
        action_id: str,
        *,
        block_id: str | None = None,
        value: str | None = None,
    ) -> Outcome:
        """Clicks a button. The outcome says whether the app acknowledged in time."""
        who, where = self.workspace.user(user), self.workspace.channel(channel)
        message = self.workspace.message(where.id, message_ts) or self._ephemeral(message_ts)
        click = Click(who, where, message, action_id, block_id, value)
        return await self.delivery.send_once(self.interactions.click(click, self.clock.wall()))

    async def command(
        self, user: str, channel: str, command: str, text: str = "", *, thread_ts: str | None = None
    ) -> Outcome:
        """Sends a slash command, and shows what the app says in its acknowledgement.

        Slackbot tells the person why a command was not sent to the app, or failed.
        """
        who, where = self.workspace.user(user), self.workspace.channel(channel)
        now = self.clock.wall()
        outcome = Outcome(accepted=False, reason="invalid_command")
        why = refusal(self.workspace, command, thread_ts)
        if not why:
            sent = self.interactions.command(who, where, command, text, now)
            outcome = await self.delivery.send_once(sent)
            outcome = show_command(self.workspace, who, where, outcome, self.clock.wall())
            why = "" if outcome.accepted else failure(command, outcome.reason)
        if why:
            self.workspace.slackbot_says(
                where.id, user=who.id, now=self.clock.wall(), text=why, thread_ts=thread_ts
            )
        return outcome

    async def submit(self, user: str, view_id: str, values: dict[str, Any]) -> Outcome:
        """Submits a modal, and does with it what the app responds; without a word it closes."""
        view = next(view for view in self.workspace.views if view["id"] == view_id)
        who = self.workspace.user(user)
        submission = self.interactions.submission(who, view, values, self.clock.wall())
        outcome = await self.delivery.send_once(submission)
        show_submission(self.workspace, view, who, outcome, self.clock.wall())
        return outcome

    def _channel(self, user_id: str, name: str) -> str:
        bot = self.workspace.users[self.workspace.bot.user_id]
        if name.removeprefix("@") in {bot.name, bot.id}:
            return self.workspace.dm(user_id).id
        return self.workspace.channel(name).id

    def _file(self, user: str, name: str, content: bytes) -> dict[str, Any]:
        shared = files.new_file(self.backend, name, user, self.clock.wall())
        files.store_content(self.backend, shared["id"], content)
        return shared

    def _ephemeral(self, ts: str) -> Message:
        for message in self.workspace.ephemerals:
            if message["ts"] == ts:
                return message
        raise ApiError("message_not_found")
