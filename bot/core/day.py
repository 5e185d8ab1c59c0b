"""The day on which a question is asked, where it is asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta, timezone
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime

WEEKDAYS: Final = (
    *("Monday", "Tuesday", "Wednesday", "Thursday"),
    *("Friday", "Saturday", "Sunday"),
)
"""Not from `strftime`, which follows the language of the machine."""


@dataclass(frozen=True, slots=True)
class Zone:
    """The time zone of a person."""

    name: str
    """Such as `Asia/Tokyo`."""

    offset: int
    """Seconds that it is ahead of UTC now, summer time included."""


def describe_day(now: datetime, zone: Zone | None) -> str:
    """Returns weekday, date and time zone, in English; in UTC if the zone is not known.

    `now` is in any time zone. The hour is left out, so that prompts of one day begin alike.
    """
    local = now.astimezone(timezone(timedelta(seconds=zone.offset if zone else 0)))
    where = f"{zone.name}, {local.tzname()}" if zone else "UTC"
    return f"{WEEKDAYS[local.weekday()]}, {local:%Y-%m-%d} ({where})"
