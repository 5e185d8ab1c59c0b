"""What a message's `text` says beyond its blocks, so that nothing is read twice.

Slack shows `text` in notifications only, where there are blocks. Many apps repeat their blocks in
it, others say there what their blocks do not.
"""

from __future__ import annotations

import re
from typing import Final

from bot.text.scripts import UNSPACED

WORD: Final = re.compile(r"[^\W_]+")
EMOJI: Final = re.compile(r"(?<!\S):[a-z0-9_+'-]+:(?:skin-tone-\d:)?(?!\S)")
GAP: Final = re.compile(r"\n\s*\n\s*\n")
FENCE: Final = "```"
_UNSPACED: Final = re.compile(f"[{UNSPACED}]")

SMALL: Final = frozenset(
    ("a", "an", "and", "are", "as", "at", "by", "for", "from", "in", "is", "it", "of", "the", "to")
)
"""English words that say nothing new where all others of a line are known."""

FILLERS: Final = frozenset(
    (
        "[no preview available]",
        "this content can't be displayed.",
        "this message contains interactive elements.",
    )
)
"""What Slack itself puts where an app has given no text."""


def unsaid(text: str, said: str) -> str:
    """The lines of `text` with a word that `said` lacks. Code blocks are not taken apart."""
    known = _words(said)
    pieces = [text] if FENCE in text else text.split("\n")
    kept = [piece for piece in pieces if not piece.strip() or _says_more(piece, known)]
    return GAP.sub("\n\n", "\n".join(kept)).strip("\n")


def repeats(text: str, said: str) -> bool:
    """Whether `said` has all words of `text`, one after the other."""
    return _sequence(text) in _sequence(said)


def _sequence(text: str) -> str:
    return f" {' '.join(WORD.findall(EMOJI.sub(' ', text.casefold())))} "


def is_filler(text: str) -> bool:
    """Whether Slack itself put the text there."""
    return text.strip().casefold().replace("\u2019", "'") in FILLERS


def _says_more(line: str, known: set[str]) -> bool:
    words = _words(EMOJI.sub(" ", line))
    return not is_filler(line) and not (words - SMALL or words) <= known


def _words(text: str) -> set[str]:
    """The words of a text; of scripts without spaces between words each pair of characters."""
    words: set[str] = set()
    for word in WORD.findall(text.casefold()):
        if _UNSPACED.search(word) and len(word) > 1:
            words.update(word[at : at + 2] for at in range(len(word) - 1))
        else:
            words.add(word)
    return words
