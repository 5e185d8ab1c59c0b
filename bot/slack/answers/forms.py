"""The forms in which an answer can be shown, richest first, and which of them a workspace takes."""

from __future__ import annotations

import time
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from bot.rendering.formats.blocks import blocks
from bot.rendering.formats.commonmark import markdown
from bot.rendering.formats.mrkdwn import mrkdwn
from bot.slack.answers.sections import sections
from bot.slack.limits import ANSWER_BLOCKS, MARKDOWN_CHARACTERS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.rendering.flow import Flow
    from bot.slack.answers.blocks import Block

HOUR: Final = 3600.0
ENOUGH: Final = 2
"""Messages that must be refused in one form within an hour before the form is given up."""


class Form(StrEnum):
    """What the blocks of an answer are made of."""

    RICH = "rich"
    """rich_text, header, table and divider blocks."""
    MARKDOWN = "markdown"
    """One markdown block."""
    TEXT = "text"
    """Sections with mrkdwn."""

    @property
    def next(self) -> Form | None:
        """The form to try when Slack refuses this one."""
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
    """False for blocks that Slack would refuse for their size, as far as that is documented."""
    if form is Form.MARKDOWN:
        return sum(len(block["text"]) for block in shown) <= MARKDOWN_CHARACTERS
    return len(shown) <= ANSWER_BLOCKS


def _section(text: str) -> Block:
    # Without `verbatim` Slack would turn plain text into links and mentions.
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}


class Forms:
    """Which forms one workspace takes, as far as its answers have found out."""

    def __init__(
        self, first: Form = Form.RICH, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`first`: the richest form to use. `clock`: monotonic seconds."""
        self._first = first
        self._clock = clock
        self._refusals: dict[Form, dict[str, float]] = {}
        self._shut: dict[Form, float] = {}
        self.plain_feedback = False
        """True once Slack has refused feedback buttons: then they are plain buttons."""

    @property
    def best(self) -> Form:
        """The form for a new message."""
        form, now = self._first, self._clock()
        while self._shut.get(form, now) > now and form.next:
            form = form.next
        return form

    def refused(self, form: Form, message: str) -> None:
        """Slack refused `form` for this message (its ts), and then accepted another form.

        One such message may be due to its content. After a second one within an hour no message
        begins in that form for the next hour.
        """
        now = self._clock()
        known = self._refusals.pop(form, {})
        recent = {ts: at for ts, at in known.items() if now - at < HOUR} | {message: now}
        if len(recent) < ENOUGH:
            self._refusals[form] = recent
        else:
            self._shut[form] = now + HOUR
