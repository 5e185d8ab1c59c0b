"""Text objects of Slack's blocks → Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.text.runs import Run
from bot.text.visible import one_line
from bot.transcript.entities import from_text, unescape
from bot.transcript.styled import inline
from bot.transcript.untyped import mapping, string

if TYPE_CHECKING:
    from bot.transcript.rich_text import Names

LONGEST_NUMBER: Final = 40
"""Characters of a number that are read."""


def text_object(value: object, names: Names) -> str:
    """The Markdown of a `mrkdwn` or `plain_text` object (docs: text object).

    A string or a number, which some places hold instead, is read as mrkdwn.
    """
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        return from_text(string(value) or str(value)[:LONGEST_NUMBER], names.user)
    text = string(mapping(value).get("text"))
    is_mrkdwn = mapping(value).get("type") == "mrkdwn"
    return from_text(text, names.user) if is_mrkdwn else inline([Run(unescape(text))])


def label(value: object, names: Names) -> str:
    """The same on one line, for what stands within a line."""
    return one_line(text_object(value, names))
