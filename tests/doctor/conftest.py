import pytest

from bot.playground.model.endpoint import MODEL, ScriptedModel
from tests.doctor.fake_slack import FakeSlack
from tests.environment import APP_TOKEN, BOT_TOKEN, KEY


@pytest.fixture
async def slack():
    async with FakeSlack() as slack:
        yield slack


@pytest.fixture
async def model():
    async with ScriptedModel(speed=0) as model:
        yield model


@pytest.fixture
def healthy(slack, model):
    """Variables with which nothing is wrong, in Socket Mode."""
    return {
        "SLACK_BOT_TOKEN": BOT_TOKEN,
        "SLACK_APP_TOKEN": APP_TOKEN,
        "SLACK_API_URL": slack.url,
        "OPENAI_API_KEY": KEY,
        "OPENAI_BASE_URL": model.base_url,
        "OPENAI_MODEL": MODEL,
    }
