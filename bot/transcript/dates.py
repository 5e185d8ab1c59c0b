"""Moments as Slack writes them → dates in UTC, as text."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

PLACEHOLDER: Final = re.compile(r"\{(date|day_divider|time_secs|time|ago)\w*\}")

FORMATS: Final = {
    "date": "%Y-%m-%d",
    "day_divider": "%Y-%m-%d",
    "time": "%H:%M UTC",
    "time_secs": "%H:%M:%S UTC",
    "ago": "%Y-%m-%d %H:%M UTC",
}
"""Slack's placeholders (docs: formatting dates), by the beginning of their names."""


def utc(seconds: int, pattern: str = "") -> str:
    """`2014-02-18 17:39 UTC`, or what `pattern` asks for, with Slack's placeholders.

    `seconds` count from 1970. What is no date of the years 1 to 9999 is returned as a number.
    """
    try:
        moment = EPOCH + timedelta(seconds=seconds)
    except OverflowError:
        return str(seconds)
    shown, found = PLACEHOLDER.subn(lambda match: _shown(moment, match[1]), pattern)
    return shown if found else _shown(moment, "ago")


def _shown(moment: datetime, placeholder: str) -> str:
    # strftime does not pad the years before 1000 everywhere.
    return moment.strftime(FORMATS[placeholder].replace("%Y", f"{moment.year:04}"))
