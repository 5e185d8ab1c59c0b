"""Slack's text objects: plain text and mrkdwn."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.playground.page.html import markup, mrkdwn
from bot.playground.page.html.emoji import named

if TYPE_CHECKING:
    from bot.playground.page.html.markup import Names

_EMOJI = re.compile(r":([a-z0-9_+'-]{1,60}(?:::skin-tone-[2-6])?):")


def to_html(shown: object, names: Names) -> str:
    """A text object as it is shown, or "" in place of anything else."""
    if markup.mapping(shown).get("type") == "mrkdwn":
        return mrkdwn.to_html(markup.mapping(shown).get("text"), names)
    return markup.escape(plain(shown))


def plain(shown: object) -> str:
    """The characters of a text object, for titles and labels that have no HTML.

    `:name:` of plain text is an emoji unless `emoji` is false: Slack adds `true` where it is left
    out. A name without an emoji stays as it is written.
    """
    found = markup.mapping(shown)
    text = markup.text(found.get("text"))
    if found.get("emoji") is False:
        return text
    return _EMOJI.sub(lambda match: named(match[1]) or match[0], text)
