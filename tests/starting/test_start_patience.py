"""The start waits for what does not answer, with growing pauses, and not for ever."""

import asyncio

import pytest
from structlog.testing import capture_logs

from bot.errors import NotAvailable
from bot.starting.start_patience import StartPatience


async def test_without_any_it_gives_up_at_once():
    with pytest.raises(NotAvailable) as caught:
        await StartPatience(0).wait("PORT: no")

    assert caught.value.problems == ["PORT: no"]


async def test_it_waits_as_long_as_it_may_and_logs_each_time():
    began = asyncio.get_running_loop().time()
    patience = StartPatience(0.05)
    with capture_logs() as logs:
        await patience.wait("X: no")
        with pytest.raises(NotAvailable):
            await patience.wait("X: no")

    assert asyncio.get_running_loop().time() - began >= 0.05
    assert [(each["event"], each["problem"]) for each in logs] == [("not available yet", "X: no")]
