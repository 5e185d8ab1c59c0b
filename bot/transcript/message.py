"""What people typed in Slack → Markdown for the model."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from bot.transcript.attachments import attached
from bot.transcript.blocks import from_blocks
from bot.transcript.entities import MARK, from_text, labels
from bot.transcript.invisible import one_line, visible
from bot.transcript.rich_text import Names
from bot.transcript.template_tokens import defused
from bot.transcript.untyped import LONGEST, string

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.transcript.entities import Name

BOT: Final = f"{MARK}bot{MARK}"
ADDRESSED: Final = re.compile(rf"\s*(?:@{BOT}[\s,:]*)+")


def to_markdown(message: Mapping[str, Any], name: Name, *, bot_user: str | None = None) -> str:
    """A message as Slack has it, as Markdown, with what it forwards quoted below it.

    Rich text is preferred to `text`, as it loses less. The mention of `bot_user` that the message
    begins with is left out, since it says nothing to the bot. What nobody sees is left out as well,
    and what servers take for the tokens of a chat template is broken up.
    """

    def spoken(user: str) -> str:
        return BOT if bot_user and user == bot_user else one_line(name(user))

    text = string(message.get("text"))
    names = Names(spoken, labels(text))
    body = from_blocks(message.get("blocks"), names)
    parts = [from_text(text, spoken) if body is None else body, *attached(message, names)]
    markdown = "\n\n".join(filter(None, parts))
    if addressed := ADDRESSED.match(markdown):
        markdown = markdown[addressed.end() :]
    markdown = markdown.replace(BOT, one_line(name(bot_user)) if bot_user else "")
    return defused(visible(markdown)).strip()[:LONGEST]


def mentions(text: str, user: str) -> bool:
    """True when mrkdwn `text` mentions `user`."""
    return f"<@{user}>" in text or f"<@{user}|" in text


def without_mention(text: str, user: str) -> str:
    """The mrkdwn without the mention of `user` it begins with; later ones mean something."""
    lead = re.compile(rf"\s*(?:<@{re.escape(user)}(?:\|[^<>]*)?>[\s,:]*)+")
    match = lead.match(text)
    return text[match.end() :] if match else text
