"""Characters nobody sees, put where text would otherwise be read as more than text."""

from __future__ import annotations

import re
from typing import Final

WORD_JOINER: Final = "\u2060"
ZERO_WIDTH_SPACE: Final = "\u200b"

_BROADCAST: Final = re.compile(r"@(?=here|channel|everyone)", re.IGNORECASE)
"""Whatever follows: `@everyone1` may be cut to `@everyone`."""

_TOKEN: Final = re.compile(r"<(?=[!@#])")


def without_broadcasts(text: str) -> str:
    """Text in which `@here`, `@channel` and `@everyone` are no longer words, nor begin one."""
    return _BROADCAST.sub(f"@{WORD_JOINER}", text) if "@" in text else text


def without_tokens(code: str) -> str:
    """Code in which `<!`, `<@` and `<#` no longer begin a mention."""
    return _TOKEN.sub(f"<{WORD_JOINER}", code) if "<" in code else code


def without_addresses(text: str) -> str:
    """Text in which Slack finds no address to make a link of."""
    return text.replace("://", f":{WORD_JOINER}//")


def escaped(text: str) -> str:
    """Text for Slack's `text` fields: its three characters as entities, and nobody called."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return without_broadcasts(text)
