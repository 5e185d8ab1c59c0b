"""The check of the endpoint at the start: one line that names setting and remedy, or none."""

import asyncio

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from structlog.testing import capture_logs

from bot.llm.client import make_client
from bot.model_check import check_model
from bot.playground.model.endpoint import MODEL, REFUSED_KEY, ScriptedModel
from bot.program_name import program_name


async def checked(base_url, *, key="sk-canary", model=MODEL, limit=5.0):
    """The log entries of one check."""
    with capture_logs() as logs:
        async with make_client(key, base_url) as client:
            await check_model(client, model, limit)
    assert "canary" not in str(logs)
    return [(each["log_level"], each["event"]) for each in logs]


@pytest.fixture
async def model():
    async with ScriptedModel() as model:
        yield model


async def test_what_is_right_is_not_mentioned(model):
    assert await checked(model.base_url) == []


async def test_a_wrong_key(model):
    [(level, line)] = await checked(model.base_url, key=REFUSED_KEY)

    assert level == "error"
    assert "OPENAI_API_KEY" in line


async def test_a_model_that_is_not_listed_may_still_be_right(model):
    [(level, line)] = await checked(model.base_url, model="canary")

    assert level == "info"
    assert "OPENAI_MODEL" in line
    assert f"`{program_name()} doctor`" in line


@pytest.mark.parametrize("path", ["/", "/v1"])
async def test_an_endpoint_without_a_list_may_be_right(path):
    async with TestServer(web.Application()) as server:
        assert await checked(f"{server.make_url(path)}") == []


async def test_a_base_url_without_the_version(model):
    [(level, line)] = await checked(model.base_url.removesuffix("v1/"))

    assert level == "error"
    assert "OPENAI_BASE_URL" in line
    assert "it lists its models at /v1" in line


async def test_an_endpoint_that_is_not_there():
    [(level, line)] = await checked("http://127.0.0.1:9/v1")

    assert level == "warning"
    assert "OPENAI_BASE_URL" in line


async def test_an_endpoint_to_which_questions_travel_in_the_clear():
    """The address is one for documentation: nobody is there."""
    (level, line), _ = await checked("http://192.0.2.1/v1", limit=0.1)

    assert level == "warning"
    assert "OPENAI_BASE_URL is plain http" in line


async def test_it_does_not_wait_for_ever(silent):
    [(level, line)] = await checked(silent, limit=0.1)

    assert level == "warning"
    assert "OPENAI_BASE_URL" in line


@pytest.fixture
async def silent():
    """An endpoint that takes requests and never answers."""

    async def wait(_request):
        await asyncio.sleep(60)

    app = web.Application()
    app.router.add_get("/v1/models", wait)
    runner = web.AppRunner(app, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    await runner.cleanup()
