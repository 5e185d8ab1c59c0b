"""A snapshot → the messages that show it, in forms and sizes that Slack has not refused."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from bot.core.reply import Phase, Snapshot
from bot.rendering.formats.markup import plain
from bot.rendering.renderer import Renderer
from bot.slack.answers.blocks import notice
from bot.slack.answers.forms import fits, shape

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.rendering.layout.frame import Frame, Part, Place
    from bot.slack.answers.capabilities import Capabilities
    from bot.slack.answers.forms import Block, Form

TOO_LARGE: Final = frozenset(
    {"msg_blocks_too_long", "msg_blocks_too_many", "msg_too_large", "msg_too_long"}
)
"""What Slack says of a message that must be smaller."""

MISMATCH: Final = "block_mismatch"
"""A message with rich text may not be edited into one without."""

UNSHOWABLE: Final = frozenset(
    {MISMATCH, "invalid_attachments", "invalid_blocks", "invalid_blocks_format"}
)
"""What Slack says of blocks that it does not know or does not like."""

TRIES: Final = 12
"""So often one part is made smaller."""

ANCHOR: Final[dict[str, Any]] = {
    "type": "rich_text",
    "elements": [
        {"type": "rich_text_section", "elements": [{"type": "text", "text": "\u2060"}]},
    ],
}
"""Rich text that nobody sees, and that history leaves out."""


@dataclass(frozen=True, slots=True)
class Draft:
    """One message as it should stand. `blocks` begins with `answer`, if anything is said in it.

    `end` is how far in the answer it reaches, `text` what notifications say.
    """

    blocks: list[Block] = field(repr=False)
    text: str = field(repr=False, default="")
    end: Place | None = None
    answer: list[Block] = field(repr=False, default_factory=list)


@dataclass(slots=True)
class _Manner:
    """How a part is shown.

    `turned_down`: what Slack did not take. `refused`: its forms, until another one is taken.
    `tries`: how often it was made smaller. `suspected`: its feedback buttons may be what was
    refused. `taken`: what Slack took last. `final`: nothing else will be.
    """

    form: Form
    turned_down: list[list[Block]] = field(default_factory=list)
    refused: list[Form] = field(default_factory=list)
    tries: int = 0
    anchored: bool = False
    suspected: bool = False
    taken: Draft = field(default_factory=lambda: Draft([]))
    final: bool = False
    drawn: tuple[Part, Form, Draft] | None = None


class Composer:
    """Draws the parts of one answer. `below` makes what stands under its open end."""

    def __init__(self, surface: Capabilities, below: Callable[[Snapshot], list[Block]]) -> None:
        self._forms = surface.forms
        self._below = below
        self._renderer = Renderer(surface.limits, surface.policy)
        self._manners: defaultdict[int, _Manner] = defaultdict(lambda: _Manner(self._forms.best))
        self._snapshot = Snapshot()
        self._notices: Sequence[str] = ()
        self._fed = 0
        self._most: int | None = None

    def feed(self, snapshot: Snapshot) -> Frame:
        """Takes what is new of the text, and lays it out so that every part fits its form."""
        self._snapshot = snapshot
        if len(snapshot.text) > self._fed:
            self._renderer.feed(snapshot.text[self._fed :])
            self._fed = len(snapshot.text)
        if snapshot.ended:
            self._renderer.finish()
        while (part := self._oversized()) is not None:
            self._shrink(part)
        return self._renderer.frame()

    def draw(self, notices: Sequence[str] = ()) -> list[Draft]:
        """The messages that show what was fed; `notices` are said under the last one.

        There is always one, though it may have nothing to show.
        """
        self._notices = notices
        drafts = [self._draft(n, part) for n, part in enumerate(self._renderer.frame().parts)]
        whole = drafts or [Draft([])]
        shown = whole[: self._most]
        below = [*map(notice, notices), *self._below(self._as_seen(shown))]
        return [*map(self._anchored, range(len(shown) - 1), shown), self._closed(shown, below)]

    @property
    def cut_short(self) -> bool:
        """Slack did not take all of it."""
        return self._most is not None

    # What Slack made of it

    def took(self, part: int, draft: Draft, ts: str) -> None:
        """Slack took it, in the message `ts`."""
        manner = self._manners[part]
        if draft.end is None:
            return
        manner.taken, manner.suspected = replace(draft, blocks=draft.answer), False
        while manner.refused:
            self._forms.refused(manner.refused.pop(), ts)

    def evade(self, part: int, draft: Draft, code: str) -> bool:
        """Slack refused it: True when there is another way to show it, never the same again."""
        turned_down = self._manners[part].turned_down
        turned_down.append(draft.blocks)
        while self._change(part, draft, code):
            drafts = self.draw(self._notices)
            if part >= len(drafts) or drafts[part].blocks not in turned_down:
                return True
        return False

    def end_with(self, part: int) -> None:
        """Slack takes no more of this part: what it took last stays, and nothing comes after."""
        self._manners[part].final = True
        self._most = part + 1

    def end_before(self, part: int) -> None:
        """There will be no message for this part, unless it is the first."""
        self._most = part or None

    def _change(self, part: int, draft: Draft, code: str) -> bool:
        """One step down; False at the bottom."""
        manner = self._manners[part]
        if code == MISMATCH and not manner.anchored and not _is_rich(draft.blocks):
            manner.anchored = True
        elif draft.end is None or manner.final:
            return False
        elif code in TOO_LARGE and manner.tries < TRIES:
            self._shrink(part, draft.end)
        elif code in UNSHOWABLE and not manner.suspected and self._has_feedback(draft):
            # The youngest kind of block is the first to be suspected.
            manner.suspected = self._forms.plain_feedback = True
        elif code in UNSHOWABLE and manner.form.next:
            self._step_down(manner, manner.form.next)
        else:
            return False
        return True

    def _has_feedback(self, draft: Draft) -> bool:
        kinds = {block["type"] for block in draft.blocks}
        return "context_actions" in kinds and not self._forms.plain_feedback

    def _step_down(self, manner: _Manner, form: Form) -> None:
        if manner.suspected:
            manner.suspected = self._forms.plain_feedback = False
        manner.refused.append(manner.form)
        manner.form = form

    # The parts

    def _oversized(self) -> int | None:
        for number, part in enumerate(self._renderer.frame().parts):
            manner = self._manners[number]
            answer = self._draft(number, part).answer
            if manner.tries < TRIES and not fits(manner.form, answer):
                return number
        return None

    def _shrink(self, part: int, end: Place | None = None) -> None:
        """Closes it where Slack took it last, if that is less than what is too much now."""
        manner = self._manners[part]
        manner.tries += 1
        taken = manner.taken.end
        open_end = end or self._renderer.frame().parts[part].end
        self._renderer.refuse(part, taken if taken and taken < open_end else None)

    def _draft(self, number: int, part: Part) -> Draft:
        manner = self._manners[number]
        if manner.final:
            return manner.taken
        if manner.drawn is None or manner.drawn[0] is not part or manner.drawn[1] != manner.form:
            answer = shape(manner.form, part.flows)
            manner.drawn = (part, manner.form, Draft(answer, plain(part.flows), part.end, answer))
        return manner.drawn[2]

    def _closed(self, drafts: Sequence[Draft], below: list[Block]) -> Draft:
        """The last message, with what stands below the answer."""
        last = drafts[-1]
        whole = replace(last, blocks=[*last.answer, *below], text=last.text or said(below))
        return self._anchored(len(drafts) - 1, whole)

    def _anchored(self, part: int, draft: Draft) -> Draft:
        if not self._manners[part].anchored or _is_rich(draft.blocks):
            return draft
        return replace(draft, blocks=[ANCHOR, *draft.blocks])

    def _as_seen(self, drafts: Sequence[Draft]) -> Snapshot:
        """While nothing can be seen of the answer, nothing has been said."""
        snapshot = self._snapshot
        if any(draft.end is not None for draft in drafts):
            return snapshot
        phase = Phase.EMPTY if snapshot.phase is Phase.COMPLETE else snapshot.phase
        return replace(snapshot, phase=phase, text="")


def said(blocks: Sequence[Block]) -> str:
    """What our own notices say."""
    contexts = (block["elements"] for block in blocks if block["type"] == "context")
    return " ".join(str(each.get("text", "")) for elements in contexts for each in elements)


def _is_rich(blocks: Sequence[Block]) -> bool:
    return any(block["type"] == "rich_text" for block in blocks)
