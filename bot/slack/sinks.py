"""Shows a reply in Slack: one message that is edited, and further ones for what does not fit."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import structlog

from bot.core.reply import Phase
from bot.core.types import Call, CallKind
from bot.errors import SlackError, SlackRejected, SlackUnknown
from bot.rendering.escape import plain
from bot.rendering.pages import Pages
from bot.slack.blocks import furniture, is_text, markdown, notice, text_of, verbatim
from bot.slack.errors import call as slack_call
from bot.slack.reconcile import find_posts, mark, message_id

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

    `doubt`: how long a lost post is looked for before it is made again. `news`: how long we wait
    to be told that a message was deleted, before we write it anew because it is gone.
    """

    doubt: float = 60.0
    news: float = 2.0


@dataclass(slots=True)
class _Shown:
    """One message as it stands in Slack; what an earlier process wrote there is not known."""

    ts: str
    blocks: list[Block] | None = field(repr=False, default=None)


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
        self._doubt = time.monotonic() if claim.doubtful else None
        self._verbatim: set[int] = set()
        self._replaced: set[int] = set()
        self._missing: set[int] = set()
        self._dead: set[int] = set()
        self._before: dict[int, str] = {}
        self._most: int | None = None
        self._leaving = False

    @property
    def posts(self) -> tuple[str, ...]:
        """Every message of the answer, those of earlier rounds included."""
        return (*self._kept, *(shown.ts for shown in self._shown))

    def plan(self, snapshot: Snapshot) -> list[Call]:
        """Earlier parts first; a part that already looks as it should costs nothing."""
        self._leaving = snapshot.phase is Phase.GONE
        messages = self._messages(snapshot)
        changed = [
            self._call(part, blocks, snapshot)
            for part, blocks in enumerate(messages)
            if part not in self._dead and self._differs(part, blocks)
        ]
        if self._leaving:
            return [call for call in changed if not call.new]
        return [*self._surplus(len(messages), snapshot), *changed]

    async def do(self, call: Call) -> None:
        """Carries out one planned call and remembers what stands in Slack after it.

        Where Slack rejects it and there is another way, the next plan takes that.
        """
        if self._doubt is not None and await self._more_stands():
            return
        try:
            await {POST: self._post, UPDATE: self._update, DELETE: self._delete}[call.method](call)
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
        return verbatim if part in self._verbatim else markdown

    def _differs(self, part: int, blocks: list[Block]) -> bool:
        return part >= len(self._shown) or self._shown[part].blocks != blocks

    # The calls

    def _call(self, part: int, blocks: list[Block], snapshot: Snapshot) -> Call:
        new = part >= len(self._shown)
        method, more = (
            (POST, self._for_post(part)) if new else (UPDATE, {"ts": self._shown[part].ts})
        )
        return self._make(method, part, self._common(blocks) | more, snapshot)

    def _surplus(self, needed: int, snapshot: Snapshot) -> list[Call]:
        """What a longer answer of an earlier attempt has left below this; the last goes first."""
        left = reversed(list(enumerate(self._shown))[needed:])
        channel = self._turn.thread.channel
        return [
            self._make(DELETE, part, {"channel": channel, "ts": shown.ts}, snapshot)
            for part, shown in left
        ]

    def _make(self, method: str, part: int, payload: dict[str, Any], snapshot: Snapshot) -> Call:
        thread = self._turn.thread
        return Call(method, thread.team, thread.channel, self._kind(snapshot), payload, part)

    def _kind(self, snapshot: Snapshot) -> CallKind:
        if not self._shown:
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
            "client_msg_id": message_id(self._turn, number, self._before.get(part, "")),
        }

    # What is done

    async def _update(self, call: Call) -> None:
        await slack_call(self._client, UPDATE, call.payload)
        self._shown[call.part].blocks = call.payload["blocks"]

    async def _post(self, call: Call) -> None:
        try:
            answer = await slack_call(self._client, POST, call.payload)
        except SlackUnknown:
            # It may stand there: look before posting again, or people read it twice.
            self._doubt = time.monotonic()
            raise
        self._shown.append(_Shown(answer["ts"], call.payload["blocks"]))

    async def _delete(self, call: Call) -> None:
        """What cannot be deleted is left alone: it stands below the answer and harms nobody."""
        with suppress(SlackRejected):
            await slack_call(self._client, DELETE, call.payload)
        self._before[call.part] = self._shown.pop(call.part).ts

    async def _more_stands(self) -> bool:
        """Looks for posts that we do not know of; True when some were found.

        Raises `SlackUnknown` while it cannot be known, but not for ever: answered twice is better
        than not at all.
        """
        try:
            found = await find_posts(self._client, self._turn)
        except SlackUnknown:
            if self._doubt is not None and time.monotonic() - self._doubt < self._patience.doubt:
                raise
            log.warning("lost post not looked for any longer")
            found = {}
        self._doubt = None
        known = len(self.posts)
        new = [found[part] for part in sorted(found) if found[part] not in self.posts]
        self._shown += [_Shown(ts) for ts in new]
        return len(self.posts) > known

    async def _evade(self, call: Call, code: str) -> bool:
        """True when there is another way: other blocks, or another message."""
        if code in UNSHOWABLE and call.part not in self._verbatim:
            self._verbatim.add(call.part)
            return True
        if call.method == POST:
            self._most = call.part or None
            return False
        if code == GONE and await self._may_be_news(call.part):
            return True
        if code in HOPELESS or call.part in self._replaced:
            return False
        await self._replace(call, code)
        return True

    async def _may_be_news(self, part: int) -> bool:
        """Somebody may have deleted it, of which an event tells; then nothing is written anew."""
        if self._leaving:
            self._dead.add(part)
        elif part not in self._missing:
            self._missing.add(part)
            await asyncio.sleep(self._patience.news)
        else:
            return False
        return True

    async def _replace(self, call: Call, code: str) -> None:
        """A message that may not be edited any more makes room for a new one, if it is the last."""
        self._replaced.add(call.part)
        if call.part < len(self._shown) - 1:
            self._dead.add(call.part)
            return
        old = self._shown.pop()
        self._before[call.part] = old.ts
        if code != GONE:
            with suppress(SlackError):
                channel = self._turn.thread.channel
                await slack_call(self._client, DELETE, {"channel": channel, "ts": old.ts})
