"""Attachments of a message → block quotes: forwarded messages, link previews, other apps' cards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from bot.transcript.blocks import from_blocks, text_object
from bot.transcript.entities import from_text, link
from bot.transcript.invisible import one_line
from bot.transcript.rich_text import block_quote
from bot.transcript.untyped import mapping, mappings, string

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.transcript.rich_text import Names
    from bot.transcript.untyped import Element

MOST: Final = 10
"""Attachments that are read of one message."""
LONGEST: Final = 4_000
"""Characters that are read of one attachment, which is context and not the question."""


def attachment_quotes(message: Mapping[str, Any], names: Names) -> list[str]:
    """Each attachment of a message as a block quote of Markdown; empty ones are left out."""
    texts = [_attachment(each, names) for each in mappings(message.get("attachments"))[:MOST]]
    return [block_quote(_shortened(text)) for text in texts if text]


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST].rstrip()} […]"


def _attachment(attachment: Element, names: Names) -> str:
    author, title = (one_line(string(attachment.get(key))) for key in ("author_name", "title"))
    lines = [
        from_text(string(attachment.get("pretext")), names.user),
        f"{author}:" if author else "",
        link(string(attachment.get("title_link")), title) if title else "",
        _body(attachment, names),
        *(_field(each, names) for each in mappings(attachment.get("fields"))),
    ]
    whole = "\n".join(filter(None, lines))
    return whole or from_text(string(attachment.get("fallback")), names.user)


def _body(attachment: Element, names: Names) -> str:
    """A forwarded message has its blocks in `message_blocks`, a card in `blocks`."""
    forwarded = [
        from_blocks(mapping(each.get("message")).get("blocks"), names)
        for each in mappings(attachment.get("message_blocks"))
    ]
    rich = "\n\n".join(filter(None, forwarded)) or from_blocks(attachment.get("blocks"), names)
    return rich or from_text(string(attachment.get("text")), names.user)


def _field(field: Element, names: Names) -> str:
    title = one_line(string(field.get("title")))
    value = text_object({"type": "mrkdwn", "text": field.get("value")}, names)
    return f"{title}: {value}" if title else value
