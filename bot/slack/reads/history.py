"""Reads a conversation from Slack: who said what, up to the question, which is last."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Any, Final

import structlog

from bot.core.types import CallKind, Message
from bot.errors import SlackError, SlackRefused
from bot.slack.answers.post_metadata import METADATA
from bot.slack.events.turns import TS
from bot.slack.web_api import call_within_budget
from bot.text.joiners import WORD_JOINER
from bot.transcript.message import to_markdown

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Mapping, Sequence

    from slack_sdk.web.async_client import AsyncWebClient

    from bot.core.ports import Budget
    from bot.core.types import Turn
    from bot.slack.identity import Identity
    from bot.slack.reads.people import SlackPeople

log = structlog.get_logger(__name__)

RawMessage = dict[str, Any]
"""A message as Slack sends it."""

Timestamp = tuple[int, int]
"""A message's ts as numbers, so that it can be compared: seconds, microseconds."""

CONVERSATION_SUBTYPES: Final = frozenset(
    {None, "bot_message", "file_share", "me_message", "thread_broadcast"}
)
"""Subtypes of messages that are part of a conversation; joins, topics and tombstones are not."""

MENTIONED: Final = re.compile(r"<@([UW][A-Z0-9]+)")
NO_TEXT: Final = "(no text)"
"""What the model reads as a question without any text."""

UNREAD: Final = "Earlier messages of this conversation could not be read."
"""What the model is told when the conversation was not read whole."""

SHORT_WAIT: Final = 2.0
"""Seconds of a `Retry-After` that are waited for; after a longer one we do without."""


@dataclass(frozen=True, slots=True)
class Reach:
    """How far back a conversation is read, and how long that may take."""

    pause: float = 3600.0
    """Seconds of silence in a direct message after which a new conversation begins."""

    answer_timeout: float = 4.0
    """Seconds for Slack's answer to one call."""

    budget_timeout: float = 30.0
    """Seconds for the whole reading, most of which is waiting for the read budget.

    After that the question is answered with the history that was read so far.
    """

    names_timeout: float = 1.0
    """Seconds to wait for the names of those who wrote the messages."""

    max_pages: int = 10
    """Calls for one conversation."""

    page_size: int = 999
    """Messages per call; Slack's maximum for `limit` is 999 (docs: conversations.history)."""

    max_messages: int = 500
    """Messages that are kept; the newest ones."""


