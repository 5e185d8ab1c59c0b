"""Reads a conversation back from Slack: who said what, up to the question, which stands last."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Any, Final

import structlog

from bot.core.types import CallKind, Message
from bot.errors import SlackError, SlackRefused
from bot.rendering.formats.joiners import WORD_JOINER
from bot.slack.answers.post_metadata import METADATA
from bot.slack.events.turns import TS
from bot.slack.web_api import call_within_budget
from bot.transcript.message import to_markdown

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Mapping, Sequence

    from slack_sdk.web.async_client import AsyncWebClient

    from bot.core.ports import Budget
    from bot.core.types import Turn
    from bot.slack.identity import Identity
    from bot.slack.reads.people import SlackPeople

log = structlog.get_logger(__name__)

Said = dict[str, Any]
"""A message as Slack has it."""
Moment = tuple[int, int]
"""A ts that can be compared."""

SPOKEN: Final = frozenset({None, "bot_message", "file_share", "me_message", "thread_broadcast"})
"""Subtypes that are part of a conversation; joins, topics and tombstones are not."""

MENTIONED: Final = re.compile(r"<@([UW][A-Z0-9]+)")
NO_TEXT: Final = "(no text)"
UNREAD: Final = "Earlier messages of this conversation could not be read."
SHORT_WAIT: Final = 2.0
"""A refusal for longer than this is not waited for: better less context than no answer."""


@dataclass(frozen=True, slots=True)
class Reach:
    """How far back to read. A page holds 1,000; `pause` and the limits below are seconds.

    `patience` is for each of Slack's answers and `turn_comes` for all of the reading, most of which
    is waiting for the budget when many ask at once; `names` is for who wrote the messages.
    """

    pause: float = 3600.0
    patience: float = 4.0
    turn_comes: float = 30.0
    names: float = 1.0
    pages: int = 10
    page: int = 999
    newest: int = 500


class SlackHistory:
    """Implements the History port. What cannot be read is left out; the question never is."""

    def __init__(
        self,
        client: AsyncWebClient,
        people: SlackPeople,
        identity: Identity,
        budget: Budget,
        reach: Reach | None = None,
    ) -> None:
        self._client = client
        self._people = people
        self._identity = identity
        self._budget = budget
        self._reach = reach or Reach()

    async def read(self, turn: Turn) -> list[Message]:
        """The conversation up to the turn's question, or to what was answered to it so far."""
        self._people.look_up([turn.user], CallKind.FIRST)
        found, whole = await self._fetch(turn)
        said = self._in_order(found, turn)
        await self._people.learn(_users(said), within=self._reach.names)
        grouped = groupby(said, key=lambda each: (self._is_ours(each), self._about(each)))
        spoken = [self._message(list(parts)) for _, parts in grouped]
        asked = [
            replace(each, text=each.text or NO_TEXT) if each.ts == turn.ts else each
            for each in spoken
        ]
        unread = [] if whole else [Message("system", UNREAD)]
        return [*unread, *(message for message in asked if message.text)]

    async def _fetch(self, turn: Turn) -> tuple[list[Said], bool]:
        """What Slack gives us in time, oldest first, each message once; True when that is all."""
        said: dict[str, Said] = {}
        whole = True
        if _begins_thread(turn):
            return [], whole
        try:
            async with asyncio.timeout(self._reach.turn_comes):
                async for page in self._pages(turn):
                    # The root of a thread leads every page of it.
                    said |= {message["ts"]: message for message in page if _is_spoken(message)}
                    if turn.thread.root is None and self._pause_before(turn, said):
                        break
        except (SlackError, TimeoutError) as error:
            whole = False
            log.warning("history not read whole", read=len(said), detail=str(error) or "too slow")
        newest = sorted(said.values(), key=lambda each: _moment(each["ts"]))[-self._reach.newest :]
        return newest, whole

    async def _pages(self, turn: Turn) -> AsyncIterator[list[Said]]:
        thread = turn.thread
        method = "conversations.replies" if thread.root else "conversations.history"
        where: Said = {"channel": thread.channel, "limit": self._reach.page}
        where |= {"ts": thread.root} if thread.root else {}
        for _ in range(self._reach.pages):
            answer = await self._call(turn, method, where | {"include_all_metadata": True})
            yield [each for each in answer.get("messages") or [] if isinstance(each, dict)]
            cursor = (answer.get("response_metadata") or {}).get("next_cursor")
            if not cursor or cursor == where.get("cursor"):
                break
            where["cursor"] = cursor

    async def _call(self, turn: Turn, method: str, where: Mapping[str, Any]) -> dict[str, Any]:
        """Slack's answer; after one short refusal it is asked again."""
        try:
            return await self._call_once(turn, method, where)
        except SlackRefused as error:
            if error.retry_after > SHORT_WAIT:
                raise
        return await self._call_once(turn, method, where)

    async def _call_once(self, turn: Turn, method: str, where: Mapping[str, Any]) -> dict[str, Any]:
        return await call_within_budget(
            self._client,
            self._budget,
            method,
            where,
            team=turn.thread.team,
            answer_timeout=self._reach.patience,
        )

    def _in_order(self, said: Sequence[Said], turn: Turn) -> list[Said]:
        """Each answer right after its question, and nothing after the question of `turn`."""
        question = next((each for each in said if each["ts"] == turn.ts), None)
        asked = question or {"ts": turn.ts, "user": turn.user, "text": turn.text}
        before = [each for each in said if self._is_before(each, turn)]
        known = {each["ts"] for each in before}
        if turn.thread.root is None and (start := self._pause_before(turn, known)):
            before = [each for each in before if _moment(each["ts"]) >= start]

        def place(message: Said) -> tuple[Any, ...]:
            answered, own = self._answers(message), _moment(message["ts"])
            if answered and answered in known:
                return (_moment(answered), 1, _part(message), own)
            return (own, 0, 0, own)

        answer = [each for each in said if turn.goes_on and self._answers(each) == turn.ts]
        return [*sorted(before, key=place), asked, *sorted(answer, key=_part)]

    def _is_before(self, message: Said, turn: Turn) -> bool:
        """An answer is as old as its question, though it was posted later."""
        return _moment(self._about(message)) < _moment(turn.ts)

    def _about(self, message: Said) -> str:
        """The ts of the question that this answers, else its own."""
        return self._answers(message) or str(message["ts"])

    def _pause_before(self, turn: Turn, said: Iterable[str]) -> Moment | None:
        """When the conversation began that `turn` belongs to; None when no pause is in sight."""
        asked = _moment(turn.ts)
        moments = sorted({asked, *(m for m in map(_moment, said) if m < asked)}, reverse=True)
        for later, earlier in pairwise(moments):
            if later[0] - earlier[0] > self._reach.pause:
                return later
        return None

    def _answers(self, message: Said) -> str | None:
        """The ts of the question that one of our messages answers, from its metadata."""
        metadata = message.get("metadata")
        if not (self._is_ours(message) and isinstance(metadata, dict)):
            return None
        payload = metadata.get("event_payload")
        if metadata.get("event_type") != METADATA or not isinstance(payload, dict):
            return None
        question = payload.get("question")
        return question if _is_moment(question) else None

    def _is_ours(self, message: Said) -> bool:
        us = self._identity
        by_bot = bool(us.bot_id) and message.get("bot_id") == us.bot_id
        return by_bot or message.get("user") == us.bot_user

    def _message(self, parts: Sequence[Said]) -> Message:
        """One message of the conversation; an answer may stand in several of Slack's."""
        if self._is_ours(parts[0]):
            texts = [to_markdown(part, self._name).replace(WORD_JOINER, "") for part in parts]
            whole = "\n\n".join(filter(None, (text.strip("\n") for text in texts)))
            return Message("assistant", whole, ts=parts[0]["ts"])
        text = to_markdown(parts[0], self._name, bot_user=self._identity.bot_user)
        whole = "\n\n".join(filter(None, [text, _files(parts[0])]))
        return Message("user", whole, self._speaker(parts[0]), parts[0]["ts"])

    def _speaker(self, message: Said) -> str | None:
        if isinstance(user := message.get("user"), str):
            return self._name(user)
        name = message.get("username")
        return name if isinstance(name, str) else None

    def _name(self, user: str) -> str:
        known = self._people.name(user)
        return self._identity.name or known if user == self._identity.bot_user else known


