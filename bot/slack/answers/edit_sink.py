"""Shows a reply in Slack: one message that is edited, and further ones for what does not fit."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from bot.core.reply import Phase
from bot.core.types import Effect
from bot.errors import SlackError, SlackRejected, SlackUnknown
from bot.slack.answers.composer import Composer
from bot.slack.answers.evasion import NOT_FOUND, STUCK, PartState, Way, way_round
from bot.slack.answers.messages import Messages
from bot.slack.answers.planning import UNATTACHED, Desired, Planner
from bot.slack.answers.reconciliation import Reconciliation
from bot.slack.answers.uploads import Uploads
from bot.slack.capabilities import Capabilities
from bot.slack.limits import DELETE, POST, UPDATE
from bot.slack.web_api import call as slack_call

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from slack_sdk.web.async_client import AsyncWebClient

    from bot.core.reply import Snapshot
    from bot.core.turns import Claim
    from bot.core.types import Call
    from bot.rendering.layout.frame import File, Frame
    from bot.slack.answers.blocks import Block
    from bot.slack.answers.drafts import Draft
    from bot.slack.answers.planning import Look, Write
    from bot.slack.answers.uploads import UploadStep
    from bot.strings import Strings

log = structlog.get_logger(__name__)

CUT_SHORT = "slack_refused"
"""The kind of failure of an answer that Slack did not take whole."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long an answer waits for certainty, in seconds."""

    doubt: float = 60.0
    """For a lost post to be found, once looking for it fails, before it is posted again."""
    news: float = 2.0
    """For an event that says that a message was deleted, before it is written anew."""


