"""What a message holds that its Markdown does not: files, images, what Slack does not show us."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.core.types import Unseen
from bot.transcript import attachments
from bot.transcript.untyped import LONGEST_STRING, mappings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.transcript.untyped import Element


def unseen_in(message: Mapping[str, Any]) -> set[Unseen]:
    """What the model does not see of a message, though people do."""
    attached = mappings(message.get("attachments"))
    shared = [each for each in attached if each.get("is_share")]
    found = {
        Unseen.FILES: any(mappings(each.get("files")) for each in (message, *shared)),
        Unseen.FORWARDED: not all(map(_is_shown, shared)),
        Unseen.LONG: _is_long(message, attached),
    }
    return {what for what, is_there in found.items() if is_there}


def _is_shown(forwarded: Element) -> bool:
    """Whether Slack sends what the forwarded message says; not so from where the bot may not be."""
    said = (mappings(forwarded.get(key)) for key in ("message_blocks", "blocks", "files"))
    return _length(forwarded.get("text")) > 0 or any(said)


def _length(text: object) -> int:
    return len(text) if isinstance(text, str) else 0


def _is_long(message: Mapping[str, Any], attached: list[Element]) -> bool:
    """Whether more is attached or written than is read of one message."""
    return (
        any(_length(each.get("text")) > attachments.LONGEST for each in attached)
        or len(attached) > attachments.MOST
        or _length(message.get("text")) > LONGEST_STRING
    )
