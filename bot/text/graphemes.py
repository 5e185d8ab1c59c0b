"""Which characters belong together (UAX #29), and how wide they are in a font of one width."""

from __future__ import annotations

import wcwidth


def is_inside(text: str, at: int) -> bool:
    """Whether the characters before and behind `at` are one grapheme cluster."""
    return 0 < at < len(text) and cluster_start(text, at) < at


def cluster_start(text: str, at: int) -> int:
    """Where the grapheme cluster begins that the character at `at` is part of."""
    return wcwidth.grapheme_boundary_before(text, at + 1)


def width(text: str) -> int:
    """Columns in a font of one width, in which East Asian characters and emoji take two."""
    return wcwidth.width(text, control_codes="ignore")