def _part(message: Said) -> int:
    """Which part of its answer one of our messages is: it may have been written anew later."""
    part = message["metadata"]["event_payload"].get("part")
    return part if isinstance(part, int) else 0


def _begins_thread(turn: Turn) -> bool:
    """True when there is nothing to read: the question is its own thread, and all text."""
    return turn.thread.root == turn.ts and not turn.has_more and not turn.goes_on


def _is_spoken(message: Said) -> bool:
    subtype = message.get("subtype")
    spoken = subtype is None or (isinstance(subtype, str) and subtype in SPOKEN)
    return spoken and _is_moment(message.get("ts"))


def _is_moment(ts: object) -> bool:
    return isinstance(ts, str) and TS.fullmatch(ts) is not None


def _moment(ts: str) -> Moment:
    seconds, _, micros = ts.partition(".")
    return int(seconds), int(micros)


def _users(said: Sequence[Said]) -> list[str]:
    """Who spoke or is spoken of, the latest first: they matter most if there are many."""
    users: dict[str, None] = {}
    for message in reversed(said):
        speaker, text = message.get("user"), message.get("text")
        mentioned = MENTIONED.findall(text) if isinstance(text, str) else []
        users |= dict.fromkeys([speaker] if isinstance(speaker, str) else [])
        users |= dict.fromkeys(mentioned)
    return list(users)


def _files(message: Said) -> str:
    files = message.get("files")
    found = [each for each in files if isinstance(each, dict)] if isinstance(files, list) else []
    names = [str(each.get("name") or each.get("title") or "unnamed") for each in found]
    return f"(shared a file: {', '.join(names)})" if names else ""
