"""Shows a reply in Slack: one message that is edited, and further ones for what does not fit."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import structlog

from bot.core.reply import Phase
from bot.core.types import Call, CallKind
from bot.errors import SlackError, SlackRejected, SlackUnknown
from bot.slack.answers.capabilities import Capabilities
from bot.slack.answers.composer import MISMATCH, TOO_LARGE, UNSHOWABLE, Composer, Draft
from bot.slack.answers.post_metadata import mark, message_id
from bot.slack.answers.reconciliation import Reconciliation
from bot.slack.answers.uploads import COMPLETE, METHODS, Uploads
from bot.slack.web_api import call as slack_call

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from slack_sdk.web.async_client import AsyncWebClient

    from bot.core.reply import Snapshot
    from bot.core.turns import Claim
    from bot.rendering.layout.frame import File, Frame
    from bot.slack.answers.forms import Block
    from bot.strings import Strings

log = structlog.get_logger(__name__)

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
CUT_SHORT = "slack_refused"
"""The kind of failure of an answer that Slack did not take whole."""

STUCK = TOO_LARGE | UNSHOWABLE - {MISMATCH}
"""What a new message would be refused for, too."""

UNATTACHED = frozenset({Phase.GONE, Phase.INTERRUPTED})
"""Ends at which no file is uploaded: nobody wants it, or somebody else goes on."""

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
    draft: Draft | None = field(repr=False, default=None)


@dataclass(slots=True)
class _Past:
    """What became of the message of a part so far.

    `missing`: it was not found once. `replaced`: it has been written anew. `dead`: it takes no
    more. `before`: the message that the part had.
    """

    missing: bool = False
    replaced: bool = False
    dead: bool = False
    before: str = ""


class EditSink:
    """Implements the Sink port with `chat.postMessage` and `chat.update`.

    `words` gives the words to use now: the asker's language may become known meanwhile. `below`
    makes what stands under the answer's open end.
    """

    def __init__(
        self,
        client: AsyncWebClient,
        claim: Claim,
        words: Callable[[], Strings],
        below: Callable[[Snapshot], list[Block]],
        surface: Capabilities | None = None,
        patience: Patience | None = None,
    ) -> None:
        self._client = client
        self._turn = claim.turn
        self._words = words
        self._surface = surface or Capabilities()
        self._patience = patience or Patience()
        self._picture = Composer(self._surface, below)
        self._uploads = Uploads(client, claim.turn, self._patience.doubt)
        self._files: Sequence[File] = ()
        self._drafts: list[Draft] = []
        self._kept = claim.posts[: claim.kept]
        self._shown = [_Shown(ts) for ts in claim.posts[claim.kept :]]
        self._pasts: defaultdict[int, _Past] = defaultdict(_Past)
        self._aside: list[str] = []
        self._lost = self._search() if claim.doubtful else None
        # Whoever knew the whole answer may have uploaded what belongs to it.
        self._files_known = claim.doubtful or claim.ending is None
        self._wrote = False
        self._leaving = False

    @property
    def posts(self) -> tuple[str, ...]:
        """Every message of the answer, those of earlier rounds included."""
        return (*self._kept, *(shown.ts for shown in self._shown))

    def plan(self, snapshot: Snapshot) -> list[Call]:
        """Earlier parts first, files before last words; what looks as it should costs nothing."""
        self._leaving = snapshot.phase is Phase.GONE
        frame = self._picture.feed(snapshot)
        self._files = () if snapshot.phase in UNATTACHED else frame.files
        if self._files and not self._files_known:
            self._lost, self._files_known = self._search(), True
        if self._lost:
            # Urgent whatever it is for: nothing else can be written before it is known.
            return [self._make(*self._lost.request(), CallKind.FIRST)]
        self._drafts = self._picture.draw(self._notices(snapshot, frame))
        kind = self._kind(snapshot)
        changed = [
            self._call(part, draft, kind)
            for part, draft in enumerate(self._drafts)
            if not self._pasts[part].dead and self._differs(part, draft)
        ]
        if self._leaving:
            return [call for call in changed if not call.new]
        # What a longer answer of an earlier attempt has left below this one, the last first.
        surplus = [shown.ts for shown in reversed(self._shown[len(self._drafts) :])]
        return [
            *(self._removal(ts, kind) for ts in surplus),
            *self._with_files(changed),
            *(self._removal(ts, kind) for ts in self._aside),
        ]

    async def keep(self, ending: Snapshot) -> None:
        """Slack keeps what stands there, and nothing else."""

    async def do(self, call: Call) -> None:
        """Carries out one planned call and remembers what stands in Slack after it.

        Where Slack rejects it and there is another way, the next plan takes that.
        """
        carry_out = {POST: self._post, UPDATE: self._update, DELETE: self._delete}
        carry_out |= dict.fromkeys(METHODS, self._upload)
        try:
            await carry_out.get(call.method, self._look)(call)
        except SlackRejected as error:
            if not await self._evade(call, error.code):
                raise

    # The picture

    def _notices(self, snapshot: Snapshot, frame: Frame) -> list[str]:
        """What is to be said about parts of the answer that do not stand in its messages."""
        words, missing = self._words(), self._uploads.missing
        if self._picture.cut_short:
            told = snapshot.failure is not None and snapshot.failure.kind == CUT_SHORT
            return [] if told else [words.failures[CUT_SHORT]]
        if missing:
            return [words.not_attached.format(files=", ".join(missing))]
        rest = {"file": words.goes_on_in_file, "cut": words.shortened}.get(frame.rest)
        return [rest] if rest else []

    def _differs(self, part: int, draft: Draft) -> bool:
        stands = self._shown[part].draft if part < len(self._shown) else None
        return stands is None or stands.blocks != draft.blocks

    def _kind(self, snapshot: Snapshot) -> CallKind:
        # Ours is the first word, also in a message that somebody else has left.
        if not self._wrote:
            return CallKind.FIRST
        if snapshot.ended:
            return CallKind.LAST
        drawn = [draft.end for draft in self._drafts if draft.end is not None]
        read = [shown.draft.end for shown in self._shown if shown.draft and shown.draft.end]
        if drawn == read:
            return CallKind.STATUS
        # The first words are as urgent as a placeholder; more of them can wait.
        return CallKind.MORE if read else CallKind.FIRST

    # The calls

    def _call(self, part: int, draft: Draft, kind: CallKind) -> Call:
        new = part >= len(self._shown)
        method, more = (
            (POST, self._for_post(part)) if new else (UPDATE, {"ts": self._shown[part].ts})
        )
        return self._make(method, self._common(draft) | more, kind, part)

    def _removal(self, ts: str, kind: CallKind) -> Call:
        return self._make(DELETE, {"channel": self._turn.thread.channel, "ts": ts}, kind)

    def _with_files(self, changed: list[Call]) -> list[Call]:
        """Files stand below all parts, and come before the last of them is ended."""
        step = self._uploads.next(self._files)
        if step is None:
            return changed
        upload = self._make(*step, CallKind.LAST)
        last = [call for call in changed if call.part == len(self._drafts) - 1 and not call.new]
        return [*(call for call in changed if call not in last), upload, *last]

    def _make(self, method: str, payload: dict[str, Any], kind: CallKind, part: int = 0) -> Call:
        thread = self._turn.thread
        return Call(method, thread.team, thread.channel, kind, payload, part)

    def _common(self, draft: Draft) -> dict[str, Any]:
        # `text` is what notifications and screen readers get; chat.update refuses more than
        # 4,000 bytes of it even beside blocks.
        return {
            "channel": self._turn.thread.channel,
            "text": draft.text,
            "blocks": draft.blocks,
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
        self._took(call.part)

    async def _post(self, call: Call) -> None:
        try:
            answer = await slack_call(self._client, POST, call.payload)
        except SlackUnknown:
            # It may stand there: look before posting again, or people read it twice.
            self._lost = self._search()
            raise
        self._shown.append(_Shown(answer["ts"]))
        self._took(call.part)

    def _took(self, part: int) -> None:
        self._wrote = True
        shown, draft = self._shown[part], self._drafts[part]
        shown.draft = draft
        self._picture.took(part, draft, shown.ts)

    async def _upload(self, call: Call) -> None:
        try:
            await self._uploads.do(call.method, dict(call.payload), self._files)
        except SlackUnknown:
            # It may stand there: look before sharing it again.
            self._lost = self._search() if call.method == COMPLETE else None
            raise
        if not self._uploads.allowed:
            self._surface.without_files()

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

    def _search(self) -> Reconciliation:
        return Reconciliation(self._turn, self._patience.doubt)

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
            self._uploads.found(lost.files)
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
        past, part = self._pasts[call.part], call.part
        if self._picture.evade(part, self._drafts[part], code):
            return True
        if call.method == POST:
            self._picture.end_before(part)
            return False
        if code in STUCK:
            self._picture.end_with(part)
            return False
        if code == GONE and await self._may_be_news(past):
            return True
        if code in HOPELESS or past.replaced:
            return False
        self._replace(part, code)
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
