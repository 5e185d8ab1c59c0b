"""Thumbs: counted once per person, and where one is down, the question why."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

import structlog

from bot.core.feedback import Thumb, VoteOutcome
from bot.errors import SlackError, StoreError
from bot.slack.actions.buttons import read_value, read_verdict
from bot.slack.actions.ephemeral import place_of, post_ephemeral
from bot.slack.actions.feedback_form import form, read
from bot.slack.web_api import call

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Hashable, Mapping

    from slack_sdk.web.async_client import AsyncWebClient

    from bot.core.ports import Feedback
    from bot.core.types import TurnKey
    from bot.strings import Strings

log = structlog.get_logger(__name__)

MONTH: Final = 30 * 86400.0
DOUBLE_CLICK: Final = 2.0
"""Seconds within which a second click is the same click."""


class FeedbackActions:
    """Takes in what people say of answers. Anybody who can see an answer may."""

    def __init__(
        self,
        client: AsyncWebClient,
        feedback: Feedback,
        words: Callable[[str], Awaitable[Strings]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`words` finds out a user's language; `clock` gives monotonic seconds."""
        self._client = client
        self._feedback = feedback
        self._words = words
        self._clock = clock
        self._clicked: dict[Hashable, float] = {}

    async def cast(self, body: Mapping[str, Any]) -> None:
        """A thumb was pressed. Its value may be forged."""
        user, value = body["user"]["id"], body["actions"][0].get("value")
        rated, verdict = read_value(value), read_verdict(value)
        if rated is None or verdict is None:
            await self._say(body, (await self._words(user)).replaced)
            return
        try:
            vote = await self._feedback.vote(*rated, user, verdict)
        except StoreError:
            await self._say(body, (await self._words(user)).failures["internal"])
            return
        await self._counted(body, rated, verdict, vote)

    async def explain(self, body: Mapping[str, Any]) -> None:
        """The form came back."""
        user, filled = body["user"]["id"], read(body["view"])
        if filled is None:
            return
        words = await self._words(user)
        said = bool(filled.faults or filled.reason)
        try:
            taken = not said or await self._feedback.explain(
                filled.key, filled.round, user, filled.faults, filled.reason
            )
        except StoreError:
            answer = words.failures["internal"]
        else:
            answer = words.thanks if taken else words.replaced
            log.info(
                "feedback explained",
                faults=[fault.value for fault in filled.faults],
                characters=len(filled.reason),
            )
        await post_ephemeral(self._client, filled.where, user, answer)

    async def _counted(
        self, body: Mapping[str, Any], rated: tuple[TurnKey, int], verdict: Thumb, vote: VoteOutcome
    ) -> None:
        words = await self._words(body["user"]["id"])
        if vote is VoteOutcome.STALE:
            await self._say(body, words.replaced)
        elif verdict is Thumb.DOWN:
            # A click that changes nothing may still be meant to say why, unless it is a double one.
            if self._is_new((body["user"]["id"], *rated)):
                await self._ask_why(body, words, rated)
        elif vote is VoteOutcome.COUNTED:
            await self._say(body, words.thanks)
        if vote is VoteOutcome.COUNTED:
            await self._tell(rated[0][0], verdict)

    async def _ask_why(
        self, body: Mapping[str, Any], words: Strings, rated: tuple[TurnKey, int]
    ) -> None:
        """Where the form cannot be shown any more, the thumb counts all the same."""
        view = form(words, *rated, place_of(body))
        try:
            await call(
                self._client, "views.open", {"trigger_id": body.get("trigger_id"), "view": view}
            )
        except SlackError as error:
            log.info("not asked why", detail=str(error))
            await self._say(body, words.thanks)

    async def _tell(self, team: str, verdict: Thumb) -> None:
        with suppress(StoreError):
            tally = await self._feedback.counts(team, MONTH)
            log.info("feedback", verdict=verdict.value, up=tally.up, down=tally.down)

    async def _say(self, body: Mapping[str, Any], text: str) -> None:
        await post_ephemeral(self._client, place_of(body), body["user"]["id"], text)

    def _is_new(self, click: Hashable) -> bool:
        now = self._clock()
        self._clicked = {each: at for each, at in self._clicked.items() if now - at < DOUBLE_CLICK}
        new = click not in self._clicked
        self._clicked.setdefault(click, now)
        return new
