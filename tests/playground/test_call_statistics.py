"""The figures of the page."""

from bot.playground.api.call_log import CallLog, LoggedCall
from bot.playground.api.rate_limits import RateLimits
from bot.playground.call_statistics import call_statistics
from tests.playground.web_client import post


async def test_calls_are_counted_against_their_budgets(slack, client):
    for _ in range(3):
        await post(client)

    expected = {"calls": 3, "budget": 300.0, "refused": 0}
    assert slack.stats()["methods"] == {"chat.postMessage": expected}


def logged(at, status=200):
    return LoggedCall(at, "chat.update", {}, status, {})


def test_calls_older_than_a_minute_are_not_counted_but_their_429s_are():
    calls = CallLog()
    for at, status in ((0.0, 429), (1.0, 200), (50.0, 200), (70.0, 200)):
        calls.add(logged(at, status))
    figures = call_statistics(calls, RateLimits(), now=80.0)

    assert figures["methods"] == {"chat.update": {"calls": 2, "budget": 50, "refused": 1}}
    assert figures["refused"] == 1
