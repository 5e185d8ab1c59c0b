"""Characters that nobody sees, or that change how others are read, as insides of classes.

`rendering` takes some of them out of what a model writes, `transcript` more of them out of what
people write. Each says which; here they have their names.
"""

from __future__ import annotations

from typing import Final

CONTROLS: Final = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
"""All but tab, line feed and carriage return."""

BIDI_CONTROLS: Final = "\u061c\u202a-\u202e\u2066-\u2069"
"""They reorder the text that follows."""

ZERO_WIDTH: Final = "\u200b-\u200f\u2060-\u2065\u206a-\u206f"
"""Spaces without width, joiners, the two directional marks, and deprecated format characters."""

BYTE_ORDER_MARK: Final = "\ufeff"

FILLERS: Final = "\xad\u034f\u115f\u1160\u17b4\u17b5\u180e\u3164\uffa0"
"""Soft hyphen, grapheme joiner, and letters without a shape."""

VARIATION_SELECTORS: Final = "\ufe00-\ufe0f\U000e0100-\U000e01ef"
"""They choose among the looks of the character before."""

ANNOTATIONS: Final = "\ufff9-\ufffb"

FORMATS: Final = "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
"""Of shorthand and of musical notation."""

TAGS: Final = "\U000e0000-\U000e00ff\U000e01f0-\U000e0fff"
"""An invisible copy of ASCII, used in flags and to smuggle text."""

PRIVATE_USE: Final = "\ue000-\uf8ff\U000f0000-\U0010ffff"

NONCHARACTERS: Final = "\ufdd0-\ufdef\ufffe\uffff" + "".join(
    f"{chr(plane << 16 | 0xFFFE)}{chr(plane << 16 | 0xFFFF)}" for plane in range(1, 15)
)
