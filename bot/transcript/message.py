"""A message as Slack has it → Markdown for the model."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from bot.transcript.attachments import attachment_quotes
from bot.transcript.blocks import from_blocks
from bot.transcript.entities import MARK, from_text, labels
from bot.transcript.invisible import one_line, visible
from bot.transcript.rich_text import Names
from bot.transcript.template_tokens import without_template_tokens
from bot.transcript.untyped import LONGEST, string

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.transcript.entities import Name

BOT: Final = f"{MARK}bot{MARK}"
"""Stands for the bot's name until it is known whether the message begins with it."""
ADDRESSED: Final = re.compile(rf"\s*(?:@{BOT}[\s,:]*)+")


def to_markdown(message: Mapping[str, Any], name: Name, *, bot_user: str | None = None) -> str:
    """The Markdown of a message, at most `LONGEST` characters, its attachments quoted below it.

    Blocks are preferred to `text`, as they lose less. A mention of `bot_user` at the beginning is
    left out, since it says nothing to the bot. Invisible characters are left out as well, and
    tokens of chat templates are broken up. `name` gives the name of a user id.
    """

    def name_or_bot(user: str) -> str:
        return BOT if bot_user and user == bot_user else one_line(name(user))

    text = string(message.get("text"))
    names = Names(name_or_bot, labels(text))
    body = from_blocks(message.get("blocks"), names)
    parts = [
        from_text(text, name_or_bot) if body is None else body,
        *attachment_quotes(message, names),
    ]
    markdown = "\n\n".join(filter(None, parts))
    if addressed := ADDRESSED.match(markdown):
        markdown = markdown[addressed.end() :]
    markdown = markdown.replace(BOT, one_line(name(bot_user)) if bot_user else "")
    return without_template_tokens(visible(markdown)).strip()[:LONGEST]


def mentions(text: str, user: str) -> bool:
    """Whether mrkdwn `text` mentions `user` (an id)."""
    return f"<@{user}>" in text or f"<@{user}|" in text


def without_mention(text: str, user: str) -> str:
    """The mrkdwn without a mention of `user` (an id) at its beginning; later ones stay."""
    lead = re.compile(rf"\s*(?:<@{re.escape(user)}(?:\|[^<>]*)?>[\s,:]*)+")
    match = lead.match(text)
    return text[match.end() :] if match else text
