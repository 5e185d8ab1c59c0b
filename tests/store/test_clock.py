import time

import pytest
from sqlalchemy import select

from bot.store.clock import Now
from bot.store.engines import engines
from bot.store.urls import address


@pytest.fixture
async def connections(url):
    opened = engines(address(url))
    yield opened
    await opened.dispose()


async def test_now_is_in_seconds_since_1970(connections):
    before = time.time()
    now = await connections.write.run(lambda connection: connection.scalar(select(Now())))

    # The server of the tests runs on this machine; SQLite counts in milliseconds.
    assert before - 0.01 <= now <= time.time() + 0.01


async def test_now_goes_on_within_a_transaction(connections):
    """A transaction that has waited for a lock must not set a lease of the past."""

    def twice(connection):
        first = connection.scalar(select(Now()))
        time.sleep(0.05)
        return connection.scalar(select(Now())) - first

    assert 0.04 < await connections.write.run(twice) < 5
