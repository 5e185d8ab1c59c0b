"""Reads a conversation from Slack: who said what, up to the question, which is last."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from itertools import groupby, pairwise, takewhile
from typing import TYPE_CHECKING, Any, Final

import structlog

from bot.core.sliced import let_go
from bot.core.types import CallKind, LeftOut, Message, ReadBack, Unseen
from bot.errors import SlackError
from bot.slack.answers.post_metadata import METADATA
from bot.slack.events.turns import TS, turn_of_message
from bot.slack.limits import REPLIES
from bot.slack.one_message import found_in, where
from bot.slack.reads.newest_messages import NewestMessages
from bot.slack.reads.pages import ConversationPages
from bot.slack.reads.people import MAX_NAME
from bot.slack.reads.reach import Reach
from bot.slices import Slices
from bot.text.visible import one_line
from bot.transcript.allowance import Allowance
from bot.transcript.authors import READ, is_by, mentioned
from bot.transcript.message import read_message
from bot.transcript.unseen import unseen_in
from bot.transcript.untyped import mapping, string

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from bot.core.sliced import Sliced
    from bot.core.types import Turn
    from bot.slack.identity import Identity
    from bot.slack.reads.pages import RawMessage, Reading
    from bot.slack.reads.people import SlackPeople
    from bot.slack.reads.thread_times import ThreadTimes
    from bot.slack.web_api import SlackApi

log = structlog.get_logger(__name__)

Timestamp = tuple[int, int]
"""A message's ts as numbers, so that it can be compared: seconds, microseconds."""

CONVERSATION_SUBTYPES: Final = frozenset(
    {None, "bot_message", "file_share", "me_message", "thread_broadcast"}
)
"""Subtypes of messages that are part of a conversation; joins, topics and tombstones are not."""

NO_TEXT: Final = "(no text)"
"""What the model reads as a question without any text."""

ONLY_A_MENTION: Final = "(mentions you and says nothing else: answer what is asked above)"
"""What it reads when only the bot's name was said, below something."""

UNREAD: Final = "Not all earlier messages of this conversation could be read: some are missing."
"""What the model is told when the conversation was not read whole."""


MOST_USERS: Final = 200
"""Users whose names are asked for, where they are not known; the latest ones."""


