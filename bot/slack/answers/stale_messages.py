"""Messages of ended turns that look live: read, told from others, and made honest without words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import structlog

from bot.core.types import CallKind
from bot.errors import SlackRejected
from bot.rendering.formats.plain import fallback
from bot.slack.actions.buttons import REGENERATE, STOP, buttons, read_value
from bot.slack.answers.blocks import is_anchor, notice, only, without_furniture
from bot.slack.answers.post_metadata import posts_in
from bot.slack.limits import DELETE, REPLIES, UPDATE
from bot.slack.one_message import found_in, where

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Mapping

    from bot.core.turns import Repair
    from bot.core.types import TurnKey
    from bot.slack.answers.blocks import Block
    from bot.slack.web_api import SlackApi
    from bot.strings import Strings

log = structlog.get_logger(__name__)

LATEST: Final = 10.0
"""Seconds that the read waits for the budget: answers go first."""


@dataclass(frozen=True, slots=True)
class SlackStaleMessages:
    """Implements the StaleMessages port."""

    api: SlackApi

    words: Callable[[str], Awaitable[Strings]]
    """The strings in the language of a user, whose locale is looked up first."""

    async def find(self, key: TurnKey, round_: int, ts: str) -> Mapping[str, Any] | None:
        """One read, which gives way to all that answers need. Raises `SlackError`."""
        asked = where(key[1], ts) | {"include_all_metadata": True}
        page = await self.api.call(REPLIES, asked, CallKind.MORE, budget_timeout=LATEST)
        message = found_in(page, ts)
        return message if message and is_stale(_blocks(message), round_) else None

    async def mend(
        self, repair: Repair, message: Mapping[str, Any], may_send: Callable[[], bool]
    ) -> None:
        """What belongs to no part of the answer goes, as it does in a second look."""
        api, words = replace(self.api, may_send=may_send), await self.words(repair.turn.user)
        ts = str(message["ts"])
        if repair.posts is None or ts in repair.posts:
            await _edit(api, repair, ts, mended(message, words, repair))
        elif any(posts_in({"messages": [message]}, repair.turn)):
            await _remove(api, repair, ts, words)


def is_stale(blocks: list[Block], round_: int) -> bool:
    """Whether they have Stop, or a button of another round than this one."""
    return any(
        pressed.get("action_id") == STOP or (value is not None and value[1] != round_)
        for pressed in _pressed(blocks)
        for value in [read_value(pressed.get("value"))]
    )


def mended(message: Mapping[str, Any], words: Strings, repair: Repair) -> dict[str, Any]:
    """Text and blocks of a message that keeps its words, and says that some may be missing."""
    answer = without_furniture(_blocks(message))
    speaks = not all(map(is_anchor, answer))
    said = words.overwritten if speaks else words.overwritten_all
    ways = [] if repair.gone else buttons([REGENERATE], words, repair.turn)
    below = [notice(said), *([{"type": "actions", "elements": ways}] if ways else [])]
    text = str(message.get("text") or "") if speaks else fallback(said)
    return {"text": text, "blocks": [*answer, *below]}


def _pressed(blocks: list[Block]) -> Iterator[Mapping[str, Any]]:
    for block in blocks:
        if block.get("type") == "actions":
            yield from block.get("elements") or []


def _blocks(message: Mapping[str, Any]) -> list[Block]:
    return list(message.get("blocks") or [])


async def _edit(api: SlackApi, repair: Repair, ts: str, content: Mapping[str, Any]) -> None:
    here = {"channel": repair.turn.thread.channel, "ts": ts, "parse": "none"}
    await api.call(UPDATE, here | dict(content), CallKind.LAST)


async def _remove(api: SlackApi, repair: Repair, ts: str, words: Strings) -> None:
    """One that Slack does not let go loses all that it says and can do."""
    try:
        here = {"channel": repair.turn.thread.channel, "ts": ts}
        await api.call(DELETE, here, CallKind.LAST)
    except SlackRejected as error:
        log.info("message not removed", detail=str(error))
        await _edit(api, repair, ts, only(words.moved))
