"""Response URLs, uploads and downloads over HTTP."""

import aiohttp
import pytest


@pytest.fixture
async def http():
    async with aiohttp.ClientSession() as session:
        yield session


async def test_an_unknown_response_url(slack, http):
    url = f"{slack.base_url}actions/{slack.workspace.team_id}/unknown"
    async with http.post(url, json={"text": "hi"}) as response:
        assert (response.status, (await response.json())["error"]) == (404, "expired_url")


async def test_an_upload_that_was_not_announced(slack, http):
    async with http.post(f"{slack.base_url}upload/v1/F0NONE", data=b"x") as response:
        assert response.status == 404


@pytest.mark.parametrize("as_form", [False, True])
async def test_an_upload_as_a_body_and_as_a_form(slack, client, http, as_form):
    step = await client.files_getUploadURLExternal(filename="a.txt", length=3)
    form = aiohttp.FormData()
    form.add_field("file", b"abc", filename="a.txt")
    async with http.post(step["upload_url"], data=form if as_form else b"abc") as response:
        assert await response.text() == "OK - 3"

    assert slack.backend.contents[step["file_id"]] == b"abc"
    assert slack.workspace.files[step["file_id"]]["preview"] == "abc"


async def test_without_the_scope_a_download_is_the_login_page(slack, http):
    slack.backend.scopes.discard("files:read")
    said = await slack.say("alice", "general", "read", attach=[("a.txt", b"abc")])
    headers = {"Authorization": f"Bearer {slack.bot_token}"}
    async with http.get(said["files"][0]["url_private"], headers=headers) as response:
        assert (response.status, response.content_type) == (200, "text/html")
