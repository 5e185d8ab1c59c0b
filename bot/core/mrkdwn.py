"""What people typed in Slack → Markdown for the model."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from bot.core.entities import MARK, channel_labels, from_text, link
from bot.core.rich_text import Names, from_blocks, mappings, quoted, string, text_object

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.core.entities import Name

BOT: Final = f"{MARK}bot{MARK}"
ADDRESSED: Final = re.compile(rf"\s*(?:@{BOT}[\s,:]*)+")

MOST_ATTACHMENTS: Final = 10
LONGEST_ATTACHMENT: Final = 4_000
"""Characters: link previews and forwarded messages are context, not the question."""


def to_markdown(message: Mapping[str, Any], name: Name, *, bot_user: str | None = None) -> str:
    """A message as Slack has it, as Markdown, with what it forwards quoted below it.

    Rich text is preferred to `text`, as it loses less. The mention of `bot_user` that the message
    begins with is left out, since it says nothing to the bot.
    """

    def spoken(user: str) -> str:
        return BOT if bot_user and user == bot_user else name(user)

    text = string(message.get("text"))
    names = Names(spoken, channel_labels(text))
    body = from_blocks(message.get("blocks"), names)
    parts = [from_text(text, spoken) if body is None else body, *_attached(message, names)]
    markdown = "\n\n".join(filter(None, parts))
    if addressed := ADDRESSED.match(markdown):
        markdown = markdown[addressed.end() :]
    return markdown.replace(BOT, name(bot_user) if bot_user else "").strip()


def mentions(text: str, user: str) -> bool:
    """True when mrkdwn `text` mentions `user`."""
    return f"<@{user}>" in text or f"<@{user}|" in text


def without_mention(text: str, user: str) -> str:
    """The mrkdwn without the mention of `user` it begins with; later ones mean something."""
    lead = re.compile(rf"\s*(?:<@{re.escape(user)}(?:\|[^<>]*)?>[\s,:]*)+")
    match = lead.match(text)
    return text[match.end() :] if match else text


def _attached(message: Mapping[str, Any], names: Names) -> list[str]:
    found = mappings(message.get("attachments"))[:MOST_ATTACHMENTS]
    texts = [_attachment(each, names)[:LONGEST_ATTACHMENT] for each in found]
    return [quoted(text) for text in texts if text]


def _attachment(attachment: Mapping[str, Any], names: Names) -> str:
    """A forwarded message, a link's preview, or the card of another app."""
    author, title = string(attachment.get("author_name")), string(attachment.get("title"))
    lines = [
        from_text(string(attachment.get("pretext")), names.user),
        f"{author}:" if author else "",
        link(string(attachment.get("title_link")), title) if title else "",
        _attachment_body(attachment, names),
        *(_field(each, names) for each in mappings(attachment.get("fields"))),
    ]
    whole = "\n".join(filter(None, lines))
    return whole or from_text(string(attachment.get("fallback")), names.user)


def _attachment_body(attachment: Mapping[str, Any], names: Names) -> str:
    text = from_text(string(attachment.get("text")), names.user)
    return text or from_blocks(attachment.get("blocks"), names) or ""


def _field(field: Mapping[str, Any], names: Names) -> str:
    title = string(field.get("title"))
    value = text_object({"type": "mrkdwn", "text": field.get("value")}, names)
    return f"{title}: {value}" if title else value
