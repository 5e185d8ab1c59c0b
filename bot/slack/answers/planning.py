"""Which calls bring the messages of an answer up to date with a snapshot. Sends nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from bot.core.reply import Phase
from bot.core.types import Call, CallKind, Effect
from bot.slack.answers.post_metadata import message_id, metadata
from bot.slack.limits import DELETE, POST, UPDATE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from bot.core.reply import Snapshot
    from bot.core.types import Turn
    from bot.slack.answers.drafts import Draft
    from bot.slack.answers.file_shares import ShareStep
    from bot.slack.answers.leftovers import LeftoverStep
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
class Steps:
    """What is to be done beside writing the messages, if anything."""

    upload: UploadStep | None = None
    """The next step of a file."""
    leftover: LeftoverStep | None = None
    """The next step that takes buttons off a message that the answer has left behind."""
    share: ShareStep | None = None
    """The next step that removes a file, where all of the answer is to be removed."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a call that reads a page of a search needs."""

    search: Reconciliation
    method: str
    arguments: dict[str, Any] = field(repr=False)


class Planner:
    """Plans the calls for the answer to `turn`, from what `messages` says of Slack."""

    def __init__(
        self,
        turn: Turn,
        messages: Messages,
        *,
        ids: Collection[str] = frozenset(),
        calm: bool = False,
    ) -> None:
        """`ids` are the bot's own; a `calm` planner lets what others read and write go first."""
        self._turn = turn
        self._ids = ids
        self._calm = calm
        self._messages = messages

    def look(self, search: Reconciliation) -> Call:
        """Reads the next page of a search. It is urgent: nothing else can be written before."""
        method, arguments = search.request()
        kind = CallKind.MORE if self._calm else CallKind.FIRST
        return self._call(Effect.READ, method, kind, Look(search, method, arguments))

    def calls(self, desired: Desired, closed: Iterable[int], steps: Steps) -> list[Call]:
        """Earlier parts first, files before the last write; what looks right costs nothing.

        A message that is replaced goes before its successor is posted, or loses its buttons where
        Slack does not let it go: two answers that look live are one too many. `closed` are parts
        that take no more edits.
        """
        kind = self._kind(desired)
        writes = [
            self._write(part, desired, kind)
            for part, draft in enumerate(desired.drafts)
            if part not in closed and self._differs(part, draft)
        ]
        if desired.snapshot.phase is Phase.GONE:
            edits = [call for call in writes if call.effect is not Effect.POST]
            return [*edits, *self._with_leftover(Phase.GONE, steps.leftover)]
        hurried = self._hurried_leftover(desired.snapshot, steps.leftover)
        return [
            *(self._removal(ts, kind) for ts in self._messages.aside),
            *hurried,
            *(self._removal(ts, kind) for ts in self._messages.surplus(len(desired.drafts))),
            *self._with_upload(writes, len(desired.drafts) - 1, steps.upload),
            *self._with_leftover(desired.snapshot.phase, None if hurried else steps.leftover),
        ]

    def removals(self, steps: Steps) -> list[Call]:
        """Everything goes: the files, then the messages, the last one first.

        A message that cannot be removed is edited instead.
        """
        messages = self._messages
        standing = [ts for ts in reversed(messages.posts) if ts not in messages.stuck]
        return [
            *self.removal_of_share(steps.share),
            *(
                self._call(Effect.REMOVE, DELETE, CallKind.LAST, Phase.WITHDRAWN, message=ts)
                for ts in [*messages.aside, *standing]
            ),
            *self._with_leftover(Phase.WITHDRAWN, steps.leftover),
        ]

    def removal_of_share(self, step: ShareStep | None) -> list[Call]:
        """The next call that removes a file, if there is one."""
        return [self._call(Effect.REMOVE, step.method, CallKind.LAST, step)] if step else []

    def _differs(self, part: int, draft: Draft) -> bool:
        accepted = self._messages.draft(part)
        return accepted is None or accepted.blocks != draft.blocks

    def _kind(self, desired: Desired) -> CallKind:
        if self._calm:
            return CallKind.MORE
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
            "client_msg_id": message_id(self._turn, number, self._messages.before(part), self._ids),
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

    def _hurried_leftover(self, snapshot: Snapshot, step: LeftoverStep | None) -> list[Call]:
        """Right after the answer's first post: whoever pressed the button sees that it worked.

        At once where the message is in the way.
        """
        if step and step.blocks and snapshot.phase is not Phase.INTERRUPTED:
            return [self._leftover(CallKind.FIRST, step)]
        if step is None or not step.hurries or snapshot.ended or not self._messages.parts:
            return []
        return [self._leftover(CallKind.FIRST, step)]

    def _with_leftover(self, phase: Phase, step: LeftoverStep | None) -> list[Call]:
        """Whatever the answer has to say goes first. An interrupted one leaves it to the next."""
        if step is None or phase is Phase.INTERRUPTED:
            return []
        return [self._leftover(CallKind.LAST if phase.ended else CallKind.STATUS, step)]

    def _leftover(self, kind: CallKind, step: LeftoverStep) -> Call:
        effect = Effect.READ if step.reads else Effect.EDIT
        return self._call(effect, step.method, kind, step, message=step.ts)

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
            effect,
            kind,
            bucket,
            thread.team,
            thread.channel,
            message,
            speaks=speaks,
            draft=draft,
            asker=self._turn.user,
        )
