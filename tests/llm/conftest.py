import pytest

from bot.llm.chat_completions import OpenAIModel
from bot.llm.client import make_client
from tests.llm.endpoint import Endpoint


@pytest.fixture
async def endpoint():
    async with Endpoint() as endpoint:
        yield endpoint


@pytest.fixture
async def client(endpoint):
    client = make_client("sk-made-up-key-0123456789", endpoint.base_url)
    yield client
    await client.close()


@pytest.fixture
def model(client):
    return OpenAIModel(client, model="test-model")
