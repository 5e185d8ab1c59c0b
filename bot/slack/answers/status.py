"""The status line of a growing answer: what is going on, and what the model thinks."""

from __future__ import annotations

import re
from math import ceil
from typing import TYPE_CHECKING, Final

from bot.core.reply import Phase
from bot.core.types import Hold, Queued
from bot.rendering.parsing.sanitize import clean
from bot.text.joiners import without_broadcasts, without_tokens

if TYPE_CHECKING:
    from bot.core.reply import Snapshot
    from bot.strings import Strings

LONGEST_TOOL: Final = 64
"""Characters shown of a tool's name."""
LONGEST_SENTENCE: Final = 150
"""Characters shown of the model's last sentence."""
SENTENCE_END: Final = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])|\n+")


def status(snapshot: Snapshot, words: Strings) -> str:
    """What is going on, in a few words."""
    using = words.using.format(tool=inert(snapshot.tool)[:LONGEST_TOOL]) if snapshot.tool else ""
    if snapshot.text.strip():
        return (words.slowed if snapshot.slowed else "") or using or words.writing
    if snapshot.phase is Phase.QUEUED:
        return _in_line(snapshot.queued or Queued(), words)
    if (rest := ceil(snapshot.rests_until - snapshot.seconds)) > 0:
        return words.resting_for.format(seconds=rest)
    return using or _thinking(int(snapshot.seconds), words)


def _in_line(queued: Queued, words: Strings) -> str:
    """What it waits for, and how many are before it."""
    if queued.hold is Hold.THREAD:
        return words.queued
    sentence = words.own_in_line if queued.hold is Hold.OWN else words.in_line
    return sentence.format(count=queued.before) if queued.before else words.next_in_line


def _thinking(seconds: int, words: Strings) -> str:
    return words.thinking_for.format(seconds=seconds) if seconds else words.thinking


def last_sentence(thoughts: str) -> str:
    """The last sentence of the model's reasoning, on one line."""
    sentences = [each for each in SENTENCE_END.split(inert(thoughts).strip()) if each.strip()]
    line = " ".join(sentences[-1].split()) if sentences else ""
    return line if len(line) <= LONGEST_SENTENCE else f"{line[: LONGEST_SENTENCE - 1]}…"


def end_of(thoughts: str, limit: int) -> str:
    """The last `limit` characters of the model's reasoning."""
    text = inert(thoughts).strip()
    return text if len(text) <= limit else f"…{text[1 - limit :]}"


def inert(text: str) -> str:
    """Text of the model in which Slack finds no markup, not even in notifications."""
    return without_broadcasts(without_tokens(clean(text)))
