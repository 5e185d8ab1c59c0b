"""Shows a reply in Slack: one message that is edited, and further ones for what does not fit."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bot.core.types import Call, CallKind
from bot.errors import SlackRejected, SlackUnknown
from bot.rendering.escape import plain
from bot.rendering.pages import Pages
from bot.slack.blocks import furniture, markdown, text_of, verbatim
from bot.slack.errors import call as slack_call

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from slack_sdk.web.async_client import AsyncWebClient

    from bot.core.reply import Snapshot
    from bot.core.types import Turn
    from bot.slack.blocks import Block
    from bot.strings import Strings

METADATA = "bot_answer"
"""The event type in the metadata of each post; its payload names the question and the part."""

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

POST, UPDATE = "chat.postMessage", "chat.update"


@dataclass(slots=True)
class _Shown:
    """One message as it stands in Slack."""

    ts: str
    blocks: list[Block] = field(repr=False)


class EditSink:
    """Implements the Sink port with `chat.postMessage` and `chat.update`.

    `words` gives the words to use now: the asker's language may become known meanwhile.
    `posted` is told the ts of the first message.
    """

    def __init__(
        self,
        client: AsyncWebClient,
        turn: Turn,
        words: Callable[[], Strings],
        posted: Callable[[str], Awaitable[None]] | None = None,
    ) -> None:
        self._client = client
        self._turn = turn
        self._words = words
        self._posted = posted
        self._pages = Pages()
        self._shown: list[_Shown] = []
        self._doubtful = False
        self._form = markdown

    def plan(self, snapshot: Snapshot) -> list[Call]:
        """Earlier parts first; a part that already looks as it should costs nothing."""
        wanted = self._messages(snapshot)
        changed = [
            (part, blocks)
            for part, blocks in enumerate(wanted)
            if part >= len(self._shown) or self._shown[part].blocks != blocks
        ]
        return [self._call(part, blocks, snapshot) for part, blocks in changed]

    async def do(self, call: Call) -> None:
        """Carries out one planned call and remembers what stands in Slack after it."""
        try:
            await (self._update if call.method == UPDATE else self._place)(call)
        except SlackRejected as error:
            if error.code not in UNSHOWABLE or self._form is verbatim:
                raise
            self._form = verbatim

    def _messages(self, snapshot: Snapshot) -> list[list[Block]]:
        messages = [self._form(part) for part in self._pages.parts(snapshot.text)] or [[]]
        messages[-1] += furniture(snapshot, self._words(), self._turn.key)
        return messages

    def _call(self, part: int, blocks: list[Block], snapshot: Snapshot) -> Call:
        first = part >= len(self._shown)
        payload = self._common(blocks) | (
            self._for_post(part) if first else {"ts": self._shown[part].ts}
        )
        method = POST if first else UPDATE
        kind = _kind(snapshot, first=first and part == 0)
        return Call(method, self._turn.thread.team, self._turn.thread.channel, kind, payload, part)

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
        metadata = {"question": self._turn.ts, "part": part}
        thread = {"thread_ts": self._turn.thread.root} if self._turn.thread.root else {}
        return thread | {
            "unfurl_links": False,
            "unfurl_media": False,
            "metadata": {"event_type": METADATA, "event_payload": metadata},
        }

    async def _update(self, call: Call) -> None:
        await slack_call(self._client, UPDATE, call.payload)
        self._shown[call.part].blocks = call.payload["blocks"]

    async def _place(self, call: Call) -> None:
        if self._doubtful and (ts := await self._find(call.part)):
            await self._adopt(_Shown(ts, []))
        else:
            await self._post(call)

    async def _post(self, call: Call) -> None:
        try:
            answer = await slack_call(self._client, POST, call.payload)
        except SlackUnknown:
            # It may stand there: look before posting again, or people read it twice.
            self._doubtful = True
            raise
        await self._adopt(_Shown(answer["ts"], call.payload["blocks"]))

    async def _adopt(self, shown: _Shown) -> None:
        self._doubtful = False
        self._shown.append(shown)
        if len(self._shown) == 1 and self._posted:
            await self._posted(shown.ts)

    async def _find(self, part: int) -> str | None:
        """The ts of our post of this part, found by its metadata."""
        thread = self._turn.thread
        where = {"channel": thread.channel, "include_all_metadata": True, "limit": 200}
        if thread.root:
            found = await slack_call(
                self._client, "conversations.replies", where | {"ts": thread.root}
            )
        else:
            found = await slack_call(
                self._client, "conversations.history", where | {"oldest": self._turn.ts}
            )
        ours = {"question": self._turn.ts, "part": part}
        for message in found.get("messages", []):
            if message.get("metadata", {}).get("event_payload") == ours:
                return str(message["ts"])
        return None


def _kind(snapshot: Snapshot, *, first: bool) -> CallKind:
    if first:
        return CallKind.FIRST
    if snapshot.ended:
        return CallKind.LAST
    return CallKind.MORE if snapshot.text.strip() else CallKind.STATUS
