"""Journals for as many processes as a test needs, on one database."""

from contextlib import AsyncExitStack

import pytest

from bot.store import open_store


@pytest.fixture
async def another(tmp_path):
    """Opens a journal for one more process, with a lease of its own."""
    async with AsyncExitStack() as stack:

        async def open_(owner, lease=10.0):
            url = f"sqlite:///{tmp_path}/bot.db"
            return await stack.enter_async_context(open_store(url, owner=owner, lease=lease))

        yield open_
