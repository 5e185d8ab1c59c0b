"""Bolt's listeners: events, button clicks and forms, each handed on to what does the work."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Protocol

import structlog
from slack_bolt.error import BoltUnhandledRequestError
from slack_bolt.response import BoltResponse

from bot.core.bounded_map import BoundedMap
from bot.core.turns import Again, ClickOutcome
from bot.errors import StoreError
from bot.known_words import known
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
from bot.slack.authorize import UnknownTeam
from bot.slack.events.inbox import TURN, NotAccepted
from bot.transcript.untyped import mapping

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from slack_bolt.async_app import AsyncApp
    from slack_bolt.context.async_context import AsyncBoltContext

    from bot.core.types import Turn, TurnKey
    from bot.slack.actions.feedback import FeedbackActions
    from bot.slack.answers.leftovers import PressedMessages
    from bot.slack.web_api import SlackApi
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

MOST_KINDS: Final = 100
"""Types of payloads without a listener that are counted."""

EXPECTED: Final = {BoltUnhandledRequestError: "not handled", UnknownTeam: "unknown team"}
"""Errors that are no bugs. The request is acknowledged, so that Slack does not send it again."""


class AskAgainHandler(Protocol):
    """Asks an ended turn again. Raises `StoreError`."""

    async def __call__(
        self, key: TurnKey, round_: int, user: str, again: Again
    ) -> ClickOutcome: ...


@dataclass(frozen=True, slots=True)
class Handlers:
    """What the listeners call."""

    submit: Callable[[Turn], None]
    """Starts work on a turn that is in the journal."""

    stop: Callable[[TurnKey, str], Awaitable[ClickOutcome]]
    """Stops the answer to a turn for a user. Raises `StoreError`."""

    ask_again: AskAgainHandler

    feedback: FeedbackActions

    words: Callable[[str], Awaitable[Strings]]
    """The strings in the language of a user, whose locale is looked up first."""

    api: SlackApi

    pressed: PressedMessages
    """Takes messages below which an answer is about to go on."""

    repair: Callable[[TurnKey, str], None]
    """Begins to repair a message (ts) of an ended turn, if it does not look so."""

    unhandled: BoundedMap[str, int] = field(default_factory=lambda: BoundedMap(MOST_KINDS))
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
    async def on_message(context: AsyncBoltContext) -> None:
        if turn := context.get(TURN):
            handlers.submit(turn)

    app.event("app_mention")(on_message)
    app.event("message")(on_message)


def _register_actions(app: AsyncApp, handlers: Handlers) -> None:
    async def retry(body: Mapping[str, Any]) -> None:
        await _ask_again(handlers, body, Again.LAST)

    async def regenerate(body: Mapping[str, Any]) -> None:
        await _ask_again(handlers, body, Again.WHOLE)

    async def stop(body: Mapping[str, Any]) -> None:
        await _stop(handlers, body)

    async def go_on(body: Mapping[str, Any]) -> None:
        _note_pressed(handlers, body)
        await _ask_again(handlers, body, Again.MORE)

    async def vote(body: Mapping[str, Any]) -> None:
        await handlers.feedback.vote(body)
        _repair(handlers, body)

    actions = {STOP: stop, RETRY: retry, REGENERATE: regenerate, CONTINUE: go_on}
    actions |= dict.fromkeys((FEEDBACK, *THUMBS.values()), vote)
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
    if outcome != ClickOutcome.STOPPED:
        _repair(handlers, body)


async def _ask_again(handlers: Handlers, body: Mapping[str, Any], again: Again) -> None:
    """Asks again, or tells the person who clicked why not. The value may be forged."""
    user, clicked = _read_click(body)
    outcome = ClickOutcome.FORGOTTEN
    try:
        if clicked:
            outcome = await handlers.ask_again(*clicked, user, again)
    except StoreError:
        outcome = ClickOutcome.UNAVAILABLE
    await _reply(handlers, body, outcome)
    if outcome != ClickOutcome.STARTED:
        _repair(handlers, body)


def _repair(handlers: Handlers, body: Mapping[str, Any]) -> None:
    """The message that was pressed may look live though its turn has ended."""
    clicked, ts = _read_click(body)[1], mapping(body.get("container")).get("message_ts")
    if clicked and isinstance(ts, str):
        handlers.repair(clicked[0], ts)


def _note_pressed(handlers: Handlers, body: Mapping[str, Any]) -> None:
    """Keeps the message of a click on Continue, from which the buttons are to be removed."""
    message, channel = mapping(body.get("message")), mapping(body.get("channel")).get("id")
    match channel, message.get("ts"), message.get("blocks"):
        case str(), str() as ts, list() as blocks:
            handlers.pressed.note(channel, ts, blocks)


def _read_click(body: Mapping[str, Any]) -> tuple[str, tuple[TurnKey, int] | None]:
    """Who clicked, and the turn and round of the button; None for a value that is not ours."""
    return body["user"]["id"], read_value(body["actions"][0].get("value"))


async def _reply(handlers: Handlers, body: Mapping[str, Any], outcome: ClickOutcome) -> None:
    """Tells the person who clicked why nothing happened, if that is the outcome."""
    user = body["user"]["id"]
    if reply := REPLIES.get(outcome):
        await post_ephemeral(handlers.api, place_of(body), user, reply(await handlers.words(user)))


def _status_of(handlers: Handlers, error: Exception, body: Mapping[str, Any]) -> int:
    """The HTTP status for Slack: 500 asks for the event again, 200 acknowledges it."""
    if isinstance(error, NotAccepted):
        log.error("question not accepted", detail=str(error))
        return 500
    if reason := EXPECTED.get(type(error)):
        kind = kind_of(body)
        times = handlers.unhandled[kind] = handlers.unhandled.get(kind, 0) + 1
        log.info(reason, type=kind, times=times)
    else:
        log.error("listener failed", type=kind_of(body), exc_info=error)
    return 200


def kind_of(body: Mapping[str, Any]) -> str:
    """The type of a payload, for logs: no content."""
    event = body.get("event")
    inner = event.get("type") if isinstance(event, dict) else None
    return known(inner or body.get("type") or ("command" if "command" in body else "unknown"))
