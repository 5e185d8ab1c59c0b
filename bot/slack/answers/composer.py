"""A snapshot → the messages that show it, in forms and sizes that Slack has not refused."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from bot.core.reply import Phase
from bot.core.sliced import Sliced, result_of
from bot.rendering.formats.plain import fallback, plain
from bot.rendering.renderer import Renderer
from bot.slack.answers.blocks import ANCHOR, notice
from bot.slack.answers.drafts import Draft
from bot.slack.answers.evasion import SHRINKS, Change, Shape
from bot.slack.answers.forms import fits, shape

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.core.reply import Snapshot
    from bot.rendering.layout.frame import Frame, Part, Place
    from bot.slack.answers.blocks import Block
    from bot.slack.answers.forms import Form
    from bot.slack.capabilities import Capabilities


SLICE: Final = 500
"""Characters that are taken at a time; most take a few milliseconds. An answer of no more is laid
out in one go."""


class Composer:
    """Composes the messages of one answer. `below` makes the blocks under its open end."""

    def __init__(
        self, capabilities: Capabilities, below: Callable[[Snapshot], list[Block]]
    ) -> None:
        self._forms = capabilities.forms
        self._below = below
        self._renderer = Renderer(capabilities.limits, capabilities.policy)
        self._shapes: defaultdict[int, Shape] = defaultdict(lambda: Shape(self._forms.best))
        self._drafts: dict[int, tuple[Part, Form, Draft]] = {}
        self._fed = 0
        self._most: int | None = None

    @property
    def cut_short(self) -> bool:
        """Whether Slack did not take all of the answer."""
        return self._most is not None

    def prepare(self, snapshot: Snapshot) -> Sliced[Frame] | None:
        """`feed` in slices; None when nothing is new, or the answer is short."""
        is_new = len(snapshot.text) > self._fed or (snapshot.ended and not self._renderer.finished)
        return self._fed_with(snapshot) if is_new and len(snapshot.text) > SLICE else None

    def feed(self, snapshot: Snapshot) -> Frame:
        """Takes what is new of the text, and lays it out so that every part fits its form."""
        return result_of(self._fed_with(snapshot))

    def _fed_with(self, snapshot: Snapshot) -> Sliced[Frame]:
        while self._fed < len(snapshot.text):
            self._take(snapshot.text)
            yield
            yield from self._renderer.settle()
        if snapshot.ended:
            self._renderer.finish(broke_off=snapshot.phase.broke_off)
            yield
        while (part := (yield from self._oversized())) is not None:
            self._shrink(part)
        return self._renderer.frame()

    def _take(self, text: str) -> None:
        """The next few characters of the text."""
        end = min(self._fed + SLICE, len(text))
        self._renderer.feed(text[self._fed : end])
        self._fed = end

    def draw(self, snapshot: Snapshot, notices: Sequence[str] = ()) -> list[Draft]:
        """The messages that show what was fed, with `notices` under the last one.

        There is always one, though it may have nothing to show.
        """
        parts = self._renderer.frame().parts
        drafts = [self._draft(number, part) for number, part in enumerate(parts)] or [Draft()]
        shown = drafts[: self._most]
        below = [*map(notice, notices), *self._below(_as_seen(snapshot, shown))]
        return [*map(self._anchored, range(len(shown) - 1), shown), self._closed(shown, below)]

    # What Slack made of it

    def accepted(self, part: int, draft: Draft, ts: str) -> None:
        """Slack has accepted the draft of a part, in the message `ts`."""
        part_shape = self._shapes[part]
        if draft.end is None:
            return
        part_shape.accepted = replace(draft, blocks=draft.answer)
        part_shape.suspects_feedback = False
        while part_shape.refused_forms:
            self._forms.refused(part_shape.refused_forms.pop(), ts)

    def evade(self, part: int, draft: Draft, code: str, redraw: Callable[[], list[Draft]]) -> bool:
        """Slack refused the draft of a part. True when there is another way to show it.

        `redraw` draws the messages again; blocks that were refused are never sent again.
        """
        part_shape = self._shapes[part]
        part_shape.refused_blocks.append(draft.blocks)
        while self._change(part, draft, code):
            drafts = redraw()
            if part >= len(drafts) or drafts[part].blocks not in part_shape.refused_blocks:
                return True
        return False

    def end_with(self, part: int) -> None:
        """Slack takes no more of this part: it stays as accepted last, and is the last one."""
        self._shapes[part].final = True
        self._most = part + 1

    def end_before(self, part: int) -> None:
        """Slack takes no message for this part: the one before it is the last one, if any is."""
        self._most = part or None

    def _change(self, part: int, draft: Draft, code: str) -> bool:
        """Takes the next way to show the part; False when there is none."""
        part_shape = self._shapes[part]
        change = part_shape.next_change(draft, code, has_feedback=self._has_feedback(draft))
        match change:
            case Change.ANCHOR:
                part_shape.anchored = True
            case Change.SHRINK:
                self._shrink(part, draft.end)
            case Change.PLAIN_FEEDBACK:
                part_shape.suspects_feedback = self._forms.plain_feedback = True
            case Change.NEXT_FORM:
                self._take_next_form(part_shape)
        return change is not None

    def _has_feedback(self, draft: Draft) -> bool:
        kinds = {block["type"] for block in draft.blocks}
        return "context_actions" in kinds and not self._forms.plain_feedback

    def _take_next_form(self, part_shape: Shape) -> None:
        if part_shape.suspects_feedback:
            part_shape.suspects_feedback = self._forms.plain_feedback = False
        part_shape.refused_forms.append(part_shape.form)
        part_shape.form = part_shape.form.next or part_shape.form

    # The parts

    def _oversized(self) -> Sliced[int | None]:
        """The first part that is too large for its form."""
        frame = yield from self._renderer.render()
        for number, part in enumerate(frame.parts):
            part_shape = self._shapes[number]
            answer = self._draft(number, part).answer
            if part_shape.shrinks < SHRINKS and not fits(part_shape.form, answer):
                return number
            yield
        return None

    def _shrink(self, part: int, end: Place | None = None) -> None:
        """Ends the part where Slack accepted it last, if that is before what is too large now."""
        part_shape = self._shapes[part]
        part_shape.shrinks += 1
        accepted = part_shape.accepted.end
        open_end = end or self._renderer.frame().parts[part].end
        self._renderer.refuse(part, accepted if accepted and accepted < open_end else None)

    def _draft(self, number: int, part: Part) -> Draft:
        part_shape = self._shapes[number]
        if part_shape.final:
            return part_shape.accepted
        cached = self._drafts.get(number)
        if cached and cached[0] is part and cached[1] is part_shape.form:
            return cached[2]
        answer = shape(part_shape.form, part.flows)
        draft = Draft(answer, plain(part.flows), part.end, answer)
        self._drafts[number] = (part, part_shape.form, draft)
        return draft

    def _closed(self, drafts: Sequence[Draft], below: list[Block]) -> Draft:
        """The last message, with what stands below the answer."""
        last = drafts[-1]
        text = last.text or fallback(said(below))
        whole = replace(last, blocks=[*last.answer, *below], text=text)
        return self._anchored(len(drafts) - 1, whole)

    def _anchored(self, part: int, draft: Draft) -> Draft:
        if not self._shapes[part].anchored or draft.is_rich:
            return draft
        return replace(draft, blocks=[ANCHOR, *draft.blocks])


def said(blocks: Sequence[Block]) -> str:
    """What our own notices say."""
    contexts = (block["elements"] for block in blocks if block["type"] == "context")
    return " ".join(str(each.get("text", "")) for elements in contexts for each in elements)


def _as_seen(snapshot: Snapshot, drafts: Sequence[Draft]) -> Snapshot:
    """The snapshot without its text while none of it can be seen."""
    if any(draft.end is not None for draft in drafts):
        return snapshot
    phase = Phase.EMPTY if snapshot.phase is Phase.COMPLETE else snapshot.phase
    return replace(snapshot, phase=phase, text="")
