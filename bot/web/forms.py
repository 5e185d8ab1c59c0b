"""The body of Slack's request → JSON. Interactions and commands come as forms, events as JSON.

Each character of a form may be escaped, so the standard library would take a fifth of a second for
a megabyte. Here only functions written in C see the whole body.
"""

from __future__ import annotations

import json
import re
from binascii import a2b_qp
from typing import Final

FORM: Final = "application/x-www-form-urlencoded"
JSON: Final = "application/json"

MOST_FIELDS: Final = 100
"""Fields of a form; Slack's commands have about fifteen, everything else has one."""

_BAD_ESCAPE: Final = re.compile(rb"%(?![0-9A-Fa-f]{2})")


def json_of(body: bytes) -> str:
    """The JSON in a form: its `payload`, else all its fields as strings, the last of each name.

    Raises `ValueError` for a form that Slack has not made.
    """
    if body.count(b"&") >= MOST_FIELDS:
        raise ValueError(f"more than {MOST_FIELDS} fields")
    if _BAD_ESCAPE.search(body):
        raise ValueError("an escape without its digits")
    parts = (field.partition(b"=") for field in body.split(b"&") if field)
    fields = {_unescaped(name): _unescaped(value) for name, _, value in parts}
    return fields["payload"] if "payload" in fields else json.dumps(fields)


def _unescaped(text: bytes) -> str:
    """Quoted-printable is the same with `=` in place of `%`, and no function reads that faster."""
    quoted = text.replace(b"+", b" ").replace(b"=", b"=3D").replace(b"%", b"=")
    return a2b_qp(quoted).decode()
