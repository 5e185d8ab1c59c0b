from contextlib import AsyncExitStack
from functools import partial

import pytest
from sqlalchemy import text

from bot.store import open_store
from bot.store.engines import engines
from bot.store.urls import address
from tests.database import database


@pytest.fixture(params=["sqlite", "postgres"])
async def url(request, tmp_path):
    """An empty database, of each kind in turn."""
    async with database(request.param, tmp_path) as found:
        yield found


@pytest.fixture
async def opened(url):
    """Opens journals on the database, each of another process, as it were."""
    async with AsyncExitStack() as stack:

        async def open_as(owner="a", **how):
            store = open_store(url, owner=owner, **how)
            return await stack.enter_async_context(store)

        yield open_as


@pytest.fixture
async def journal(opened):
    return await opened()


@pytest.fixture
async def sql(url):
    """Does by hand what no journal would do; returns the rows, if there are any."""
    connections = engines(address(url))

    async def execute(statement):
        return await connections.write.run(partial(execute_on, statement))

    def execute_on(statement, connection):
        result = connection.execute(text(statement))
        return result.all() if result.returns_rows else []

    yield execute
    await connections.dispose()


@pytest.fixture
def expire(sql):
    """Makes every lease run out."""
    return lambda: sql("UPDATE turns SET lease_until = 0")
