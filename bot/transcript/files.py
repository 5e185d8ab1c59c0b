"""Files of a message → their names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.text.visible import one_line
from bot.transcript.untyped import mappings, string

if TYPE_CHECKING:
    from collections.abc import Mapping


def file_names(message: Mapping[str, Any]) -> str:
    """A line that names the files of a message or of an attachment; "" when there are none."""
    names = [
        one_line(string(each.get("name")) or string(each.get("title"))) or "unnamed"
        for each in mappings(message.get("files"))
    ]
    return f"(shared a file: {', '.join(names)})" if names else ""
