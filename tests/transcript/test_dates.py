"""Moments in UTC, as a calendar has them."""

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.transcript.dates import utc

FIRST, LAST = -62_135_596_800, 253_402_300_799
"""Of the years 1 to 9999, in seconds since 1970."""


@given(st.integers(FIRST, LAST))
@example(FIRST)
@example(LAST)
@example(-1)
@example(951_782_400)  # a 29 February at the end of a century
def test_every_moment_has_the_date_of_the_calendar(seconds):
    moment = time.gmtime(seconds)

    assert utc(seconds) == f"{moment.tm_year:04}{time.strftime('-%m-%d %H:%M', moment)} UTC"


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


@pytest.mark.parametrize("seconds", [FIRST - 1, LAST + 1, 10**12, -(10**12), 10**30])
def test_beyond_all_calendars_a_moment_is_a_number(seconds):
    assert utc(seconds, "{date}") == str(seconds)
