"""Feedback: thumbs, counted once per person, and the form that a thumb down opens."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

import structlog

from bot.core.feedback import Thumb, VoteOutcome
from bot.errors import SlackError, StoreError
from bot.slack.actions.buttons import read_thumb, read_value
from bot.slack.actions.ephemeral import place_of, post_ephemeral
from bot.slack.actions.feedback_form import build_form, read_form

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Hashable, Mapping

    from bot.core.ports import Feedback
    from bot.core.types import TurnKey
    from bot.slack.web_api import SlackApi
    from bot.strings import Strings

log = structlog.get_logger(__name__)

MONTH: Final = 30 * 86400.0
"""Seconds for which the log sums votes up."""

DOUBLE_CLICK: Final = 2.0
"""Seconds within which a second click on the same thumb counts as the same click."""

TRIGGER: Final = 2.0
"""Seconds that opening the form waits for the budget. A trigger expires after three seconds (docs:
modals)."""


class FeedbackActions:
    """Takes votes on answers. Everybody who can see an answer may vote."""

    def __init__(
        self,
        api: SlackApi,
        feedback: Feedback,
        words: Callable[[str], Awaitable[Strings]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`words` gives the strings in a user's language; `clock` gives monotonic seconds."""
        self._api = api
        self._feedback = feedback
        self._words = words
        self._clock = clock
        self._clicked: dict[Hashable, float] = {}

    async def vote(self, body: Mapping[str, Any]) -> None:
        """Counts a click on a thumb. Its value may be forged."""
        user, value = body["user"]["id"], body["actions"][0].get("value")
        rated, thumb = read_value(value), read_thumb(value)
        if rated is None or thumb is None:
            await self._say(body, (await self._words(user)).replaced)
            return
        try:
            outcome = await self._feedback.vote(*rated, user, thumb)
        except StoreError:
            await self._say(body, (await self._words(user)).failures["internal"])
            return
        await self._respond(body, rated, thumb, outcome)

    async def explain(self, body: Mapping[str, Any]) -> None:
        """Stores what somebody filled into the form. A form that is not ours is ignored."""
        user, filled = body["user"]["id"], read_form(body["view"])
        if filled is None:
            return
        words = await self._words(user)
        empty = not (filled.faults or filled.reason)
        try:
            stored = empty or await self._feedback.explain(
                filled.key, filled.round, user, filled.faults, filled.reason
            )
        except StoreError:
            answer = words.failures["internal"]
        else:
            answer = words.thanks if stored else words.replaced
            log.info(
                "feedback explained",
                faults=[fault.value for fault in filled.faults],
                characters=len(filled.reason),
            )
        await post_ephemeral(self._api, filled.where, user, answer)

    async def _respond(
        self,
        body: Mapping[str, Any],
        rated: tuple[TurnKey, int],
        thumb: Thumb,
        outcome: VoteOutcome,
    ) -> None:
        """Tells the voter what the vote did, or opens the form, and logs the tally."""
        words = await self._words(body["user"]["id"])
        if outcome is VoteOutcome.STALE:
            await self._say(body, words.replaced)
        elif thumb is Thumb.DOWN:
            # A vote that changes nothing still opens the form, unless it is a double click.
            if self._is_new((body["user"]["id"], *rated)):
                await self._open_form(body, words, rated)
        elif outcome is VoteOutcome.COUNTED:
            await self._say(body, words.thanks)
        if outcome is VoteOutcome.COUNTED:
            await self._log_tally(rated[0][0], thumb)

    async def _open_form(
        self, body: Mapping[str, Any], words: Strings, rated: tuple[TurnKey, int]
    ) -> None:
        """Opens the form. If Slack refuses (the trigger has expired), the vote counts anyway."""
        view = build_form(words, *rated, place_of(body))
        try:
            opened = {"trigger_id": body.get("trigger_id"), "view": view}
            await self._api.call("views.open", opened, budget_timeout=TRIGGER)
        except SlackError as error:
            log.info("feedback form not opened", detail=str(error))
            await self._say(body, words.thanks)

    async def _log_tally(self, team: str, thumb: Thumb) -> None:
        with suppress(StoreError):
            tally = await self._feedback.counts(team, MONTH)
            log.info("feedback", verdict=thumb.value, up=tally.up, down=tally.down)

    async def _say(self, body: Mapping[str, Any], text: str) -> None:
        await post_ephemeral(self._api, place_of(body), body["user"]["id"], text)

    def _is_new(self, click: Hashable) -> bool:
        now = self._clock()
        self._clicked = {each: at for each, at in self._clicked.items() if now - at < DOUBLE_CLICK}
        new = click not in self._clicked
        self._clicked.setdefault(click, now)
        return new
