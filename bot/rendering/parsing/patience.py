"""How long to wait for the end of a construct, in characters from where it begins.

After that it is taken for text. The shorter a construct usually is, and the more often its marks
stand for themselves, the sooner it is given up.
"""

from __future__ import annotations

from typing import Final

SPAN: Final = 160
"""For emphasis by one marker, the label of a link, and everything short."""

CODE: Final = 400
"""For a code span: backticks hardly ever stand for themselves."""

STRONG: Final = 1_000
"""For `**`, a tag for a style, and lines of TeX."""

TARGET: Final = 2_000
"""For the target of a link, a URL, and a comment."""
