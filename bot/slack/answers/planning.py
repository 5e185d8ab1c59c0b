"""Which calls bring the messages of an answer up to date with a snapshot. Sends nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from bot.core.reply import Phase
from bot.core.types import Call, CallKind, Effect
from bot.slack.answers.post_metadata import message_id, metadata
from bot.slack.limits import DELETE, POST, UPDATE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.core.reply import Snapshot
    from bot.core.types import Turn
    from bot.slack.answers.drafts import Draft
    from bot.slack.answers.messages import Messages
    from bot.slack.answers.reconciliation import Reconciliation
    from bot.slack.answers.uploads import UploadStep

UNATTACHED: Final = frozenset({Phase.GONE, Phase.INTERRUPTED})
"""Endings at which no file is uploaded: nobody wants it, or another process goes on."""


@dataclass(frozen=True, slots=True)
class Desired:
    """What Slack should show."""

    snapshot: Snapshot
    notices: tuple[str, ...]
    """Sentences about parts of the answer that do not stand in its messages."""
    drafts: tuple[Draft, ...]
    """The messages as they should look, part by part."""


@dataclass(frozen=True, slots=True)
class Write:
    """What a call that posts or edits a message needs."""

    part: int
    draft: Draft
    arguments: dict[str, Any] = field(repr=False)
    """Of the Web API method."""
    desired: Desired = field(repr=False)


@dataclass(frozen=True, slots=True)
class Look:
    """What a call that reads a page of a search needs."""

    search: Reconciliation
    method: str
    arguments: dict[str, Any] = field(repr=False)


class Planner:
    """Plans the calls for the answer to `turn`, from what `messages` says of Slack."""

    def __init__(self, turn: Turn, messages: Messages) -> None:
        self._turn = turn
        self._messages = messages

    def look(self, search: Reconciliation) -> Call:
        """Reads the next page of a search. It is urgent: nothing else can be written before."""
        method, arguments = search.request()
        return self._call(Effect.READ, method, CallKind.FIRST, Look(search, method, arguments))

    def calls(
        self, desired: Desired, closed: Iterable[int], upload: UploadStep | None
    ) -> list[Call]:
        """Earlier parts first, files before the last write; what looks right costs nothing.

        `closed` are parts that take no more edits, `upload` the next step of a file, if any.
        """
        kind = self._kind(desired)
        writes = [
            self._write(part, desired, kind)
            for part, draft in enumerate(desired.drafts)
            if part not in closed and self._differs(part, draft)
        ]
        if desired.snapshot.phase is Phase.GONE:
            return [call for call in writes if call.effect is not Effect.POST]
        return [
            *(self._removal(ts, kind) for ts in self._messages.surplus(len(desired.drafts))),
            *self._with_upload(writes, len(desired.drafts) - 1, upload),
            *(self._removal(ts, kind) for ts in self._messages.aside),
        ]

    def _differs(self, part: int, draft: Draft) -> bool:
        accepted = self._messages.draft(part)
        return accepted is None or accepted.blocks != draft.blocks

    def _kind(self, desired: Desired) -> CallKind:
        # The first write is urgent, also into a message that another process has left.
        if not self._messages.written:
            return CallKind.FIRST
        if desired.snapshot.ended:
            return CallKind.LAST
        accepted = [posted.draft for posted in self._messages.parts]
        drawn = [draft.end for draft in desired.drafts if draft.end is not None]
        read = [draft.end for draft in accepted if draft and draft.end]
        if drawn == read:
            return CallKind.STATUS
        # The first words are as urgent as a placeholder; more of them can wait.
        return CallKind.MORE if read else CallKind.FIRST

    def _write(self, part: int, desired: Desired, kind: CallKind) -> Call:
        draft, parts = desired.drafts[part], self._messages.parts
        speaks = bool(desired.snapshot.text)
        # `text` is for notifications and screen readers; `chat.update` refuses more than 4,000
        # bytes of it, even beside blocks.
        common = {
            "channel": self._turn.thread.channel,
            "text": draft.text,
            "blocks": draft.blocks,
            "parse": "none",
        }
        if part >= len(parts):
            write = Write(part, draft, common | self._for_post(part), desired)
            return self._call(Effect.POST, POST, kind, write, speaks=speaks)
        ts = parts[part].ts
        write = Write(part, draft, common | {"ts": ts}, desired)
        return self._call(Effect.EDIT, UPDATE, kind, write, message=ts, speaks=speaks)

    def _for_post(self, part: int) -> dict[str, Any]:
        thread = {"thread_ts": self._turn.thread.root} if self._turn.thread.root else {}
        number = self._messages.number(part)
        return thread | {
            "unfurl_links": False,
            "unfurl_media": False,
            "metadata": metadata(self._turn, number),
            "client_msg_id": message_id(self._turn, number, self._messages.before(part)),
        }

    def _removal(self, ts: str, kind: CallKind) -> Call:
        return self._call(Effect.REMOVE, DELETE, kind, message=ts)

    def _with_upload(self, writes: list[Call], last: int, upload: UploadStep | None) -> list[Call]:
        """Files stand below all parts, and are uploaded before the last part gets its ending."""
        if upload is None:
            return writes
        step = self._call(Effect.UPLOAD, upload.method, CallKind.LAST, upload)
        ending = [call for call in writes if call.effect is Effect.EDIT and call.draft.part == last]
        return [*(call for call in writes if call not in ending), step, *ending]

    def _call(
        self,
        effect: Effect,
        bucket: str,
        kind: CallKind,
        draft: object = None,
        *,
        message: str | None = None,
        speaks: bool = False,
    ) -> Call:
        thread = self._turn.thread
        return Call(
            effect, kind, bucket, thread.team, thread.channel, message, speaks=speaks, draft=draft
        )
