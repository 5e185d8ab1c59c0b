"""Characters of scripts that put no spaces between words."""

from __future__ import annotations

import re
from typing import Final

CJK: Final = (
    "\u1100-\u11ff\u20a9\u2329\u232a\u2630-\u2637\u268a-\u268f\u2e80-\u303e\u3041-\u3247"
    "\u3250-\ua4c6\ua960-\ua97c\uac00-\ud7fb\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6b\uff01-\uffee"
    "\U00016fe0-\U0001b2fb\U0001d300-\U0001d376\U0001f200\U0001f202-\U0001f219"
    "\U0001f21b-\U0001f22e\U0001f230\U0001f231\U0001f237\U0001f23b-\U0001f248"
    "\U0001f260-\U0001f265\U00020000-\U0003fffd"
)
"""The inside of a character class: wide, fullwidth or halfwidth, but no emoji; and Hangul.

The definition is that of the CommonMark CJK-friendly Amendments, section 6.2.
"""

_BRAHMIC: Final = (
    "\u0e00-\u0fff"  # Thai, Lao, Tibetan
    "\u1000-\u109f\ua9e0-\ua9ff\uaa60-\uaa7f\U000116d0-\U000116ff"  # Myanmar
    "\u1780-\u17ff\u19e0-\u19ff"  # Khmer
    "\u1950-\u19df\u1a20-\u1aaf\uaa80-\uaadf"  # Tai Le, New Tai Lue, Tai Tham, Tai Viet
    "\u1a00-\u1a1f\u1b00-\u1b7f\u1bc0-\u1bff"  # Buginese, Balinese, Batak
    "\ua930-\ua95f\ua980-\ua9df\uaa00-\uaa5f"  # Rejang, Javanese, Cham
    "\U00011000-\U0001107f\U00011700-\U0001174f"  # Brahmi, Ahom
    "\U00011ee0-\U00011eff\U00011f00-\U00011f5f"  # Makasar, Kawi
)
"""Scripts of South East Asia: the blocks of those whose letters are of line breaking class SA, AK,
AP or AS (UAX #14), and Tibetan, which puts a mark after each syllable."""

UNSPACED: Final = CJK + _BRAHMIC
"""The inside of a character class: all characters of these scripts, punctuation included."""

_UNSPACED: Final = re.compile(f"[{UNSPACED}]")


def is_unspaced(character: str) -> bool:
    """Whether one character is of these scripts."""
    return _UNSPACED.match(character) is not None
