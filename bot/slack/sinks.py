"""Shows a reply in Slack: one message that is edited, and further ones for what does not fit."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import structlog

from bot.core.reply import Phase
from bot.core.types import Call, CallKind
from bot.errors import SlackError, SlackRejected, SlackUnknown
from bot.rendering.escape import plain
from bot.rendering.pages import Pages
from bot.slack.blocks import furniture, is_text, markdown, notice, text_of, verbatim
from bot.slack.errors import call as slack_call
from bot.slack.lost import LostPosts
from bot.slack.reconcile import mark, message_id

if TYPE_CHECKING:
    from collections.abc import Callable

    from slack_sdk.web.async_client import AsyncWebClient

    from bot.core.reply import Snapshot
    from bot.core.turns import Claim
    from bot.slack.blocks import Block
    from bot.strings import Strings

log = structlog.get_logger(__name__)

UNSHOWABLE = frozenset(
    {
        "block_mismatch",
        "invalid_blocks",
        "invalid_blocks_format",
        "msg_blocks_too_long",
        "msg_blocks_too_many",
        "msg_too_long",
    }
)
"""What Slack says of blocks that it does not take; the text must be shown all the same."""

HOPELESS = frozenset(
    {
        "account_inactive",
        "channel_not_found",
        "invalid_auth",
        "is_archived",
        "missing_scope",
        "not_in_channel",
        "token_revoked",
    }
)
"""What leaves nothing to be done: nobody is there to read it, or we are not."""

GONE = "message_not_found"
POST, UPDATE, DELETE = "chat.postMessage", "chat.update", "chat.delete"


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds.

    `doubt`: how long a lost post is looked for, once that fails, before it is made again. `news`:
    how long we wait to be told that a message was deleted, before we write it anew.
    """

    doubt: float = 60.0
    news: float = 2.0


@dataclass(slots=True)
class _Shown:
    """One message as it stands in Slack; what an earlier process wrote there is not known."""

    ts: str
    blocks: list[Block] | None = field(repr=False, default=None)


@dataclass(slots=True)
class _Past:
    """How Slack took a part so far.

    `verbatim`: its blocks were refused. `missing`: its message was not found once. `replaced`: it
    has been written anew. `dead`: its message takes no more. `before`: the message that it had.
    """

    verbatim: bool = False
    missing: bool = False
    replaced: bool = False
    dead: bool = False
    before: str = ""


