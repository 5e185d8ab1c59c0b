"""A running playground, and the real clients that talk to it."""

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.api.methods import METHODS
from bot.playground.api.rate_limits import RateLimits
from bot.playground.events.delivery import Timetable
from bot.playground.server import Playground
from bot.playground.workspace.workspace import Workspace


@pytest.fixture
def ack_timeout():
    """Long enough for a busy machine; tests in which nobody answers set a short one."""
    return 3.0


@pytest.fixture
def quick(ack_timeout):
    """Slack's timetable, with minutes in milliseconds."""
    return Timetable(ack_timeout=ack_timeout, retry_scale=0.0001, hold=5.0, warning=0.5)


def told_of_mentions():
    """A workspace whose app is told only of what concerns it, so that one can count."""
    return Workspace.demo(subscriptions={"app_mention", "message.im", "message.mpim"})


EVERY_SCOPE = {
    *(method.scope for method in METHODS.values() if not method.scope.startswith("*")),
    *(
        f"{kind}:{act}"
        for kind in ("channels", "groups", "im", "mpim")
        for act in ("history", "read")
    ),
}
"""What an app may ask for that calls every method."""


@pytest.fixture
async def slack(quick):
    workspace = told_of_mentions()
    async with Playground(workspace, timetable=quick, limits=RateLimits.off()) as playground:
        playground.backend.scopes |= EVERY_SCOPE
        yield playground


@pytest.fixture
def client(slack):
    return AsyncWebClient(token=slack.bot_token, base_url=slack.api_url, retry_handlers=[])
