import gzip
import json
import tracemalloc
import zlib

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from openai import APIStatusError

from bot.core.types import Message, TextDelta
from bot.errors import ModelError, ModelPathUnknown, ModelUnauthorized, StreamGarbled
from bot.llm.chat_completions import OpenAIModel
from bot.llm.client import ERROR_BODY_CAP, make_client, models
from bot.playground.model.endpoint import REFUSED_KEY, ScriptedModel
from tests.llm.endpoint import HANG, HELLO, head, refusal


async def test_models(endpoint, client):
    listing = {"object": "list", "data": [{"id": "b", "object": "model"}, {"id": "a"}]}
    endpoint.answer((head(kind="application/json"), json.dumps(listing).encode()))

    assert await models(client) == ["a", "b"]


@pytest.mark.parametrize(
    ("listing", "ids"),
    [
        ({"data": None}, []),
        ({"data": []}, []),
        ({"data": [{"id": "a"}, {"id": None}, {"name": "b"}, "c"], "object": None}, ["a"]),
    ],
)
async def test_models_as_endpoints_list_them(endpoint, client, listing, ids):
    endpoint.answer((head(kind="application/json"), json.dumps(listing).encode()))

    assert await models(client) == ids


@pytest.mark.parametrize("path", ["", "/", "/v1/nothing/"])
@pytest.mark.parametrize("key", ["sk-1", REFUSED_KEY])
async def test_a_base_url_without_the_version_is_told_from_an_endpoint_without_a_list(path, key):
    async with ScriptedModel() as model:
        base = model.base_url.removesuffix("/v1/") + path
        async with make_client(key, base) as client:
            with pytest.raises(ModelPathUnknown, match=r"status=404") as caught:
                await models(client)

    assert caught.value.models_at == "/v1"


@pytest.mark.parametrize("path", ["", "/v1", "/v1/more"])
async def test_an_endpoint_without_any_list_is_none_with_a_wrong_path(path):
    """Some say 404 to whatever they do not have."""
    async with TestServer(web.Application()) as server:
        client = make_client("sk-1", f"{server.make_url(path)}")
        with pytest.raises(ModelPathUnknown) as caught:
            await models(client)
        await client.close()

    assert caught.value.models_at == ""


NO_LIST = {
    "a page": (head(kind="text/html"), b"<!doctype html><title>Sign in</title>"),
    "a page called JSON": (head(kind="application/json"), b"<html>"),
    "plain text": (head(kind="text/plain"), b"Ollama is running"),
    "nothing": (head(kind="application/json"),),
    "no content": (b"HTTP/1.1 204 No Content\r\n\r\n",),
    "half": (head(kind="application/json"), b'{"data": ['),
    "garbage": (head(kind="application/json"), b"\xff\xfe\0" * 9),
    "deep": (head(kind="application/json"), b"[" * 100_000),
    "a list": (head(kind="application/json"), b"[1, 2]"),
    "a string": (head(kind="application/json"), b'"x"'),
    "null": (head(kind="application/json"), b"null"),
    "another object": (head(kind="application/json"), b'{"hello": "world"}'),
    "no list in it": (head(kind="application/json"), b'{"data": {"a": 1}}'),
    "names only": (head(kind="application/json"), b'{"data": ["a", "b"]}'),
    "no ids": (head(kind="application/json"), b'{"data": [{"id": 5}]}'),
    "endless": (head(kind="application/json"), *(b" " * 65536,) * 100, HANG),
    "a redirect": (head(302, Location="http://127.0.0.1:9/login"),),
    "another protocol": (b"SSH-2.0-OpenSSH_9.6\r\n",),
    "no gzip": (head(kind="application/json", Content_Encoding="gzip"), b"no gzip"),
}


@pytest.mark.parametrize("what", NO_LIST)
async def test_what_is_no_list_of_models(endpoint, client, what):
    """The SDK's own parser raises an AttributeError for most of these, or believes them."""
    endpoint.answer(NO_LIST[what])

    with pytest.raises(StreamGarbled) as caught:
        await models(client)
    assert "Error" not in caught.value.said


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


async def test_the_body_of_a_redirect_is_cut_too(endpoint, client):
    endpoint.answer((head(302, Location="http://x/"), *(b"x" * 65536,) * 300, HANG))

    with pytest.raises(APIStatusError) as caught:
        await client.models.list()

    assert len(caught.value.response.content) == ERROR_BODY_CAP


def bomb(*encodings, size=40 * 2**20):
    """A few bytes that become `size`; one that is packed twice has a kilobyte."""
    packed = b"{" * size
    for encoding in encodings:
        packed = gzip.compress(packed) if encoding == "gzip" else zlib.compress(packed)
    return packed


@pytest.mark.parametrize("status", [302, 400, 429, 500])
@pytest.mark.parametrize(
    "encodings", [("gzip",), ("deflate",), ("gzip", "gzip"), ("deflate", *["gzip"] * 6)]
)
async def test_a_packed_body_of_an_error_is_not_unpacked(endpoint, model, status, encodings):
    """F073: 822 bytes would become a gigabyte. What the status says is enough."""
    headers = {"Content_Encoding": ", ".join(encodings), "Retry_After": "7"}
    endpoint.answer((head(status, "application/json", **headers), bomb(*encodings), HANG))
    tracemalloc.start()
    try:
        with pytest.raises(ModelError) as caught:
            await anext(model.stream([Message("user", "Hi")]))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert caught.value.said.startswith(f"HTTP {status}")
    assert caught.value.retry_after == 7
    assert peak < 4 * 2**20


async def test_a_packed_list_of_models_is_not_unpacked(endpoint, client):
    headers = {"Content_Encoding": "gzip, gzip"}
    endpoint.answer((head(kind="application/json", **headers), bomb("gzip", "gzip"), HANG))

    with pytest.raises(StreamGarbled):
        await models(client)


async def test_every_request_asks_for_what_is_not_packed(endpoint, client):
    endpoint.answer((head(kind="application/json"), b'{"data": []}'))
    await models(client)

    assert endpoint.headers[0]["accept-encoding"] == "identity"


async def test_the_client_repeats_nothing(endpoint, client):
    """Retries are the engine's: a second request would be billed twice."""
    endpoint.answer(refusal(500))

    with pytest.raises(APIStatusError):
        await client.models.list()

    assert len(endpoint.requests) == 1
