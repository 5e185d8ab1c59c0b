"""Attachments of a message → block quotes: forwarded messages, link previews, other apps' cards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from bot.core.sliced import Sliced, result_of
from bot.text.visible import one_line
from bot.transcript.allowance import Allowance
from bot.transcript.authors import is_by
from bot.transcript.blocks import from_blocks
from bot.transcript.cuts import shortened
from bot.transcript.dates import utc
from bot.transcript.elements import element, linked
from bot.transcript.entities import from_text, unescape
from bot.transcript.files import file_names
from bot.transcript.repeats import unsaid
from bot.transcript.rich_text import block_quote
from bot.transcript.text_objects import label, text_object
from bot.transcript.untyped import LONGEST as LONGEST_MESSAGE
from bot.transcript.untyped import mapping, mappings, string

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bot.transcript.rich_text import Names
    from bot.transcript.untyped import Element

MOST: Final = 100
"""Attachments that are read of one message; Slack takes no more (docs: chat.postMessage)."""
LONGEST: Final = 40_000
"""Characters that are read of one attachment, which may be all that a message says."""
LONGEST_PREVIEW: Final = 4_000
"""Characters that are read of the preview of a link."""
DEEPEST: Final = 3
"""How often messages are read that stand in messages."""

SHARED: Final = ("is_share", "is_msg_unfurl", "is_reply_unfurl", "message_blocks")
"""Keys of forwarded messages, and of those to which a link leads."""
PREVIEW: Final = ("from_url", "original_url")


def attachment_quotes(message: Mapping[str, Any], names: Names, depth: int = DEEPEST) -> list[str]:
    """Each attachment of a message as a block quote of Markdown; empty ones are left out."""
    return result_of(quote_attachments(message, names, Allowance(), depth))


def quote_attachments(
    message: Mapping[str, Any], names: Names, allowance: Allowance, depth: int = DEEPEST
) -> Sliced[list[str]]:
    """The same in slices: one for each, as many as fit `allowance` and `LONGEST_MESSAGE`."""
    found = mappings(message.get("attachments"))[:MOST] if depth else []
    quotes: list[str] = []
    for attachment in found:
        if allowance.left <= 0 or sum(map(len, quotes)) > LONGEST_MESSAGE:
            allowance.has_cut = True
            break
        text = _attachment(allowance.take(attachment), names, depth)
        quotes += [block_quote(text) for text in [shortened(text, _longest(attachment))] if text]
        yield
    return quotes


def _is_shared(attachment: Element) -> bool:
    return any(attachment.get(key) for key in SHARED)


def _longest(attachment: Element) -> int:
    is_preview = any(attachment.get(key) for key in PREVIEW) and not _is_shared(attachment)
    return LONGEST_PREVIEW if is_preview else LONGEST


def _attachment(attachment: Element, names: Names, depth: int) -> str:
    said = _lines(
        [
            from_text(string(attachment.get("pretext")), names.user),
            *_heading(attachment, names),
            _body(attachment, names, depth),
            *(_field(each, names) for each in mappings(attachment.get("fields"))),
            _image(attachment),
            file_names(attachment),
            " ".join(_action(each, names) for each in mappings(attachment.get("actions"))),
            *attachment_quotes(attachment, names, depth - 1),
        ]
    )
    footer = _footer(attachment, names)
    fallback = from_text(string(attachment.get("fallback")), names.user)
    # People see the fallback in notifications only. That of a forwarded message repeats it.
    more = "" if said and _is_shared(attachment) else unsaid(fallback, f"{said}\n{footer}")
    return _lines([more, said, footer if said or more or attachment.get("footer") else ""])


def _lines(said: Iterable[str]) -> str:
    return "\n".join(filter(None, said))


def _heading(attachment: Element, names: Names) -> list[str]:
    """Which service it comes from, who wrote it, and its title."""
    service, author, nick = (
        one_line(string(attachment.get(key)))
        for key in ("service_name", "author_name", "author_subname")
    )
    by = f"{author} ({nick})" if author and nick not in {"", author} else author or nick
    where = "" if _is_shared(attachment) else attachment.get("author_link")
    url = attachment.get("title_link")
    text = string(attachment.get("title"))
    title = one_line(unescape(text) if url else from_text(text, names.user))
    return [
        service if service != author else "",
        f"{linked(where, by)}:" if by else "",
        linked(url, title) if title else "",
    ]


def _body(attachment: Element, names: Names, depth: int) -> str:
    """A forwarded message has its blocks in `message_blocks`, a card in `blocks`."""
    inner = [mapping(each.get("message")) for each in mappings(attachment.get("message_blocks"))]
    shown = [_inner(each, attachment, names, depth) for each in inner]
    ours = is_by(attachment, names.ours)
    blocks = from_blocks(attachment.get("blocks"), names, ours=ours)
    rich = "\n\n".join(filter(None, shown)) or blocks or ""
    text = from_text(string(attachment.get("text")), names.user)
    return _lines([text if not rich else "" if ours else unsaid(text, rich), rich])


def _inner(message: Element, attachment: Element, names: Names, depth: int) -> str:
    """A message in a forwarded one; its author may be named outside of it only."""
    ours = is_by(message, names.ours) or is_by(attachment, names.ours)
    said = [from_blocks(message.get("blocks"), names, ours=ours) or ""]
    return _lines([*said, file_names(message), *attachment_quotes(message, names, depth - 1)])


def _field(field: Element, names: Names) -> str:
    title = one_line(string(field.get("title")))
    value = text_object(field.get("value"), names)
    return f"{title}: {value}" if title else value


def _image(attachment: Element) -> str:
    urls = (one_line(string(attachment.get(key))) for key in ("image_url", "thumb_url"))
    return f"(image: {url})" if (url := next(filter(None, urls), "")) else ""


def _action(action: Element, names: Names) -> str:
    """A button or a menu of the old kind; what is chosen is a list there."""
    return element({"type": "button", "placeholder": action.get("text")} | action, names)


def _footer(attachment: Element, names: Names) -> str:
    """`GitHub · 2026-02-25 06:13 UTC`."""
    said = [label(attachment.get("footer"), names), _moment(attachment.get("ts"))]
    return " · ".join(filter(None, said))


def _moment(ts: object) -> str:
    """A time in seconds, which may be written as a number or as text."""
    try:
        seconds = int(float(ts)) if isinstance(ts, str | int | float) else 0
    except (ValueError, OverflowError):
        return ""
    return utc(seconds) if seconds > 0 else ""