class SlackHistory:
    """Implements the History port. What cannot be read is left out, but never the question."""

    def __init__(
        self,
        api: SlackApi,
        people: SlackPeople,
        identity: Identity,
        reach: Reach | None = None,
        times: ThreadTimes | None = None,
        slices: Slices | None = None,
    ) -> None:
        """`times` say where the newest messages of a thread begin."""
        self._slices = slices or Slices()
        self._api = api
        self._people = people
        self._identity = identity
        self._reach = reach or Reach()
        self._pages = ConversationPages(api, self._reach, times)

    async def read(self, turn: Turn, room: int) -> ReadBack:
        """The conversation up to the question of `turn`, or to its answer if that is continued."""
        self._people.look_up([turn.user], CallKind.FIRST)
        reading = self._pages.of(turn, room)
        found, whole = await self._read_raw(turn, reading)
        # That more came with it than its event told was a mere possibility.
        whole = whole or _is_all(turn)
        newest = self._newest_of(found, turn)
        said = self._in_order(newest, turn)
        users = await self._slices.run(_users(said))
        await self._people.learn(users, within=self._reach.names_timeout)
        read = await self._slices.run(self._read_newest(said, turn, room))
        missing = [] if whole else [self._unread(said, turn)]
        older = len(found) - len(newest) + read.older + (reading.older or 0)
        if older:
            missing.append(LeftOut(Unseen.OLDEST, older))
        elif reading.older is None:
            missing.append(LeftOut(Unseen.SOME_BEFORE))
        # The model is told of what does not fit where the prompt is made.
        is_told = not missing or (whole and not read.has_room_in_prompt)
        missing += [LeftOut(what) for what in self._unseen(said, turn, cut=read.cut)]
        messages = [*([] if is_told else [Message("system", UNREAD)]), *reversed(read.messages)]
        newest.clear()
        said.clear()
        await self._slices.run(let_go(found))
        return ReadBack(messages, tuple(missing), read.answered)

    def _newest_of(self, found: Sequence[RawMessage], turn: Turn) -> list[RawMessage]:
        """As many as are kept at most, with the root of the thread."""
        newest = [*found[-self._reach.max_messages :]]
        if len(newest) < len(found) and found[0]["ts"] == turn.thread.root:
            newest[0] = found[0]
        return newest

    def _read_newest(
        self, said: Sequence[RawMessage], turn: Turn, room: int
    ) -> Sliced[NewestMessages]:
        """The newest messages, until they have more than `room` tokens; no older ones are read."""
        grouped = groupby(said, key=lambda each: (self._is_ours(each), self._about(each)))
        groups = [list(parts) for _, parts in grouped]
        read = NewestMessages(len(groups), room)
        while read.older and read.has_room:
            parts = groups[read.older - 1]
            allowances = [Allowance() for _ in parts]
            message = yield from self._message(parts, allowances)
            if message.ts == turn.ts and not message.text:
                message = replace(message, text=_without_text(turn))
            read.add(message, allowances, [each["ts"] for each in parts])
            yield
        read.answered = any(self._is_ours(parts[0]) for parts in groups[: read.older])
        return read

    async def whole(self, turn: Turn) -> Turn:
        """The turn with all that came with its question; as it is when that cannot be read."""
        team, channel, ts = turn.key
        try:
            async with asyncio.timeout(self._reach.glance_timeout):
                page = await self._api.read(REPLIES, where(channel, ts))
        except (SlackError, TimeoutError) as error:
            log.info("question not looked up", detail=str(error) or "too slow")
            return turn
        bot_user = self._identity.bot_user
        if found := turn_of_message(found_in(page, ts), team, channel, bot_user):
            return replace(turn, text=found.text, has_more=found.has_more, whole=True)
        return turn

    def _unread(self, said: Sequence[RawMessage], turn: Turn) -> LeftOut:
        """What is missing when not all could be read."""
        if turn.thread.root == turn.ts and not turn.goes_on:
            return LeftOut(Unseen.ATTACHED)
        others = any(each["ts"] != turn.ts for each in said)
        return LeftOut(Unseen.SOME_BEFORE if others else Unseen.BEFORE)

    def _unseen(self, said: Sequence[RawMessage], turn: Turn, cut: Collection[str]) -> list[Unseen]:
        """What the model cannot see of the messages since the last answer, which told of others.

        `cut` are the messages (ts) of which only a part was read.
        """
        before = [each for each in said if self._answers(each) != turn.ts]
        fresh = [*takewhile(lambda each: not self._is_ours(each), reversed(before))]
        is_cut = any(each["ts"] in cut for each in fresh)
        unseen = set().union(*map(unseen_in, fresh))
        return sorted(unseen | ({Unseen.LONG} if is_cut else set()))

    async def _read_raw(self, turn: Turn, reading: Reading) -> tuple[list[RawMessage], bool]:
        """The messages that Slack sends in time, each once, oldest first.

        False when that is neither all nor enough.
        """
        said: dict[str, RawMessage] = {}
        whole = True
        if _is_all(turn) and turn.whole:
            return [], whole
        is_short = _is_all(turn) or self._pages.limited
        within = self._reach.glance_timeout if is_short else self._reach.budget_timeout
        try:
            async with asyncio.timeout(within):
                async for page in reading.pages():
                    # Every page of a thread begins with the root.
                    said |= {each["ts"]: each for each in page if _is_in_conversation(each)}
                    if turn.thread.root is None and self._conversation_start(turn, said):
                        break
        except (SlackError, TimeoutError) as error:
            whole = False
            log.warning("history not read whole", read=len(said), detail=str(error) or "too slow")
        return sorted(said.values(), key=lambda each: _timestamp(each["ts"])), whole

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
        return is_by(message, us.ids)

    def _message(
        self, parts: Sequence[RawMessage], allowed: Sequence[Allowance]
    ) -> Sliced[Message]:
        """One message for the model; the parts of an answer are joined."""
        if self._is_ours(parts[0]):
            texts = []
            for part, allowance in zip(parts, allowed, strict=True):
                text = yield from self._markdown(part, allowance)
                texts.append(text.strip("\n"))
            return Message("assistant", "\n\n".join(filter(None, texts)), ts=parts[0]["ts"])
        text = yield from self._markdown(parts[0], allowed[0], bot_user=self._identity.bot_user)
        return Message("user", text, self._speaker(parts[0]), parts[0]["ts"])

    def _markdown(
        self, message: RawMessage, allowance: Allowance, bot_user: str | None = None
    ) -> Sliced[str]:
        ours = self._identity.ids
        return read_message(message, self._name, allowance, bot_user=bot_user, ours=ours)

    def _speaker(self, message: RawMessage) -> str | None:
        """The name that Slack shows. An app says its own; one with a webhook has no user."""
        user = string(message.get("user"))
        found = [message.get("username"), mapping(message.get("bot_profile")).get("name")]
        names = (one_line(string(each))[:MAX_NAME] for each in [*found, user and self._name(user)])
        return next(filter(None, names), None)

    def _name(self, user: str) -> str:
        known = self._people.name(user)
        return self._identity.name or known if user == self._identity.bot_user else known


def _part(message: RawMessage) -> int:
    """The number of the part of an answer. Order by ts is no help: a part may be posted again."""
    part = message["metadata"]["event_payload"].get("part")
    return part if isinstance(part, int) else 0


def _is_all(turn: Turn) -> bool:
    """True when the question begins its thread and, as far as is known, is text only."""
    return turn.thread.root == turn.ts and not turn.has_more and not turn.goes_on


def _without_text(turn: Turn) -> str:
    return ONLY_A_MENTION if turn.may_ask and not turn.has_more else NO_TEXT


def _is_in_conversation(message: RawMessage) -> bool:
    subtype = message.get("subtype")
    spoken = subtype is None or (isinstance(subtype, str) and subtype in CONVERSATION_SUBTYPES)
    return spoken and _is_ts(message.get("ts"))


def _is_ts(ts: object) -> bool:
    return isinstance(ts, str) and TS.fullmatch(ts) is not None


def _timestamp(ts: str) -> Timestamp:
    seconds, _, micros = ts.partition(".")
    return int(seconds), int(micros)


def _users(said: Sequence[RawMessage]) -> Sliced[list[str]]:
    """The ids of those who wrote or are mentioned, latest first: only so many are looked up."""
    users: dict[str, None] = {}
    for message in reversed(said):
        if len(users) >= MOST_USERS:
            break
        speaker = message.get("user")
        users |= dict.fromkeys([speaker] if isinstance(speaker, str) else [])
        allowance = Allowance()
        for key in READ:
            users |= dict.fromkeys(mentioned({key: allowance.take(message.get(key))}))
            yield
    return list(users)
