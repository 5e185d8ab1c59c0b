"""Model text → text without characters that hide, reorder or control what is read.

Removed are control characters, terminal sequences, bidirectional overrides, private-use characters
and tag characters. Kept are joiners, variation selectors, the two directional marks, and the tag
characters of a flag.
"""

from __future__ import annotations

import re
from typing import Final

from bot.text.invisible import (
    ANNOTATIONS,
    BIDI_CONTROLS,
    BYTE_ORDER_MARK,
    CONTROLS,
    NONCHARACTERS,
    PRIVATE_USE,
    TAGS,
)

_HIDDEN: Final = (
    CONTROLS + BIDI_CONTROLS + BYTE_ORDER_MARK + ANNOTATIONS + TAGS + PRIVATE_USE + NONCHARACTERS
)
_LINE_ENDS: Final = "\r\u2028\u2029"
_FLAG: Final = "\U0001f3f4"

_LONGEST: Final = 100
"""Characters of a terminal string; a longer one is not recognised, so that text is not lost."""

_STRING: Final = rf"(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c\n\r]{{0,{_LONGEST}}}"
_CSI: Final = r"(?:\x1b\[|\x9b)[0-?]{0,32}[ -/]{0,8}"
_TAGS: Final = "[\U000e0030-\U000e0039\U000e0061-\U000e007a]"

_SUSPICIOUS: Final = re.compile(f"[{_HIDDEN}{_LINE_ENDS}{_FLAG}\ud800-\udfff]")
_WHOLE: Final = (
    rf"{_STRING}(?:\x07|\x1b\\|\x9c)|{_CSI}[@-~]|\x1b[ -/]{{0,8}}[0-~]?"
    f"|{_FLAG}{_TAGS}{{3,6}}\U000e007f|\r\n?|[\ud800-\udbff][\udc00-\udfff]|[{_HIDDEN}]"
    f"|[\u2028\u2029\ud800-\udfff]"
)
_OPEN: Final = (
    rf"{_STRING}\x1b?\Z|{_CSI}\Z|\x1b[ -/]{{0,8}}\Z|{_FLAG}{_TAGS}{{0,6}}\Z|\r\Z|[\ud800-\udbff]\Z"
)
"""The beginning of a sequence at the end of the text; the next piece may complete it."""

_HIDES: Final = re.compile(f"[{_HIDDEN}]")
_LAST: Final = re.compile(_WHOLE)
_NEXT: Final = re.compile(f"(?P<open>{_OPEN})|{_WHOLE}")


class Sanitizer:
    """Cleans a text that comes in pieces; the result does not depend on how it was cut."""

    def __init__(self) -> None:
        self._held = ""

    def feed(self, chunk: str) -> str:
        """The clean text so far; up to some hundred characters are held back for the next piece."""
        text = self._held + chunk
        self._held = ""
        if _SUSPICIOUS.search(text) is None:
            return text
        for found in _NEXT.finditer(text):
            if found["open"]:
                self._held = text[found.start() :]
                text = text[: found.start()]
        return _LAST.sub(_harmless, text)

    def finish(self, *, broke_off: bool = False) -> str:
        """The rest, at the end of the text: what was held back.

        If the text broke off, that is half of something, and only a flag without its tags is kept.
        """
        text, self._held = self._held, ""
        if broke_off:
            text = text[:1] if text[:1] in (_FLAG, "\r") else ""
        return _LAST.sub(_harmless, text)


def clean(text: str) -> str:
    """The clean form of a whole text."""
    return _LAST.sub(_harmless, text) if _SUSPICIOUS.search(text) else text


def _harmless(found: re.Match[str]) -> str:
    text = found[0]
    if text[0] == _FLAG:
        return text
    if text[0] in _LINE_ENDS:
        return "\n"
    if not "\ud800" <= text[0] <= "\udfff":
        return ""
    return _joined(text) if len(text) == 2 else "\ufffd"


def _joined(pair: str) -> str:
    """The character that a pair of surrogates encodes, or "" if that is removed."""
    character = pair.encode("utf-16", "surrogatepass").decode("utf-16")
    return "" if _HIDES.match(character) else character
