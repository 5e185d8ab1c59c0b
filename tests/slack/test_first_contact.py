"""The first call to Slack: waited for while it may succeed, refused in plain words when not."""

import pytest

from bot.errors import NotAvailable, SettingsError
from bot.slack.first_contact import wait_for_identity
from bot.starting.start_patience import StartPatience


async def refused(api, error=SettingsError, seconds=0.0):
    with pytest.raises(error) as caught:
        await wait_for_identity(api, StartPatience(seconds))
    [line] = caught.value.problems
    return line


async def test_it_tries_again_while_slack_is_down(api, slack):
    slack.faults.fail("auth.test", 503)
    identity = await wait_for_identity(api, StartPatience(5))

    assert identity.bot_user == slack.workspace.bot.user_id
    assert len(slack.calls) == 2


async def test_it_waits_as_long_as_slack_asks_for(api, slack):
    """Slack answers, so its wish counts and not our patience."""
    slack.faults.refuse("auth.test", retry_after=1)

    assert await wait_for_identity(api, StartPatience(0))


async def test_a_slack_that_stays_down_is_told(api, slack):
    slack.faults.fail("auth.test", 503, times=9)

    assert "status.slack.com" in await refused(api, NotAvailable)


@pytest.mark.parametrize(
    ("code", "remedy"),
    [
        ("invalid_auth", "copy it again"),
        ("token_revoked", "install the app"),
        ("something_new", "https://docs.slack.dev/reference/methods/auth.test explains"),
    ],
)
async def test_a_token_that_is_rejected(api, slack, code, remedy):
    slack.faults.fail("auth.test", code)
    line = await refused(api)

    assert line.startswith(f"SLACK_BOT_TOKEN: Slack does not accept it ({code}); {remedy}")
