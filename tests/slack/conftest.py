"""A small Slack on loopback, and the real clients that talk to it."""

import pytest

from bot.playground.api.rate_limits import RateLimits
from bot.playground.events.delivery import Timetable
from bot.playground.server import Playground
from bot.slack.client import open_session, web_client
from bot.slack.identity import identify
from bot.slack.web_api import SlackApi
from tests.fakes import Free
from tests.slack.scene import open_scene


@pytest.fixture
async def slack():
    timetable = Timetable(ack_timeout=1.5, retry_scale=0.0001, hold=5.0, warning=0.5)
    async with Playground(timetable=timetable, limits=RateLimits.off()) as playground:
        yield playground


@pytest.fixture
async def session():
    async with open_session() as session:
        yield session


@pytest.fixture
def client(slack, session):
    return web_client(session, slack.bot_token, base_url=slack.api_url)


@pytest.fixture
def api(client, slack):
    """Within a budget that never ends."""
    return SlackApi(client, Free(), slack.workspace.team_id)


@pytest.fixture
async def identity(api):
    return await identify(api)


@pytest.fixture
async def scene():
    """A question, and a sink for its answer."""
    async with open_scene() as scene:
        yield scene
