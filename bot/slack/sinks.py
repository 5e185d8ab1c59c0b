"""Shows a reply in Slack: one message that is edited, and further ones for what does not fit."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bot.core.types import Call, CallKind
from bot.errors import SlackError, SlackRejected, SlackUnknown
from bot.rendering.escape import plain
from bot.rendering.pages import Pages
from bot.slack.blocks import furniture, is_text, markdown, notice, text_of, verbatim
from bot.slack.errors import call as slack_call
from bot.slack.reconcile import find_post, mark

if TYPE_CHECKING:
    from collections.abc import Callable

    from slack_sdk.web.async_client import AsyncWebClient

    from bot.core.reply import Snapshot
    from bot.core.types import Turn
    from bot.slack.blocks import Block
    from bot.strings import Strings

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

GONE = frozenset(
    {
        "account_inactive",
        "channel_not_found",
        "invalid_auth",
        "is_archived",
        "message_not_found",
        "missing_scope",
        "not_in_channel",
        "token_revoked",
    }
)
"""What leaves nothing to be done: nobody is there to read, or somebody deleted the message."""

POST, UPDATE, DELETE = "chat.postMessage", "chat.update", "chat.delete"


@dataclass(slots=True)
class _Shown:
    """One message as it stands in Slack."""

    ts: str
    blocks: list[Block] = field(repr=False)


class EditSink:
    """Implements the Sink port with `chat.postMessage` and `chat.update`.

    `words` gives the words to use now: the asker's language may become known meanwhile.
    """

    def __init__(self, client: AsyncWebClient, turn: Turn, words: Callable[[], Strings]) -> None:
        self._client = client
        self._turn = turn
        self._words = words
        self._pages = Pages()
        self._shown: list[_Shown] = []
        self._doubtful = False
        self._verbatim: set[int] = set()
        self._replaced: set[int] = set()
        self._most: int | None = None

    def plan(self, snapshot: Snapshot) -> list[Call]:
        """Earlier parts first; a part that already looks as it should costs nothing."""
        changed = [
            (part, blocks)
            for part, blocks in enumerate(self._messages(snapshot))
            if part >= len(self._shown) or self._shown[part].blocks != blocks
        ]
        return [self._call(part, blocks, snapshot) for part, blocks in changed]

    async def do(self, call: Call) -> None:
        """Carries out one planned call and remembers what stands in Slack after it.

        Where Slack rejects it and there is another way, the next plan takes that.
        """
        try:
            await (self._update if call.method == UPDATE else self._place)(call)
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
        messages[-1] += furniture(snapshot, self._words(), self._turn.key)
        return messages

    def _form(self, part: int) -> Callable[[str], list[Block]]:
        return verbatim if part in self._verbatim else markdown

    # The calls

    def _call(self, part: int, blocks: list[Block], snapshot: Snapshot) -> Call:
        new = part >= len(self._shown)
        method, more = (
            (POST, self._for_post(part)) if new else (UPDATE, {"ts": self._shown[part].ts})
        )
        thread = self._turn.thread
        payload = self._common(blocks) | more
        kind = self._kind(snapshot)
        return Call(method, thread.team, thread.channel, kind, payload, part)

    def _kind(self, snapshot: Snapshot) -> CallKind:
        if not self._shown:
            return CallKind.FIRST
        if snapshot.ended:
            return CallKind.LAST
        if not snapshot.text.strip():
            return CallKind.STATUS
        # The first words are as urgent as a placeholder; more of them can wait.
        spoken = any(is_text(block) for shown in self._shown for block in shown.blocks)
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
        return thread | {
            "unfurl_links": False,
            "unfurl_media": False,
            "metadata": mark(self._turn, part),
        }

    # What is done

    async def _update(self, call: Call) -> None:
        await slack_call(self._client, UPDATE, call.payload)
        self._shown[call.part].blocks = call.payload["blocks"]

    async def _place(self, call: Call) -> None:
        """Posts, unless an earlier post whose answer was lost turns out to stand there."""
        if self._doubtful and (ts := await find_post(self._client, self._turn, call.part)):
            self._adopt(_Shown(ts, []))
        else:
            await self._post(call)

    async def _post(self, call: Call) -> None:
        try:
            answer = await slack_call(self._client, POST, call.payload)
        except SlackUnknown:
            # It may stand there: look before posting again, or people read it twice.
            self._doubtful = True
            raise
        self._adopt(_Shown(answer["ts"], call.payload["blocks"]))

    def _adopt(self, shown: _Shown) -> None:
        self._doubtful = False
        self._shown.append(shown)

    async def _evade(self, call: Call, code: str) -> bool:
        """True when there is another way: other blocks, or another message."""
        if code in UNSHOWABLE and call.part not in self._verbatim:
            self._verbatim.add(call.part)
            return True
        if call.method == POST:
            self._most = call.part or None
            return False
        if code in GONE or call.part in self._replaced:
            return False
        await self._replace(call)
        return True

    async def _replace(self, call: Call) -> None:
        """A message that may not be edited any more makes room for a new one, if it is the last."""
        self._replaced.add(call.part)
        if call.part < len(self._shown) - 1:
            self._shown[call.part].blocks = call.payload["blocks"]
            return
        old = self._shown.pop()
        with suppress(SlackError):
            channel = self._turn.thread.channel
            await slack_call(self._client, DELETE, {"channel": channel, "ts": old.ts})
