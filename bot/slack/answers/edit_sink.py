"""Shows a reply in Slack: one message that is edited, and further ones for what does not fit."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import structlog

from bot.core.reply import Phase
from bot.core.sliced import let_go
from bot.core.types import Effect, Order
from bot.errors import SlackError, SlackRejected, SlackUnknown, SlackUnsent
from bot.slack.actions.buttons import without_ways_on
from bot.slack.answers.blocks import without_furniture
from bot.slack.answers.composer import Composer
from bot.slack.answers.evasion import NOT_FOUND, STUCK, PartState, Way, way_round
from bot.slack.answers.file_shares import FileShares, ShareStep
from bot.slack.answers.leftovers import Leftovers, LeftoverStep, PressedMessages
from bot.slack.answers.messages import Messages
from bot.slack.answers.planning import UNATTACHED, Desired, Planner, Steps
from bot.slack.answers.reconciliation import Reconciliation
from bot.slack.answers.uploads import Uploads
from bot.slack.capabilities import Capabilities
from bot.slack.limits import DELETE, POST, UPDATE
from bot.slices import Slices

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.core.reply import Snapshot
    from bot.core.sliced import Sliced
    from bot.core.turns import Claim
    from bot.core.types import Call
    from bot.rendering.layout.frame import File, Frame
    from bot.slack.answers.blocks import Block
    from bot.slack.answers.drafts import Draft
    from bot.slack.answers.planning import Look, Write
    from bot.slack.answers.uploads import UploadStep
    from bot.slack.web_api import SlackApi
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
        api: SlackApi,
        claim: Claim,
        words: Callable[[], Strings],
        below: Callable[[Snapshot], list[Block]],
        capabilities: Capabilities | None = None,
        patience: Patience | None = None,
        pressed: PressedMessages | None = None,
    ) -> None:
        """`words` gives the asker's language as known now, `below` the blocks under the answer."""
        self._api = api
        self._turn = claim.turn
        self._looks = claim.looks
        self._words = words
        self._capabilities = capabilities or Capabilities()
        self._patience = patience or Patience()
        self._composer = Composer(self._capabilities, below)
        self._messages = Messages(claim)
        self._planner = Planner(claim.turn, self._messages, ids=api.ids, calm=claim.looks)
        self._uploads = Uploads(api, claim.turn, self._patience.doubt)
        self._shares = FileShares(api, claim)
        self._shares_known = False
        orphaned = claim.order is Order.ORPHANED
        strip = without_ways_on if orphaned else without_furniture
        self._leftovers = Leftovers(api, claim.turn.thread.channel, strip)
        if claim.kept:
            # The answer goes on below it.
            self._leave(claim.posts[claim.kept - 1], pressed)
        self._states: defaultdict[int, PartState] = defaultdict(lambda: PartState.EDITABLE)
        self._search = self._new_search() if claim.doubtful else None
        # A process that knew the whole answer may have uploaded its files.
        self._files_known = claim.doubtful or claim.ending is None

    @property
    def posts(self) -> tuple[str, ...]:
        """The ts of every message of the answer, those of earlier rounds included."""
        return self._messages.posts

    def prepare(self, snapshot: Snapshot) -> Sliced[object] | None:
        """Lays out what is new of a long text; None when there is little."""
        return None if snapshot.phase is Phase.WITHDRAWN else self._composer.prepare(snapshot)

    def plan(self, snapshot: Snapshot) -> list[Call]:
        """The calls that would show `snapshot`, in order; none when Slack shows it.

        Nothing else is planned while we do not know which messages stand in Slack.
        """
        if snapshot.phase is Phase.WITHDRAWN:
            return self._removals()
        frame = self._composer.feed(snapshot)
        files = () if snapshot.phase in UNATTACHED else frame.files
        if search := self._search or self._search_for_files(files):
            return [self._planner.look(search)]
        notices = tuple(self._notices(snapshot, frame))
        desired = Desired(snapshot, notices, tuple(self._composer.draw(snapshot, notices)))
        closed = {part for part, state in self._states.items() if state is PartState.CLOSED}
        steps = Steps(self._uploads.next(files), self._leftovers.next())
        return self._planner.calls(desired, closed, steps) or self._replacements(snapshot)

    async def keep(self, ending: Snapshot) -> None:
        """Does nothing: Slack keeps what it was sent, and nothing else."""

    async def do(self, call: Call) -> None:
        """Carries out one planned call and remembers what Slack has accepted. Raises `SlackError`.

        When Slack rejects it and there is another way, the next plan takes that.
        """
        match call.effect, call.draft:
            case _, LeftoverStep() as step:
                await self._leftovers.do(step)
            case _, ShareStep() as step:
                await self._shares.do(step)
            case Effect.POST, write:
                await self._write(write, self._post)
            case Effect.EDIT, write:
                await self._write(write, self._edit)
            case Effect.REMOVE, why:
                await self._remove(str(call.message), withdrawn=why is Phase.WITHDRAWN)
            case Effect.UPLOAD, step:
                await self._upload(step)
            case Effect.READ, look:
                await self._look(look)

    # What is planned

    def _leave(self, ts: str, pressed: PressedMessages | None) -> None:
        channel = self._turn.thread.channel
        self._leftovers.add(ts, pressed.take(channel, ts) if pressed else None)

    def _removals(self) -> list[Call]:
        """The calls after which nothing of the answer is left."""
        may_have_files = self._uploads.shared or not self._files_known or self._turn.round
        if not self._search and may_have_files and not self._shares_known:
            return [self._planner.look(self._new_search())]
        if self._search:
            return [self._planner.look(self._search)]
        steps = Steps(leftover=self._leftovers.next(), share=self._shares.next())
        return self._planner.removals(steps)

    def _replacements(self, snapshot: Snapshot) -> list[Call]:
        """Removes the files of the answer that this round replaces, once the new one stands."""
        if not (snapshot.ended and self._shares.may_replace) or snapshot.phase in UNATTACHED:
            return []
        if not self._shares_known:
            return [self._planner.look(self._new_search())]
        return self._planner.removal_of_share(self._shares.next(replaced=True))

    def _search_for_files(self, files: tuple[File, ...]) -> Reconciliation | None:
        return self._new_search() if files and not self._files_known else None

    def _new_search(self) -> Reconciliation:
        return Reconciliation(self._turn, self._patience.doubt, self._api.ids)

    def _notices(self, snapshot: Snapshot, frame: Frame) -> list[str]:
        """What is to be said about parts of the answer that do not stand in its messages."""
        words, missing = self._words(), self._uploads.missing
        if self._composer.cut_short:
            told = snapshot.failure is not None and snapshot.failure.kind == CUT_SHORT
            return [] if told else [_partial(words.failures[CUT_SHORT], words)]
        if missing:
            return [_partial(words.not_attached.format(files=", ".join(missing)), words)]
        if frame.rest == "cut":
            return [_partial(words.shortened, words)]
        return [words.goes_on_in_file] if frame.rest else []

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
            answer = await self._api.granted(POST, write.arguments)
        except SlackUnsent:
            raise
        except SlackUnknown:
            # It may stand there: look before posting again, or people read it twice.
            self._search = self._new_search()
            raise
        self._messages.posted(answer["ts"], write.draft)
        return str(answer["ts"])

    async def _edit(self, write: Write) -> str:
        ts = str(write.arguments["ts"])
        await self._api.granted(UPDATE, write.arguments)
        self._messages.edited(ts, write.draft)
        return ts

    async def _remove(self, ts: str, *, withdrawn: bool) -> None:
        """A message that cannot be removed loses all that it says and can do.

        This happens before anything is written beside it: it would look like a second answer.
        """
        self._messages.removing(ts)
        self._leftovers.forget(ts)
        try:
            arguments = {"channel": self._turn.thread.channel, "ts": ts}
            await self._api.granted(DELETE, arguments)
        except SlackRejected as error:
            if error.code != NOT_FOUND:
                self._keep_stuck(ts, withdrawn=withdrawn)
                return
        self._messages.removed(ts)

    def _keep_stuck(self, ts: str, *, withdrawn: bool) -> None:
        if withdrawn:
            self._messages.cannot_be_removed(ts)
            self._leftovers.replace(ts, self._words().withdrawn)
        else:
            self._messages.removed(ts)
            self._leftovers.replace_first(ts, self._words().moved)

    async def _upload(self, step: UploadStep) -> None:
        try:
            await self._uploads.do(step)
        except SlackUnsent:
            raise
        except SlackUnknown:
            # It may stand there: look before sharing it again.
            self._search = self._new_search() if step.shares else None
            raise
        self._shares_known = False
        if not self._uploads.allowed:
            self._capabilities.without_files()

    async def _look(self, look: Look) -> None:
        """Reads one page of a search. It has an end: a second answer is better than none."""
        self._search = search = look.search
        page: dict[str, Any] = {}
        try:
            page = await self._api.granted(look.method, look.arguments)
        except SlackRejected as error:
            log.warning("lost post cannot be looked for", detail=str(error))
        except SlackError:
            if not search.gives_up():
                raise
            log.warning("lost post not looked for any longer")
        else:
            if not search.take(page):
                await _let_go(page)
                return
            self._messages.adopt(search.found)
            self._uploads.found(each.name for each in search.shares)
            self._shares.found(search.shares)
        self._search, self._files_known, self._shares_known = None, True, True
        await _let_go(page)

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
        # After its end only people delete an answer; nothing is posted in its place.
        is_deleted = desired.snapshot.phase is Phase.GONE or self._looks
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


def _partial(sentence: str, words: Strings) -> str:
    return words.incomplete.format(sentence=sentence)


async def _let_go(page: dict[str, Any]) -> None:
    if isinstance(messages := page.get("messages"), list):
        await Slices().run(let_go(messages))
