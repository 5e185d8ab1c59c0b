"""What the commands of the terminal share: the operator's language, and text that is safe there."""

from __future__ import annotations

import codecs
import json
import locale
import sys
from typing import TYPE_CHECKING, Any

from bot.strings import Strings, strings_for
from bot.telemetry import redact

if TYPE_CHECKING:
    from bot.config import Settings

NOT_SHOWN = dict.fromkeys(
    [
        *(*range(9), *range(11, 32), *range(127, 160)),  # control characters, ESC included
        *(*range(0x202A, 0x202F), *range(0x2066, 0x206A)),  # marks that reverse the text
        *range(0xD800, 0xE000),  # surrogates, which cannot be encoded
    ]
)
"""Characters that control a terminal, or that it cannot show, for `str.translate`.

Tab and newline are kept.
"""


def safe(text: str) -> str:
    """The text without secrets, and without characters that control the terminal."""
    return redact(text).translate(NOT_SHOWN)


def language_of(settings: Settings) -> str:
    """The language of the operator: BOT_LANGUAGE, or that of the terminal, such as `ja-JP`."""
    system = (locale.getlocale()[0] or "en").replace("_", "-")
    return system if settings.bot_language == "auto" else settings.bot_language


def strings_of(settings: Settings) -> Strings:
    """The strings in the language of the operator."""
    return strings_for(language_of(settings))


def as_json(value: Any) -> str:
    """The value as JSON in several lines, with escapes where the terminal has only ASCII."""
    has_unicode = codecs.lookup(sys.stdout.encoding or "ascii").name == "utf-8"
    return json.dumps(value, indent=2, ensure_ascii=not has_unicode)
