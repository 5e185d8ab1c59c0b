"""The sentences about an answer that has ended: how it ended, and what the model did not see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.reply import Phase

if TYPE_CHECKING:
    from bot.core.reply import Snapshot
    from bot.strings import Strings


def ending(snapshot: Snapshot, words: Strings) -> str:
    """What happened, "" for a complete answer; if part of it is there, that it is incomplete."""
    said = _what_happened(snapshot, words)
    partial = snapshot.phase.broke_off and snapshot.text.strip()
    return words.incomplete.format(sentence=said) if said and partial else said


def _what_happened(snapshot: Snapshot, words: Strings) -> str:
    if failure := snapshot.failure:
        return words.failure(failure.kind, failure.id, failure.wait)
    said = {
        Phase.CUT: words.cut,
        Phase.FILTERED: words.filtered,
        Phase.REFUSED: words.refused,
        Phase.EMPTY: words.empty,
        Phase.STOPPED: words.stopped,
        Phase.GONE: words.stopped,
        Phase.WITHDRAWN: words.withdrawn,
        Phase.INTERRUPTED: words.interrupted,
        Phase.FAILED: words.failures["internal"],
    }
    return said.get(snapshot.phase, "")


def unseen(snapshot: Snapshot, words: Strings) -> str:
    """What the model was not given of the conversation; "" when it was given all."""
    parts = [words.unseen_parts[each.what].format(count=each.count) for each in snapshot.left_out]
    return words.unseen.format(what=words.comma.join(parts)) if parts else ""
