import asyncio

import pytest
from aiohttp import web

from bot.config import Settings, examine
from bot.config.dotenv_file import DotenvFile
from bot.doctor import setup
from bot.doctor.probe import Probe
from bot.errors import ModelUnauthorized
from bot.playground.model.endpoint import MODEL, REFUSED_KEY
from tests.doctor.fake_slack import failed, findings
from tests.environment import APP_TOKEN, BOT_TOKEN, environment


@pytest.fixture
async def probe(healthy):
    with environment(**healthy):
        settings, _ = examine()
    async with Probe(settings) as probe:
        yield probe


async def test_an_answer_of_slack(probe):
    answer = await probe.slack("auth.test", probe.settings.slack_bot_token)

    assert (answer.error, answer.body["team"]) == ("", "Team")
    assert "x-oauth-scopes" in answer.headers


async def test_a_refusal_of_slack(probe, slack):
    slack.errors = {"auth.test": "invalid_auth"}

    assert (await probe.slack("auth.test", probe.settings.slack_bot_token)).error == "invalid_auth"


async def test_a_check_that_gives_up_leaves_the_request_to_the_others(probe, slack):
    go_on, answer = asyncio.Event(), slack.handler

    async def slow(request):
        await go_on.wait()
        return await answer(request)

    slack.handler = slow
    token = probe.settings.slack_bot_token
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(probe.slack("auth.test", token), 0.05)
    go_on.set()

    assert (await probe.slack("auth.test", token)).error == ""
    assert len(slack.asked) == 1


async def test_the_models_of_the_endpoint(probe):
    assert MODEL in await probe.models(probe.client)


async def test_an_error_of_the_endpoint_is_a_value(healthy):
    with environment(**healthy | {"OPENAI_API_KEY": REFUSED_KEY}):
        settings, _ = examine()
    async with Probe(settings) as probe:
        found = await probe.models(probe.client)

    assert isinstance(found, ModelUnauthorized)


async def test_each_request_is_made_once(healthy, slack):
    await findings(healthy)

    assert sorted(slack.asked) == [
        ("apps.connections.open", f"Bearer {APP_TOKEN}"),
        ("auth.test", f"Bearer {BOT_TOKEN}"),
    ]


@pytest.mark.parametrize("status", [200, 302, 500, 503])
async def test_a_page_in_place_of_slack(status, healthy, slack):
    async def page(_):
        return web.Response(status=status, text="<html>", headers={"Location": "https://x.example"})

    slack.handler = page

    found = await findings(healthy)

    assert failed(found) == {"slack-bot-token"}
    assert found["slack-app-token"].what == "needs an answer of Slack"


async def test_a_line_that_was_not_read_is_the_remedy_for_what_is_not_set(tmp_path):
    """It may be the line that sets it; “set it” would be said to somebody who has done so."""
    file, dotenv = tmp_path / ".env", DotenvFile()
    file.write_text(f'BOT_BURST=5\nSLACK_BOT_TOKEN="{BOT_TOKEN}\n', "utf-8")
    dotenv.read(file, {})

    probe = Probe(Settings(), unread=dotenv.unread)

    assert probe.not_set("SLACK_BOT_TOKEN", "Set it.").hint == f"Correct line 2 of {file}."
    assert (await setup.settings(probe)).hint == f"Correct or remove line 2 of {file}."
