"""A message as Slack has it → Markdown for the model."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from bot.core.sliced import Sliced, result_of
from bot.text.visible import one_line
from bot.transcript.allowance import Allowance
from bot.transcript.attachments import quote_attachments
from bot.transcript.authors import is_by, is_by_app
from bot.transcript.blocks import read_blocks
from bot.transcript.entities import MARK, labels, read_text
from bot.transcript.files import file_names
from bot.transcript.repeats import is_filler, repeats, unsaid
from bot.transcript.rich_text import Names
from bot.transcript.untyped import LONGEST, mappings, string

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from bot.transcript.entities import Name

BOT: Final = f"{MARK}bot{MARK}"
"""Stands for the bot's name until it is known whether the message begins with it."""
ADDRESSED: Final = re.compile(rf"\s*(?:@{BOT}[\s,:]*)+")


def to_markdown(
    message: Mapping[str, Any],
    name: Name,
    *,
    bot_user: str | None = None,
    ours: Collection[str] = frozenset(),
) -> str:
    """The Markdown of a message, at most `LONGEST` characters.

    Attachments are quoted below it, and files named, unless it is one of our own: written by a user
    or bot of `ours` (ids), it has neither its buttons nor its small print. Blocks are preferred to
    `text`, as they lose less; what `text` alone says is added. A mention of `bot_user` at the
    beginning is left out, since it says nothing to the bot. `name` gives the name of a user id.
    What is dangerous to a model in any of this is taken out where the prompt is made.
    """
    return result_of(read_message(message, name, Allowance(), bot_user=bot_user, ours=ours))


def read_message(
    message: Mapping[str, Any],
    name: Name,
    allowance: Allowance,
    *,
    bot_user: str | None = None,
    ours: Collection[str] = frozenset(),
) -> Sliced[str]:
    """The same in slices, and no more of the message than `allowance` lets through."""
    known: dict[str, str] = {bot_user: BOT} if bot_user else {}

    def name_or_bot(user: str) -> str:
        if user not in known:
            known[user] = one_line(name(user))
        return known[user]

    text = string(allowance.take(message.get("text")))
    yield
    names = Names(name_or_bot, labels(text), ours)
    yield
    parts = yield from _parts(message, text, names, allowance)
    markdown = "\n\n".join(filter(None, parts))
    if addressed := ADDRESSED.match(markdown):
        markdown = markdown[addressed.end() :]
    markdown = markdown.replace(BOT, one_line(name(bot_user)) if bot_user else "")
    return markdown.strip()[:LONGEST]


def _parts(
    message: Mapping[str, Any], typed: str, names: Names, allowance: Allowance
) -> Sliced[list[str]]:
    text = yield from read_text(typed, names.user)
    yield
    is_ours = is_by(message, names.ours)
    body = yield from read_blocks(message.get("blocks"), names, allowance, ours=is_ours)
    quotes = yield from quote_attachments(message, names, allowance)
    if is_ours:
        return [text if body is None else body, *quotes]
    files = file_names({"files": allowance.take(message.get("files"))})
    return [_beside(text, body or "", quotes, message), body or "", *quotes, files]


def _beside(text: str, body: str, quotes: Sequence[str], message: Mapping[str, Any]) -> str:
    """What the text says that nothing else of the message says."""
    kinds = {block.get("type") == "rich_text" for block in mappings(message.get("blocks"))}
    if body and kinds == {True} and not is_by_app(message):
        return ""  # A person typed it: its text and its rich text are the same.
    if is_by_app(message) and (is_filler(text) or repeats(text, "\n".join(quotes))):
        return ""
    return unsaid(text, body) if body else text


def mentions(text: str, user: str) -> bool:
    """Whether mrkdwn `text` mentions `user` (an id)."""
    return f"<@{user}>" in text or f"<@{user}|" in text


def without_mention(text: str, user: str) -> str:
    """The mrkdwn without a mention of `user` (an id) at its beginning; later ones stay."""
    lead = re.compile(rf"\s*(?:<@{re.escape(user)}(?:\|[^<>]*)?>[\s,:]*)+")
    match = lead.match(text)
    return text[match.end() :] if match else text
