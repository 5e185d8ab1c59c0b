"""What Slack says no to: one error for every code, since Slack's codes are its own words."""

from __future__ import annotations

from typing import Any


class Refused(Exception):
    """The call was understood and refused: HTTP 200, `ok` false, and this code."""

    def __init__(self, code: str, **extra: Any) -> None:
        super().__init__(code)
        self.code = code
        self.extra = extra