class EditSink:
    """Implements the Sink port with `chat.postMessage` and `chat.update`.

    `words` gives the words to use now: the asker's language may become known meanwhile.
    """

    def __init__(
        self,
        client: AsyncWebClient,
        claim: Claim,
        words: Callable[[], Strings],
        patience: Patience | None = None,
    ) -> None:
        self._client = client
        self._turn = claim.turn
        self._words = words
        self._patience = patience or Patience()
        self._pages = Pages()
        self._kept = claim.posts[: claim.kept]
        self._shown = [_Shown(ts) for ts in claim.posts[claim.kept :]]
        self._pasts: defaultdict[int, _Past] = defaultdict(_Past)
        self._aside: list[str] = []
        self._lost = self._search() if claim.doubtful else None
        self._most: int | None = None
        self._wrote = False
        self._leaving = False

    @property
    def posts(self) -> tuple[str, ...]:
        """Every message of the answer, those of earlier rounds included."""
        return (*self._kept, *(shown.ts for shown in self._shown))

    def plan(self, snapshot: Snapshot) -> list[Call]:
        """Earlier parts first; a part that already looks as it should costs nothing."""
        self._leaving = snapshot.phase is Phase.GONE
        if self._lost:
            # Urgent whatever it is for: nothing else can be written before it is known.
            return [replace(self._make(*self._lost.request(), snapshot), kind=CallKind.FIRST)]
        messages = self._messages(snapshot)
        changed = [
            self._call(part, blocks, snapshot)
            for part, blocks in enumerate(messages)
            if not self._pasts[part].dead and self._differs(part, blocks)
        ]
        if self._leaving:
            return [call for call in changed if not call.new]
        # What a longer answer of an earlier attempt has left below this one, the last first.
        surplus = [shown.ts for shown in reversed(self._shown[len(messages) :])]
        return [
            *(self._removal(ts, snapshot) for ts in surplus),
            *changed,
            *(self._removal(ts, snapshot) for ts in self._aside),
        ]

    async def keep(self, ending: Snapshot) -> None:
        """Slack keeps what stands there, and nothing else."""

    async def do(self, call: Call) -> None:
        """Carries out one planned call and remembers what stands in Slack after it.

        Where Slack rejects it and there is another way, the next plan takes that.
        """
        carry_out = {POST: self._post, UPDATE: self._update, DELETE: self._delete}
        try:
            await carry_out.get(call.method, self._look)(call)
        except SlackRejected as error:
            if not await self._evade(call, error.code):
                raise

    # The picture

    def _messages(self, snapshot: Snapshot) -> list[list[Block]]:
        parts = self._pages.parts(snapshot.text)
        messages = [self._form(part)(text) for part, text in enumerate(parts)] or [[]]
        if self._most is not None and len(messages) > self._most:
            missing = notice(self._words().failures["slack_refused"])
            return [*messages[: self._most - 1], [*messages[self._most - 1], missing]]
        messages[-1] += furniture(snapshot, self._words(), self._turn)
        return messages

    def _form(self, part: int) -> Callable[[str], list[Block]]:
        return verbatim if self._pasts[part].verbatim else markdown

    def _differs(self, part: int, blocks: list[Block]) -> bool:
        return part >= len(self._shown) or self._shown[part].blocks != blocks

    # The calls

    def _call(self, part: int, blocks: list[Block], snapshot: Snapshot) -> Call:
        new = part >= len(self._shown)
        method, more = (
            (POST, self._for_post(part)) if new else (UPDATE, {"ts": self._shown[part].ts})
        )
        return self._make(method, self._common(blocks) | more, snapshot, part)

    def _removal(self, ts: str, snapshot: Snapshot) -> Call:
        return self._make(DELETE, {"channel": self._turn.thread.channel, "ts": ts}, snapshot)

    def _make(
        self, method: str, payload: dict[str, Any], snapshot: Snapshot, part: int = 0
    ) -> Call:
        thread = self._turn.thread
        return Call(method, thread.team, thread.channel, self._kind(snapshot), payload, part)

    def _kind(self, snapshot: Snapshot) -> CallKind:
        # Ours is the first word, also in a message that somebody else has left.
        if not self._wrote:
            return CallKind.FIRST
        if snapshot.ended:
            return CallKind.LAST
        if not snapshot.text.strip():
            return CallKind.STATUS
        # The first words are as urgent as a placeholder; more of them can wait.
        spoken = any(is_text(block) for shown in self._shown for block in shown.blocks or ())
        return CallKind.MORE if spoken else CallKind.FIRST

    def _common(self, blocks: list[Block]) -> dict[str, Any]:
        # `text` is what notifications and screen readers get; chat.update refuses more than
        # 4,000 bytes of it even beside blocks.
        return {
            "channel": self._turn.thread.channel,
            "text": plain(text_of(blocks)),
            "blocks": blocks,
            "parse": "none",
        }

    def _for_post(self, part: int) -> dict[str, Any]:
        thread = {"thread_ts": self._turn.thread.root} if self._turn.thread.root else {}
        number = len(self._kept) + part
        return thread | {
            "unfurl_links": False,
            "unfurl_media": False,
            "metadata": mark(self._turn, number),
            "client_msg_id": message_id(self._turn, number, self._pasts[part].before),
        }

    # What is done

    async def _update(self, call: Call) -> None:
        await slack_call(self._client, UPDATE, call.payload)
        self._shown[call.part].blocks = call.payload["blocks"]
        self._wrote = True

    async def _post(self, call: Call) -> None:
        try:
            answer = await slack_call(self._client, POST, call.payload)
        except SlackUnknown:
            # It may stand there: look before posting again, or people read it twice.
            self._lost = self._search()
            raise
        self._shown.append(_Shown(answer["ts"], call.payload["blocks"]))
        self._wrote = True

    async def _delete(self, call: Call) -> None:
        """What cannot be deleted is left alone: it stands below the answer and harms nobody."""
        ts = call.payload["ts"]
        # Before Slack tells everybody that it is gone: it is none of ours any more.
        if ts in self.posts:
            self._set_aside(len(self._shown) - 1)
        with suppress(SlackRejected):
            await slack_call(self._client, DELETE, call.payload)
        self._aside.remove(ts)

    def _set_aside(self, part: int) -> None:
        old = self._shown.pop(part).ts
        self._pasts[part].before = old
        self._aside.append(old)

    # What may stand there

    def _search(self) -> LostPosts:
        return LostPosts(self._turn, self._patience.doubt)

    async def _look(self, call: Call) -> None:
        """One page of the search. Answered twice is better than not at all, so it has an end."""
        lost = self._lost
        if lost is None:
            return
        try:
            page = await slack_call(self._client, call.method, call.payload)
        except SlackRejected as error:
            log.warning("lost post cannot be looked for", detail=str(error))
        except SlackError:
            if not lost.fails_for_good():
                raise
            log.warning("lost post not looked for any longer")
        else:
            if not lost.take(page):
                return
            self._adopt(lost.found)
        self._lost = None

    def _adopt(self, found: list[tuple[int, str]]) -> None:
        """The newest message of a part is the one that goes on; older ones are in the way."""
        known = {*self.posts, *self._aside, *(past.before for past in self._pasts.values())}
        newest_first = sorted(found, key=lambda each: (len(each[1]), each[1]), reverse=True)
        for part, ts in sorted(newest_first, key=lambda each: each[0]):
            if ts in known:
                continue
            if part - len(self._kept) >= len(self._shown):
                self._shown.append(_Shown(ts))
            else:
                self._aside.append(ts)

    # What Slack does not let us do

    async def _evade(self, call: Call, code: str) -> bool:
        """True when there is another way: other blocks, or another message."""
        past = self._pasts[call.part]
        if code in UNSHOWABLE and not past.verbatim:
            past.verbatim = True
            return True
        if call.method == POST:
            self._most = call.part or None
            return False
        if code == GONE and await self._may_be_news(past):
            return True
        if code in HOPELESS or past.replaced:
            return False
        self._replace(call.part, code)
        return True

    async def _may_be_news(self, past: _Past) -> bool:
        """Somebody may have deleted it, of which an event tells; then nothing is written anew."""
        if self._leaving:
            past.dead = True
        elif not past.missing:
            past.missing = True
            await asyncio.sleep(self._patience.news)
        else:
            return False
        return True

    def _replace(self, part: int, code: str) -> None:
        """A message that may not be edited any more makes room for a new one, if it is the last."""
        self._pasts[part].replaced = True
        if part < len(self._shown) - 1:
            self._pasts[part].dead = True
            return
        self._set_aside(part)
        if code == GONE:
            self._aside.pop()
