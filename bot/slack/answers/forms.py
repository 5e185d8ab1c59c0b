"""The forms an answer can take in Slack, richest first, and which of them a workspace takes."""

from __future__ import annotations

import time
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from bot.rendering.formats.blocks import blocks
from bot.rendering.formats.markup import markdown, mrkdwn
from bot.slack.answers.sections import sections

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.rendering.flow import Flow

Block = dict[str, Any]

HOUR: Final = 3600.0
ENOUGH: Final = 2
"""So many different messages must be refused in one form before the workspace is said to."""

MOST_MARKDOWN: Final = 12_000
"""Characters of a markdown block (docs: markdown block)."""
MOST_SECTIONS: Final = 43
"""Of the 50 blocks of a message; the others are for what stands around the answer."""


class Form(StrEnum):
    """`rich`: rich_text, header, table, divider. `markdown`: a markdown block. `text`: sections."""

    RICH = "rich"
    MARKDOWN = "markdown"
    TEXT = "text"

    @property
    def next(self) -> Form | None:
        """The form to try where this one is not taken."""
        return LADDER.get(self)


LADDER: Final = {Form.RICH: Form.MARKDOWN, Form.MARKDOWN: Form.TEXT}


def shape(form: Form, flows: Sequence[Flow]) -> list[Block]:
    """The blocks that show `flows` in this form."""
    if form is Form.RICH:
        return blocks(flows)
    if form is Form.MARKDOWN:
        return [{"type": "markdown", "text": markdown(flows)}]
    return [_section(text) for text in sections(mrkdwn(flows))]


def fits(form: Form, shown: Sequence[Block]) -> bool:
    """False for what Slack would refuse for its size, as far as that is documented."""
    if form is Form.MARKDOWN:
        return sum(len(block["text"]) for block in shown) <= MOST_MARKDOWN
    return len(shown) <= MOST_SECTIONS


def _section(text: str) -> Block:
    # Else Slack makes links and mentions of what looks like one.
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}


class Forms:
    """What is known of the forms in one workspace; all its answers share it.

    `plain_feedback` is true once Slack has refused `context_actions`: feedback buttons are then
    plain buttons.
    """

    def __init__(
        self, first: Form = Form.RICH, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`first`: the richest form to use. `clock`: monotonic seconds."""
        self._first = first
        self._clock = clock
        self._refusals: dict[Form, dict[str, float]] = {}
        self._shut: dict[Form, float] = {}
        self.plain_feedback = False

    @property
    def best(self) -> Form:
        """The form that a new message begins in."""
        form, now = self._first, self._clock()
        while self._shut.get(form, now) > now and form.next:
            form = form.next
        return form

    def refused(self, form: Form, message: str) -> None:
        """Slack did not take `form` for this message, and then took another one.

        For one message that may be its content. Two of them within an hour, and none begins in
        that form for the next hour.
        """
        now = self._clock()
        known = self._refusals.pop(form, {})
        recent = {ts: at for ts, at in known.items() if now - at < HOUR} | {message: now}
        if len(recent) < ENOUGH:
            self._refusals[form] = recent
        else:
            self._shut[form] = now + HOUR
