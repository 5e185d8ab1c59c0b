"""Bolt's listeners: events, button clicks and forms, each handed on to what does the work."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Protocol

import structlog
from slack_bolt.error import BoltUnhandledRequestError
from slack_bolt.response import BoltResponse

from bot.core.turns import ClickOutcome
from bot.errors import SlackError, StoreError
from bot.slack.actions.buttons import (
    CONTINUE,
    FEEDBACK,
    REGENERATE,
    RETRY,
    STOP,
    THUMBS,
    read_value,
)
from bot.slack.actions.ephemeral import place_of, post_ephemeral
from bot.slack.actions.feedback_form import CALLBACK_ID
from bot.slack.answers.blocks import without_furniture
from bot.slack.authorize import UnknownTeam
from bot.slack.events.inbox import TURN, NotAccepted
from bot.slack.events.turns import read_deletion
from bot.slack.web_api import call

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from slack_bolt.async_app import AsyncApp
    from slack_bolt.context.async_context import AsyncBoltContext
    from slack_sdk.web.async_client import AsyncWebClient

    from bot.core.types import TurnKey
    from bot.slack.actions.feedback import FeedbackActions
    from bot.strings import Strings

log = structlog.get_logger(__name__)

REPLIES: Final[Mapping[ClickOutcome, Callable[[Strings], str]]] = {
    ClickOutcome.NOT_YOURS: lambda words: words.only_the_asker,
    ClickOutcome.OVER: lambda words: words.already_over,
    ClickOutcome.ASKED: lambda words: words.already_asked,
    ClickOutcome.UNREADABLE: lambda words: words.question_gone,
    ClickOutcome.FORGOTTEN: lambda words: words.forgotten,
    ClickOutcome.UNAVAILABLE: lambda words: words.failures["internal"],
}
"""What a person reads whose click had no effect."""

EXPECTED: Final = {BoltUnhandledRequestError: "not handled", UnknownTeam: "unknown team"}
"""Errors that are no bugs. The request is acknowledged, so that Slack does not send it again."""


class AskAgainHandler(Protocol):
    """Asks an ended turn again. Raises `StoreError`."""

    async def __call__(
        self, key: TurnKey, round_: int, user: str, *, goes_on: bool
    ) -> ClickOutcome: ...


@dataclass(frozen=True, slots=True)
class Handlers:
    """What the listeners call."""

    submit: Callable[[TurnKey], None]
    """Starts work on a turn that is in the journal."""

    stop: Callable[[TurnKey, str], Awaitable[ClickOutcome]]
    """Stops the answer to a turn for a user. Raises `StoreError`."""

    ask_again: AskAgainHandler

    deleted: Callable[[str, str, str], Awaitable[None]]
    """Takes note of a deleted message (team, channel, ts). Raises `StoreError`."""

    feedback: FeedbackActions

    words: Callable[[str], Awaitable[Strings]]
    """The strings in the language of a user, whose locale is looked up first."""

    client: AsyncWebClient

    unhandled: Counter[str] = field(default_factory=Counter)
    """How often each type of payload came for which there is no listener."""


def register(app: AsyncApp, handlers: Handlers) -> None:
    """Adds the listeners to `app`.

    Every request is acknowledged, except a question that the journal did not commit.
    """
    _register_events(app, handlers)
    _register_actions(app, handlers)

    async def on_error(
        error: Exception, body: dict[str, Any], response: BoltResponse | None
    ) -> BoltResponse | None:
        status = _status_of(handlers, error, body)
        return BoltResponse(status=status) if response is not None else None

    app.error(on_error)


def _register_events(app: AsyncApp, handlers: Handlers) -> None:
    async def on_message(context: AsyncBoltContext, body: dict[str, Any]) -> None:
        if turn := context.get(TURN):
            handlers.submit(turn.key)
        elif deleted := read_deletion(body):
            await _note_deletion(handlers, deleted)

    app.event("app_mention")(on_message)
    app.event("message")(on_message)


async def _note_deletion(handlers: Handlers, deleted: tuple[str, str, str]) -> None:
    """Notes a deletion. One that comes while the store is down or being closed is no bug."""
    try:
        await handlers.deleted(*deleted)
    except StoreError as error:
        log.warning("deletion not noted", detail=str(error))


def _register_actions(app: AsyncApp, handlers: Handlers) -> None:
    async def ask_again(body: Mapping[str, Any]) -> None:
        await _ask_again(handlers, body, goes_on=False)

    async def stop(body: Mapping[str, Any]) -> None:
        await _stop(handlers, body)

    async def go_on(body: Mapping[str, Any]) -> None:
        if await _ask_again(handlers, body, goes_on=True):
            await _remove_furniture(handlers, body)

    actions = {STOP: stop, RETRY: ask_again, REGENERATE: ask_again, CONTINUE: go_on}
    actions |= dict.fromkeys((FEEDBACK, *THUMBS.values()), handlers.feedback.vote)
    for action_id, work in actions.items():
        app.action(action_id)(_acknowledge_first(work))
    app.view(CALLBACK_ID)(_acknowledge_first(handlers.feedback.explain))


def _acknowledge_first(
    work: Callable[[Mapping[str, Any]], Awaitable[None]],
) -> Callable[..., Awaitable[None]]:
    """A listener that acknowledges and then works: Slack waits three seconds, no longer."""

    async def listener(ack: Callable[[], Awaitable[Any]], body: dict[str, Any]) -> None:
        await ack()
        await work(body)

    return listener


async def _stop(handlers: Handlers, body: Mapping[str, Any]) -> None:
    """Stops an answer, or tells the person who clicked why not. The value may be forged."""
    user, clicked = _read_click(body)
    try:
        outcome = await handlers.stop(clicked[0], user) if clicked else ClickOutcome.OVER
    except StoreError:
        outcome = ClickOutcome.UNAVAILABLE
    await _reply(handlers, body, outcome)


async def _ask_again(handlers: Handlers, body: Mapping[str, Any], *, goes_on: bool) -> bool:
    """Asks again; True when the new round has started."""
    user, clicked = _read_click(body)
    outcome = ClickOutcome.FORGOTTEN
    try:
        if clicked:
            outcome = await handlers.ask_again(*clicked, user, goes_on=goes_on)
    except StoreError:
        outcome = ClickOutcome.UNAVAILABLE
    await _reply(handlers, body, outcome)
    return outcome == ClickOutcome.STARTED


async def _remove_furniture(handlers: Handlers, body: Mapping[str, Any]) -> None:
    """Removes the notice and the buttons from a message, as its answer continues below it."""
    message, channel = body.get("message", {}), body.get("channel", {}).get("id")
    if not (blocks := without_furniture(message.get("blocks") or [])):
        return
    update = {"channel": channel, "ts": message.get("ts"), "blocks": blocks}
    try:
        await call(handlers.client, "chat.update", update | {"parse": "none"})
    except SlackError as error:
        log.info("buttons not removed", detail=str(error))


def _read_click(body: Mapping[str, Any]) -> tuple[str, tuple[TurnKey, int] | None]:
    """Who clicked, and the turn and round of the button; None for a value that is not ours."""
    return body["user"]["id"], read_value(body["actions"][0].get("value"))


async def _reply(handlers: Handlers, body: Mapping[str, Any], outcome: ClickOutcome) -> None:
    """Tells the person who clicked why nothing happened, if that is the outcome."""
    user = body["user"]["id"]
    if reply := REPLIES.get(outcome):
        await post_ephemeral(
            handlers.client, place_of(body), user, reply(await handlers.words(user))
        )


def _status_of(handlers: Handlers, error: Exception, body: Mapping[str, Any]) -> int:
    """The HTTP status for Slack: 500 asks for the event again, 200 acknowledges it."""
    if isinstance(error, NotAccepted):
        log.error("question not accepted", detail=str(error))
        return 500
    if reason := EXPECTED.get(type(error)):
        kind = kind_of(body)
        handlers.unhandled[kind] += 1
        log.info(reason, type=kind, times=handlers.unhandled[kind])
    else:
        log.error("listener failed", type=kind_of(body), exc_info=error)
    return 200


def kind_of(body: Mapping[str, Any]) -> str:
    """The type of a payload, for logs: no content, 80 characters at most."""
    event = body.get("event")
    inner = event.get("type") if isinstance(event, dict) else None
    return str(inner or body.get("type") or ("command" if "command" in body else "unknown"))[:80]