class SlackHistory:
    """Implements the History port. What cannot be read is left out, but never the question."""

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
        """The conversation up to the question of `turn`, or to its answer if that is continued."""
        self._people.look_up([turn.user], CallKind.FIRST)
        found, whole = await self._read_raw(turn)
        said = self._in_order(found, turn)
        await self._people.learn(_users(said), within=self._reach.names_timeout)
        grouped = groupby(said, key=lambda each: (self._is_ours(each), self._about(each)))
        spoken = [self._message(list(parts)) for _, parts in grouped]
        asked = [
            replace(each, text=each.text or NO_TEXT) if each.ts == turn.ts else each
            for each in spoken
        ]
        unread = [] if whole else [Message("system", UNREAD)]
        return [*unread, *(message for message in asked if message.text)]

    async def _read_raw(self, turn: Turn) -> tuple[list[RawMessage], bool]:
        """The messages that Slack sends in time, each once, oldest first; True when that is all."""
        said: dict[str, RawMessage] = {}
        whole = True
        if _begins_thread(turn):
            return [], whole
        try:
            async with asyncio.timeout(self._reach.budget_timeout):
                async for page in self._read_pages(turn):
                    # Every page of a thread begins with the root.
                    said |= {each["ts"]: each for each in page if _is_in_conversation(each)}
                    if turn.thread.root is None and self._conversation_start(turn, said):
                        break
        except (SlackError, TimeoutError) as error:
            whole = False
            log.warning("history not read whole", read=len(said), detail=str(error) or "too slow")
        in_order = sorted(said.values(), key=lambda each: _timestamp(each["ts"]))
        return in_order[-self._reach.max_messages :], whole

    async def _read_pages(self, turn: Turn) -> AsyncIterator[list[RawMessage]]:
        thread = turn.thread
        method = "conversations.replies" if thread.root else "conversations.history"
        where: RawMessage = {"channel": thread.channel, "limit": self._reach.page_size}
        where |= {"ts": thread.root} if thread.root else {}
        for _ in range(self._reach.max_pages):
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
            answer_timeout=self._reach.answer_timeout,
        )

    def _in_order(self, said: Sequence[RawMessage], turn: Turn) -> list[RawMessage]:
        """Each answer right after its question, and nothing after the question of `turn`.

        If `turn` continues an answer, that answer comes last.
        """
        question = next((each for each in said if each["ts"] == turn.ts), None)
        asked = question or {"ts": turn.ts, "user": turn.user, "text": turn.text}
        before = [each for each in said if self._is_before(each, turn)]
        known = {each["ts"] for each in before}
        if turn.thread.root is None and (start := self._conversation_start(turn, known)):
            before = [each for each in before if _timestamp(each["ts"]) >= start]

        def place(message: RawMessage) -> tuple[Any, ...]:
            answered, own = self._answers(message), _timestamp(message["ts"])
            if answered and answered in known:
                return (_timestamp(answered), 1, _part(message), own)
            return (own, 0, 0, own)

        answer = [each for each in said if turn.goes_on and self._answers(each) == turn.ts]
        return [*sorted(before, key=place), asked, *sorted(answer, key=_part)]

    def _is_before(self, message: RawMessage, turn: Turn) -> bool:
        """True when it belongs before the question of `turn`; an answer counts as its question."""
        return _timestamp(self._about(message)) < _timestamp(turn.ts)

    def _about(self, message: RawMessage) -> str:
        """The ts of the question that a message answers, or its own."""
        return self._answers(message) or str(message["ts"])

    def _conversation_start(self, turn: Turn, said: Iterable[str]) -> Timestamp | None:
        """When the conversation of `turn` began; None when the messages show no pause before it."""
        asked = _timestamp(turn.ts)
        times = sorted({asked, *(t for t in map(_timestamp, said) if t < asked)}, reverse=True)
        for later, earlier in pairwise(times):
            if later[0] - earlier[0] > self._reach.pause:
                return later
        return None

    def _answers(self, message: RawMessage) -> str | None:
        """The ts of the question that one of our messages answers, from its metadata."""
        metadata = message.get("metadata")
        if not (self._is_ours(message) and isinstance(metadata, dict)):
            return None
        payload = metadata.get("event_payload")
        if metadata.get("event_type") != METADATA or not isinstance(payload, dict):
            return None
        question = payload.get("question")
        return question if _is_ts(question) else None

    def _is_ours(self, message: RawMessage) -> bool:
        us = self._identity
        by_bot = bool(us.bot_id) and message.get("bot_id") == us.bot_id
        return by_bot or message.get("user") == us.bot_user

    def _message(self, parts: Sequence[RawMessage]) -> Message:
        """One message for the model; the parts of an answer are joined."""
        if self._is_ours(parts[0]):
            texts = [to_markdown(part, self._name).replace(WORD_JOINER, "") for part in parts]
            whole = "\n\n".join(filter(None, (text.strip("\n") for text in texts)))
            return Message("assistant", whole, ts=parts[0]["ts"])
        text = to_markdown(parts[0], self._name, bot_user=self._identity.bot_user)
        whole = "\n\n".join(filter(None, [text, _files(parts[0])]))
        return Message("user", whole, self._speaker(parts[0]), parts[0]["ts"])

    def _speaker(self, message: RawMessage) -> str | None:
        if isinstance(user := message.get("user"), str):
            return self._name(user)
        name = message.get("username")
        return name if isinstance(name, str) else None

    def _name(self, user: str) -> str:
        known = self._people.name(user)
        return self._identity.name or known if user == self._identity.bot_user else known


def _part(message: RawMessage) -> int:
    """The number of the part of an answer. Order by ts is no help: a part may be posted again."""
    part = message["metadata"]["event_payload"].get("part")
    return part if isinstance(part, int) else 0


def _begins_thread(turn: Turn) -> bool:
    """True when there is nothing to read: the question begins its thread and is text only."""
    return turn.thread.root == turn.ts and not turn.has_more and not turn.goes_on


def _is_in_conversation(message: RawMessage) -> bool:
    subtype = message.get("subtype")
    spoken = subtype is None or (isinstance(subtype, str) and subtype in CONVERSATION_SUBTYPES)
    return spoken and _is_ts(message.get("ts"))


def _is_ts(ts: object) -> bool:
    return isinstance(ts, str) and TS.fullmatch(ts) is not None


def _timestamp(ts: str) -> Timestamp:
    seconds, _, micros = ts.partition(".")
    return int(seconds), int(micros)


def _users(said: Sequence[RawMessage]) -> list[str]:
    """The ids of those who wrote or are mentioned, latest first: only so many are looked up."""
    users: dict[str, None] = {}
    for message in reversed(said):
        speaker, text = message.get("user"), message.get("text")
        mentioned = MENTIONED.findall(text) if isinstance(text, str) else []
        users |= dict.fromkeys([speaker] if isinstance(speaker, str) else [])
        users |= dict.fromkeys(mentioned)
    return list(users)


def _files(message: RawMessage) -> str:
    files = message.get("files")
    found = [each for each in files if isinstance(each, dict)] if isinstance(files, list) else []
    names = [str(each.get("name") or each.get("title") or "unnamed") for each in found]
    return f"(shared a file: {', '.join(names)})" if names else ""
