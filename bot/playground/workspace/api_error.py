"""The error that Slack answers with. One class for every code: the codes are Slack's own."""

from __future__ import annotations

from typing import Any


class ApiError(Exception):
    """A call that Slack refuses: HTTP 200 with `ok` false."""

    def __init__(self, code: str, **extra: Any) -> None:
        super().__init__(code)
        self.code = code
        """Slack's error code, such as `channel_not_found`."""
        self.extra = extra
        """Further fields of the response, such as `needed` and `provided`."""
