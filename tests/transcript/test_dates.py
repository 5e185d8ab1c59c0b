"""Moments in UTC, as a calendar has them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.transcript.dates import KNOWN, utc


@given(st.integers(KNOWN[0], KNOWN[-1]))
@example(KNOWN[0])
@example(KNOWN[-1])
@example(-1)
@example(951_782_400)  # a 29 February at the end of a century
def test_every_moment_has_the_date_of_the_calendar(seconds):
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)

    assert utc(seconds) == f"{moment.year:04}-{moment:%m-%d %H:%M} UTC"


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("", "2014-02-18 14:39 UTC"),
        ("{date_num} {time_secs}", "2014-02-18 14:39:42 UTC"),
        ("Posted {date_long_pretty} at {time}", "Posted 2014-02-18 at 14:39 UTC"),
        ("{ago}", "2014-02-18 14:39 UTC"),
        ("no placeholder {at} all", "2014-02-18 14:39 UTC"),
    ],
)
def test_the_pattern_says_what_is_shown(pattern, expected):
    assert utc(1392734382, pattern) == expected


@pytest.mark.parametrize("seconds", [10**12, -(10**12), 10**30])
def test_beyond_all_calendars_a_moment_is_a_number(seconds):
    assert utc(seconds, "{date}") == str(seconds)
