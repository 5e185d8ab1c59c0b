"""What Slack tells us, handed on: questions to be answered, presses of buttons, and the rest."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Protocol

import structlog
from slack_bolt.error import BoltUnhandledRequestError
from slack_bolt.response import BoltResponse

from bot.errors import SlackError, StoreError
from bot.slack.actions.ask_again import STARTED
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
from bot.slack.actions.feedback_form import WHY
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

REPLIES: Final[Mapping[str, Callable[[Strings], str]]] = {
    "not_yours": lambda words: words.only_the_asker,
    "over": lambda words: words.already_over,
    "asked": lambda words: words.already_asked,
    "unreadable": lambda words: words.question_gone,
    "forgotten": lambda words: words.forgotten,
    "unavailable": lambda words: words.failures["internal"],
}
"""What is said to whoever pressed a button without effect."""

EXPECTED: Final = {BoltUnhandledRequestError: "not handled", UnknownTeam: "unknown team"}
"""Errors that are none: acknowledged, so that Slack does not send the same thing three times."""


class Again(Protocol):
    """Opens an ended turn again, and says what became of that."""

    async def __call__(self, key: TurnKey, round_: int, user: str, *, goes_on: bool) -> str: ...


@dataclass(frozen=True, slots=True)
class Handlers:
    """Who does the work behind the listeners. `words` finds out a user's language."""

    submit: Callable[[TurnKey], None]
    stop: Callable[[TurnKey, str], Awaitable[str]]
    again: Again
    deleted: Callable[[str, str, str], Awaitable[None]]
    votes: FeedbackActions
    words: Callable[[str], Awaitable[Strings]]
    client: AsyncWebClient
    unhandled: Counter[str] = field(default_factory=Counter)


def register(app: AsyncApp, handlers: Handlers) -> None:
    """Adds the listeners. Every request is acknowledged, but for questions not yet accepted."""
    _hear(app, handlers)
    _feel(app, handlers)

    async def on_error(
        error: Exception, body: dict[str, Any], response: BoltResponse | None
    ) -> BoltResponse | None:
        status = _judge(handlers, error, body)
        return BoltResponse(status=status) if response is not None else None

    app.error(on_error)


def _hear(app: AsyncApp, handlers: Handlers) -> None:
    """What is said, and what is taken back."""

    async def on_message(context: AsyncBoltContext, body: dict[str, Any]) -> None:
        if turn := context.get(TURN):
            handlers.submit(turn.key)
        elif gone := read_deletion(body):
            await handlers.deleted(*gone)

    app.event("app_mention")(on_message)
    app.event("message")(on_message)


def _feel(app: AsyncApp, handlers: Handlers) -> None:
    """What is pressed."""

    async def again(body: Mapping[str, Any]) -> None:
        await _again(handlers, body, goes_on=False)

    async def stop(body: Mapping[str, Any]) -> None:
        await _stop(handlers, body)

    async def go_on(body: Mapping[str, Any]) -> None:
        if await _again(handlers, body, goes_on=True):
            await _clear(handlers, body)

    pressed = {STOP: stop, RETRY: again, REGENERATE: again, CONTINUE: go_on}
    pressed |= dict.fromkeys((FEEDBACK, *THUMBS.values()), handlers.votes.cast)
    for action, work in pressed.items():
        app.action(action)(_acknowledged(work))
    app.view(WHY)(_acknowledged(handlers.votes.explain))


def _acknowledged(
    work: Callable[[Mapping[str, Any]], Awaitable[None]],
) -> Callable[..., Awaitable[None]]:
    """Slack waits three seconds for that, and the work may take longer."""

    async def listener(ack: Callable[[], Awaitable[Any]], body: dict[str, Any]) -> None:
        await ack()
        await work(body)

    return listener


async def _stop(handlers: Handlers, body: Mapping[str, Any]) -> None:
    """Stops an answer, or says to the person who clicked why not. The value may be forged."""
    user, pressed = _press(body)
    try:
        outcome = await handlers.stop(pressed[0], user) if pressed else "over"
    except StoreError:
        outcome = "unavailable"
    await _explain(handlers, body, outcome)


async def _again(handlers: Handlers, body: Mapping[str, Any], *, goes_on: bool) -> bool:
    """Asks again; True when that has begun."""
    user, pressed = _press(body)
    try:
        outcome = await handlers.again(*pressed, user, goes_on=goes_on) if pressed else "forgotten"
    except StoreError:
        outcome = "unavailable"
    await _explain(handlers, body, outcome)
    return outcome == STARTED


async def _clear(handlers: Handlers, body: Mapping[str, Any]) -> None:
    """Takes the notice and the buttons from a message that the answer goes on below."""
    message, channel = body.get("message", {}), body.get("channel", {}).get("id")
    if not (blocks := without_furniture(message.get("blocks") or [])):
        return
    update = {"channel": channel, "ts": message.get("ts"), "blocks": blocks}
    try:
        await call(handlers.client, "chat.update", update | {"parse": "none"})
    except SlackError as error:
        log.info("buttons stay: they are answered kindly", detail=str(error))


def _press(body: Mapping[str, Any]) -> tuple[str, tuple[TurnKey, int] | None]:
    return body["user"]["id"], read_value(body["actions"][0].get("value"))


async def _explain(handlers: Handlers, body: Mapping[str, Any], outcome: str) -> None:
    user = body["user"]["id"]
    if reply := REPLIES.get(outcome):
        await post_ephemeral(
            handlers.client, place_of(body), user, reply(await handlers.words(user))
        )


def _judge(handlers: Handlers, error: Exception, body: Mapping[str, Any]) -> int:
    """The status for Slack. Only what is not in the journal yet may come again."""
    if isinstance(error, NotAccepted):
        log.error("question not accepted", detail=str(error))
        return 500
    if what := EXPECTED.get(type(error)):
        kind = kind_of(body)
        handlers.unhandled[kind] += 1
        log.info(what, type=kind, times=handlers.unhandled[kind])
    else:
        log.error("listener failed", type=kind_of(body), exc_info=error)
    return 200


def kind_of(body: Mapping[str, Any]) -> str:
    """What a payload is, by its type alone."""
    event = body.get("event")
    inner = event.get("type") if isinstance(event, dict) else None
    return str(inner or body.get("type") or ("command" if "command" in body else "unknown"))[:80]
