"""Text without characters that nobody sees but a model reads: controls, tags, zero width."""

from __future__ import annotations

import re
from typing import Final

from bot.text.invisible import (
    ANNOTATIONS,
    BIDI_CONTROLS,
    BYTE_ORDER_MARK,
    CONTROLS,
    FILLERS,
    FORMATS,
    NONCHARACTERS,
    PRIVATE_USE,
    TAGS,
    VARIATION_SELECTORS,
    ZERO_WIDTH,
)

LINE_ENDS: Final = re.compile("\r\n?|[\u2028\u2029]")
SURROGATE: Final = re.compile("[\ud800-\udfff]")

UNSEEN: Final = "".join(
    (
        *(CONTROLS, "\r", BIDI_CONTROLS, ZERO_WIDTH, BYTE_ORDER_MARK, FILLERS),
        *(VARIATION_SELECTORS, ANNOTATIONS, FORMATS, TAGS, PRIVATE_USE, NONCHARACTERS),
    )
)
EMOJI: Final = (
    "[\xa9\xae\u203c\u2049\u2122\u2139\u2190-\u23ff\u24c2\u25a0-\u27bf\u2900-\u297f\u2b00-\u2bff"
    "\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]"
)
PICTURE: Final = f"{EMOJI}[\ufe0e\ufe0f]?[\U0001f3fb-\U0001f3ff]?"
IDEOGRAPH: Final = "[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003fffd]"
JOINED_SCRIPT: Final = (
    "[\u0600-\u061b\u061d-\u109f\u1780-\u17b3\u17b6-\u180a\u1810-\u18af\ua840-\uabff]"
)
"""Letters of Persian, of India and of their neighbours, whose shapes depend on joiners."""

FLAG: Final = "\U0001f3f4\U000e0067\U000e0062(?:{})\U000e007f"
NATIONS: Final = ("eng", "sct", "wls")

MEANT: Final = "|".join(
    [
        FLAG.format("|".join("".join(chr(0xE0000 + ord(c)) for c in nation) for nation in NATIONS)),
        rf"{PICTURE}(?:\u200d{PICTURE})+",
        f"{EMOJI}[\ufe0e\ufe0f]",
        "[0-9#*]\ufe0f\u20e3?",
        f"{IDEOGRAPH}[\ufe00-\ufe0f\U000e0100-\U000e01ef]",
        f"{JOINED_SCRIPT}[\u200c\u200d]",
    ]
)
"""Sequences in which an invisible character is part of what is seen."""

SUSPECT: Final = re.compile(f"[\r\u2028\u2029\ud800-\udfff{UNSEEN}]")
SIFT: Final = re.compile(f"({MEANT})|[{UNSEEN}]+")


def visible(text: str) -> str:
    """The text without invisible characters.

    Those that are part of an emoji, of a variant of an ideograph or of a Persian word stay. Line
    ends become newlines, and halves of surrogate pairs U+FFFD.
    """
    if not SUSPECT.search(text):
        return text
    text = LINE_ENDS.sub("\n", SURROGATE.sub("\ufffd", text))
    # A function is three times as fast as a template here, and some texts have many of these.
    return SIFT.sub(lambda found: found[1] or "", text)


def one_line(text: str) -> str:
    """The visible text on one line, as for names."""
    return " ".join(visible(text).split())
