"""A house for each test: Slack and model on loopback, the bot between them."""

import pytest

from tests.e2e.house import open_house


@pytest.fixture
def transport():
    """Tests about what Slack brings are parametrised over both."""
    return "socket"


@pytest.fixture
async def house(transport):
    async with open_house(transport=transport) as house:
        yield house
