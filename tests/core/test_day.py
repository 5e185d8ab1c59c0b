from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.day import Zone, describe_day

EVENING = datetime(2026, 3, 9, 22, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        (None, "Monday, 2026-03-09 (UTC)"),
        (Zone("Asia/Tokyo", 9 * 3600), "Tuesday, 2026-03-10 (Asia/Tokyo, UTC+09:00)"),
        (Zone("Asia/Kolkata", 19_800), "Tuesday, 2026-03-10 (Asia/Kolkata, UTC+05:30)"),
        (
            Zone("America/Los_Angeles", -25_200),
            "Monday, 2026-03-09 (America/Los_Angeles, UTC-07:00)",
        ),
        (Zone("Europe/London", 0), "Monday, 2026-03-09 (Europe/London, UTC)"),
    ],
)
def test_the_day_is_that_of_the_zone(zone, day):
    assert describe_day(EVENING, zone) == day


@given(st.integers(0, 4 * 10**9), st.integers(-86_399, 86_399))
def test_any_zone_has_a_day(seconds, offset):
    now = EVENING.fromtimestamp(seconds, UTC)

    assert describe_day(now, Zone("Some/Where", offset)).endswith(")")
