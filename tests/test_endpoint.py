from contextlib import aclosing

import pytest

from bot.config import Settings
from bot.core.types import Message
from bot.endpoint import client_of, deadlines_of, model_of
from bot.engine.model_call import Deadlines
from bot.errors import SettingsError
from bot.playground.model.endpoint import ScriptedModel
from bot.playground.model.scripted_reply import Reply
from tests.environment import environment

NOBODY = "http://127.0.0.1:9/v1"


def settings(**variables):
    with environment(**variables):
        return Settings()


async def test_the_request_is_as_the_settings_say():
    async with ScriptedModel(speed=0) as endpoint:
        endpoint.enqueue(Reply(["yes"]))
        asked = settings(
            OPENAI_BASE_URL=endpoint.base_url,
            OPENAI_MODEL="m-1",
            OPENAI_STREAM="false",
            OPENAI_MAX_TOKENS="9",
        )
        async with client_of(asked) as client:
            model = model_of(asked, client)
            async with aclosing(model.stream([Message("user", "Hi")])) as events:
                assert [event async for event in events]
        [request] = endpoint.requests

    assert request.body["model"] == "m-1"
    assert request.body["max_completion_tokens"] == 9
    assert not request.body.get("stream")


async def test_the_time_to_connect_is_a_setting():
    async with client_of(settings(OPENAI_BASE_URL=NOBODY, BOT_CONNECT_TIMEOUT="7")) as client:
        assert (client.timeout.connect, client.timeout.read) == (7.0, None)


def test_without_a_key_there_is_no_client():
    with pytest.raises(SettingsError, match="OPENAI_API_KEY"):
        client_of(settings())


def test_the_deadlines_are_settings():
    found = deadlines_of(
        settings(BOT_FIRST_TOKEN_TIMEOUT="1", BOT_STALL_TIMEOUT="2", BOT_TURN_TIMEOUT="3")
    )

    assert found == Deadlines(first_token=1.0, silence=2.0, turn=3.0)