class EditSink:
    """Implements the Sink port with posts, edits, removals and uploads.

    Four parts do the work: `Composer` draws the messages, `Planner` says which calls are missing,
    `Messages` knows what Slack has accepted, `evasion` has the ways round a refusal.
    """

    def __init__(
        self,
        client: AsyncWebClient,
        claim: Claim,
        words: Callable[[], Strings],
        below: Callable[[Snapshot], list[Block]],
        capabilities: Capabilities | None = None,
        patience: Patience | None = None,
    ) -> None:
        """`words` gives the asker's language as known now, `below` the blocks under the answer."""
        self._client = client
        self._turn = claim.turn
        self._words = words
        self._capabilities = capabilities or Capabilities()
        self._patience = patience or Patience()
        self._composer = Composer(self._capabilities, below)
        self._messages = Messages(claim)
        self._planner = Planner(claim.turn, self._messages)
        self._uploads = Uploads(client, claim.turn, self._patience.doubt)
        self._states: defaultdict[int, PartState] = defaultdict(lambda: PartState.EDITABLE)
        self._search = self._new_search() if claim.doubtful else None
        # A process that knew the whole answer may have uploaded its files.
        self._files_known = claim.doubtful or claim.ending is None

    @property
    def posts(self) -> tuple[str, ...]:
        """The ts of every message of the answer, those of earlier rounds included."""
        return self._messages.posts

    def plan(self, snapshot: Snapshot) -> list[Call]:
        """The calls that would show `snapshot`, in order; none when Slack shows it.

        Nothing else is planned while we do not know which messages stand in Slack.
        """
        frame = self._composer.feed(snapshot)
        files = () if snapshot.phase in UNATTACHED else frame.files
        if search := self._search or self._search_for_files(files):
            return [self._planner.look(search)]
        notices = tuple(self._notices(snapshot, frame))
        desired = Desired(snapshot, notices, tuple(self._composer.draw(snapshot, notices)))
        closed = {part for part, state in self._states.items() if state is PartState.CLOSED}
        return self._planner.calls(desired, closed, self._uploads.next(files))

    async def keep(self, ending: Snapshot) -> None:
        """Does nothing: Slack keeps what it was sent, and nothing else."""

    async def do(self, call: Call) -> None:
        """Carries out one planned call and remembers what Slack has accepted. Raises `SlackError`.

        When Slack rejects it and there is another way, the next plan takes that.
        """
        match call.effect:
            case Effect.POST:
                await self._write(call.draft, self._post)
            case Effect.EDIT:
                await self._write(call.draft, self._edit)
            case Effect.REMOVE:
                await self._remove(str(call.message))
            case Effect.UPLOAD:
                await self._upload(call.draft)
            case Effect.READ:
                await self._look(call.draft)

    # What is planned

    def _search_for_files(self, files: tuple[File, ...]) -> Reconciliation | None:
        return self._new_search() if files and not self._files_known else None

    def _new_search(self) -> Reconciliation:
        return Reconciliation(self._turn, self._patience.doubt)

    def _notices(self, snapshot: Snapshot, frame: Frame) -> list[str]:
        """What is to be said about parts of the answer that do not stand in its messages."""
        words, missing = self._words(), self._uploads.missing
        if self._composer.cut_short:
            told = snapshot.failure is not None and snapshot.failure.kind == CUT_SHORT
            return [] if told else [words.failures[CUT_SHORT]]
        if missing:
            return [words.not_attached.format(files=", ".join(missing))]
        rest = {"file": words.goes_on_in_file, "cut": words.shortened}.get(frame.rest)
        return [rest] if rest else []

    # What is done

    async def _write(self, write: Write, send: Callable[[Write], Awaitable[str]]) -> None:
        try:
            ts = await send(write)
        except SlackRejected as error:
            if not await self._evade(write, error.code):
                raise
        else:
            self._composer.accepted(write.part, write.draft, ts)

    async def _post(self, write: Write) -> str:
        try:
            answer = await slack_call(self._client, POST, write.arguments)
        except SlackUnknown:
            # It may stand there: look before posting again, or people read it twice.
            self._search = self._new_search()
            raise
        self._messages.posted(answer["ts"], write.draft)
        return str(answer["ts"])

    async def _edit(self, write: Write) -> str:
        ts = str(write.arguments["ts"])
        await slack_call(self._client, UPDATE, write.arguments)
        self._messages.edited(ts, write.draft)
        return ts

    async def _remove(self, ts: str) -> None:
        """A message that cannot be removed is left alone: below the answer it does no harm."""
        self._messages.removing(ts)
        with suppress(SlackRejected):
            arguments = {"channel": self._turn.thread.channel, "ts": ts}
            await slack_call(self._client, DELETE, arguments)
        self._messages.removed(ts)

    async def _upload(self, step: UploadStep) -> None:
        try:
            await self._uploads.do(step)
        except SlackUnknown:
            # It may stand there: look before sharing it again.
            self._search = self._new_search() if step.shares else None
            raise
        if not self._uploads.allowed:
            self._capabilities.without_files()

    async def _look(self, look: Look) -> None:
        """Reads one page of a search. It has an end: a second answer is better than none."""
        self._search = search = look.search
        try:
            page = await slack_call(self._client, look.method, look.arguments)
        except SlackRejected as error:
            log.warning("lost post cannot be looked for", detail=str(error))
        except SlackError:
            if not search.gives_up():
                raise
            log.warning("lost post not looked for any longer")
        else:
            if not search.take(page):
                return
            self._messages.adopt(search.found)
            self._uploads.found(search.files)
        self._search, self._files_known = None, True

    # Ways round a refusal

    async def _evade(self, write: Write, code: str) -> bool:
        """True when there is another way: other blocks, or another message."""
        part, desired = write.part, write.desired

        def redraw() -> list[Draft]:
            return self._composer.draw(desired.snapshot, desired.notices)

        if self._composer.evade(part, write.draft, code, redraw):
            return True
        if "ts" not in write.arguments:
            self._composer.end_before(part)
            return False
        if code in STUCK:
            self._composer.end_with(part)
            return False
        is_last = part >= len(self._messages.parts) - 1
        is_deleted = desired.snapshot.phase is Phase.GONE
        way, self._states[part] = way_round(
            self._states[part], code, is_last=is_last, is_deleted=is_deleted
        )
        await self._go(way, part, code)
        return way is not Way.NONE

    async def _go(self, way: Way, part: int, code: str) -> None:
        if way is Way.WAIT:
            await asyncio.sleep(self._patience.news)
        elif way is Way.REWRITE and code == NOT_FOUND:
            self._messages.forget(part)
        elif way is Way.REWRITE:
            self._messages.set_aside(part)
