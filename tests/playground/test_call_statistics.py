"""The figures of the page."""

import pytest
from slack_sdk.errors import SlackApiError

from bot.playground.api.call_log import CallLog, LoggedCall
from bot.playground.api.rate_limits import RateLimits
from bot.playground.call_statistics import call_statistics
from tests.playground.web_client import post


async def test_calls_are_counted_as_the_limits_count_them(slack, client):
    slack.limits.enforced = True
    for _ in range(3):
        await post(client)

    (figures,) = slack.stats()["methods"].values()
    assert (figures["calls"], figures["most"], figures["refused"]) == (3, 360, 0)


async def test_a_call_that_the_limits_never_saw_is_not_counted(slack, client):
    slack.faults.fail("chat.postMessage", 500, times=2)
    for _ in range(2):
        with pytest.raises(SlackApiError):
            await post(client)

    assert slack.stats()["methods"] == {}


def logged(at, status=200):
    return LoggedCall(at, "chat.update", {}, status, {})


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (5.0, {"calls": 1, "most": 55, "refused": 1, "refused_just_now": True}),
        (59.0, {"calls": 1, "most": 55, "refused": 1, "refused_just_now": False}),
        (62.0, None),
    ],
)
def test_calls_and_429s_are_forgotten_after_a_minute(now, expected):
    calls, limits = CallLog(), RateLimits()
    limits.charge("chat.update", "C1", 1.0)
    calls.add(logged(1.0, 429))

    assert call_statistics(calls, limits, now)["methods"].get("chat.update") == expected
