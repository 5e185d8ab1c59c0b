import asyncio

import pytest

from bot.doctor.slack import SKEW_REFUSED
from bot.slack.manifest import SCOPES
from bot.slack.refused_tokens import APP, BOT, app_token_refused, bot_token_refused
from tests.doctor.fake_slack import HTTP, failed, findings, warned

SLACK_FAULTS = [
    ({"errors": {"auth.test": "invalid_auth"}}, {"slack-bot-token"}, set()),
    ({"errors": {"auth.test": "account_inactive"}}, {"slack-bot-token"}, set()),
    ({"errors": {"auth.test": "something_new"}}, {"slack-bot-token"}, set()),
    ({"errors": {"apps.connections.open": "not_allowed_token_type"}}, {"slack-app-token"}, set()),
    ({"errors": {"apps.connections.open": "missing_scope"}}, {"slack-app-token"}, set()),
    ({"scopes": "chat:write"}, {"slack-scopes"}, set()),
    ({"scopes": ",".join([*SCOPES, "files:read"])}, set(), {"slack-scopes"}),
    ({"scopes": ",".join(SCOPES.keys() - {"files:write"})}, set(), {"slack-scopes"}),
    ({"scopes": ""}, {"slack-scopes"}, set()),
    ({"scopes": None}, set(), set()),
    ({"skew": 90.0}, set(), {"slack-clock"}),
    ({"skew": -400.0}, set(), {"slack-clock"}),
    ({"hello": None}, {"slack-socket"}, set()),
    ({"hello": {"type": "disconnect", "reason": "link_disabled"}}, {"slack-socket"}, set()),
    ({"hello": {"type": "hello", "num_connections": "many"}}, set(), set()),
    ({"hello": {"type": ["hello"]}}, {"slack-socket"}, set()),
]


@pytest.mark.parametrize(("fault", "failing", "warning"), SLACK_FAULTS)
async def test_what_is_wrong_at_slack_is_found(fault, failing, warning, healthy, slack):
    for name, value in fault.items():
        setattr(slack, name, value)

    found = await findings(healthy)

    assert (failed(found), warned(found)) == (failing, warning)
    assert all(found[name].hint for name in failing | warning)


async def test_a_clock_that_is_off_fails_over_http(healthy, slack):
    """F106."""
    slack.skew = -400.0

    found = await findings(healthy | HTTP)

    assert failed(found) == {"slack-clock"}
    # The Date header has whole seconds, so one may pass meanwhile.
    assert found["slack-clock"].what in {
        f"{seconds} s ahead of Slack's clock" for seconds in (400, 401)
    }


async def test_missing_scopes_are_named_with_their_reason(healthy, slack):
    slack.scopes = ",".join(scope for scope in SCOPES if scope != "users:read")

    finding = (await findings(healthy))["slack-scopes"]

    assert finding.what == "missing: users:read"
    assert SCOPES["users:read"] in finding.hint


async def test_the_socket_is_closed_again(healthy, slack):
    await findings(healthy)

    await asyncio.wait_for(slack.closed.wait(), 20)


TOKENS = [
    ("SLACK_BOT_TOKEN", "auth.test", "slack-bot-token", bot_token_refused, BOT),
    ("SLACK_APP_TOKEN", "apps.connections.open", "slack-app-token", app_token_refused, APP),
]


@pytest.mark.parametrize(
    ("setting", "method", "check", "line", "code"),
    [(*row[:-1], code) for row in TOKENS for code in [*row[-1], "something_new"]],
)
async def test_a_refused_token_is_told_as_at_the_start(
    setting, method, check, line, code, healthy, slack
):
    slack.errors = {method: code}

    finding = (await findings(healthy))[check]

    remedy = finding.hint.removeprefix(f"{setting}: ").removesuffix(".")
    assert f"{finding.what}; {remedy}" == line(code)


@pytest.mark.parametrize("code", ["internal_error", "ratelimited"])
async def test_a_slack_that_is_down_or_busy_is_no_fault_of_the_token(code, healthy, slack):
    slack.errors = {"auth.test": code, "apps.connections.open": code}

    found = await findings(healthy)

    assert failed(found) == {"slack-bot-token"}
    assert "again" in found["slack-bot-token"].hint
    assert "copy" not in found["slack-bot-token"].hint


@pytest.mark.parametrize(("more", "failing"), [(-5, set()), (5, {"slack-clock"})])
async def test_a_clock_may_be_off_as_far_as_signatures_may_be_old(more, failing, healthy, slack):
    slack.skew = -(SKEW_REFUSED + more)

    assert failed(await findings(healthy | HTTP)) == failing
