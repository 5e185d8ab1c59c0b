"""Moments as Slack writes them → dates in UTC, by arithmetic alone."""

from __future__ import annotations

import re
from typing import Final

DAY: Final = 86_400
KNOWN: Final = range(-62_135_596_800, 253_402_300_800)
"""The years 1 to 9999, in seconds since 1970."""

PLACEHOLDER: Final = re.compile(r"\{(date|day_divider|time_secs|time|ago)\w*\}")


def utc(seconds: int, pattern: str = "") -> str:
    """`2014-02-18 17:39 UTC`, or what `pattern` asks for (docs: formatting dates)."""
    if seconds not in KNOWN:
        return str(seconds)
    days, rest = divmod(seconds, DAY)
    date, hour, minute = _date(days), rest // 3600, rest // 60 % 60
    time = f"{hour:02}:{minute:02}"
    words = {
        "date": date,
        "day_divider": date,
        "time": f"{time} UTC",
        "time_secs": f"{time}:{rest % 60:02} UTC",
        "ago": f"{date} {time} UTC",
    }
    shown, found = PLACEHOLDER.subn(lambda match: words[match[1]], pattern)
    return shown if found else words["ago"]


def _date(days: int) -> str:
    """The civil date so many days after 1970-01-01, counted in 400-year eras from March."""
    era, day = divmod(days + 719_468, 146_097)
    year = (day - day // 1460 + day // 36_524 - day // 146_096) // 365
    day -= 365 * year + year // 4 - year // 100
    month = (5 * day + 2) // 153
    after_february = month < 10
    return (
        f"{era * 400 + year + (not after_february):04}"
        f"-{month + 3 if after_february else month - 9:02}"
        f"-{day - (153 * month + 2) // 5 + 1:02}"
    )
