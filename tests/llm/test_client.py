import json

import pytest
from openai import APIStatusError

from bot.core.types import Message, TextDelta
from bot.errors import ModelUnauthorized
from bot.llm.chat_completions import OpenAIModel
from bot.llm.client import ERROR_BODY_CAP, make_client, models
from tests.llm.endpoint import HANG, HELLO, head, refusal


async def test_models(endpoint, client):
    listing = {"object": "list", "data": [{"id": "b", "object": "model"}, {"id": "a"}]}
    endpoint.answer((head(kind="application/json"), json.dumps(listing).encode()))

    assert await models(client) == ["a", "b"]


async def test_models_of_an_endpoint_that_refuses(endpoint, client):
    endpoint.answer(refusal(401))

    with pytest.raises(ModelUnauthorized):
        await models(client)


@pytest.mark.parametrize("end", ["", "/", "/chat/completions", "/chat/completions/ "])
async def test_base_urls_as_people_paste_them(endpoint, end):
    endpoint.answer(HELLO)
    async with make_client("key", f" {endpoint.base_url}{end}") as client:
        model = OpenAIModel(client, model="m")
        events = [event async for event in model.stream([Message("user", "Hi")])]

    assert TextDelta("Hello") in events


def test_without_a_base_url_the_sdk_asks_openai():
    assert str(make_client("key", " ").base_url) == "https://api.openai.com/v1/"


async def test_the_body_of_an_error_is_cut(endpoint, client):
    """F073: twenty megabytes of it, from an endpoint that never stops."""
    endpoint.answer((head(500, "text/html"), *(b"x" * 65536,) * 300, HANG))

    with pytest.raises(APIStatusError) as caught:
        await client.models.list()

    assert len(caught.value.response.content) == ERROR_BODY_CAP


async def test_the_client_repeats_nothing(endpoint, client):
    """Retries are the engine's: a second request would be billed twice."""
    endpoint.answer(refusal(500))

    with pytest.raises(APIStatusError):
        await client.models.list()

    assert len(endpoint.requests) == 1
