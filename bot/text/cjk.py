"""Characters of Chinese, Japanese and Korean, beside which words need no spaces."""

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

_CJK: Final = re.compile(f"[{CJK}]")


def is_cjk(character: str) -> bool:
    """Whether one character is of these scripts."""
    return _CJK.match(character) is not None
