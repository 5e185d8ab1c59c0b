"""Files, uploaded by the real client."""

import aiohttp

from tests.playground.web_client import GENERAL, refusal


async def test_a_file_goes_up_in_three_steps_and_down_with_the_token(client, slack):
    uploaded = await client.files_upload_v2(
        channel=GENERAL, filename="table.csv", content="a,b", initial_comment="here"
    )
    url = uploaded["file"]["url_private"]
    message = slack.workspace.messages(GENERAL)[-1]

    assert (message["subtype"], message["text"]) == ("file_share", "here")
    assert message["files"][0]["size"] == 3
    async with aiohttp.ClientSession() as http:
        headers = {"Authorization": f"Bearer {slack.bot_token}"}
        async with http.get(url, headers=headers) as response:
            assert await response.read() == b"a,b"
        async with http.get(url) as response:
            assert response.content_type == "text/html"


async def test_an_upload_that_never_came_is_not_shared(client):
    step = await client.files_getUploadURLExternal(filename="a.txt", length=1)
    complete = client.files_completeUploadExternal(files=[{"id": step["file_id"], "title": "a"}])

    assert await refusal(complete) == "file_not_found"


async def test_the_id_of_a_deleted_file_does_not_come_again(client):
    first, second = [
        await client.files_upload_v2(channel=GENERAL, filename=name, content="a,b")
        for name in ("a.csv", "b.csv")
    ]
    await client.files_delete(file=first["file"]["id"])
    third = await client.files_upload_v2(channel=GENERAL, filename="c.csv", content="a,b")

    assert len({each["file"]["id"] for each in (first, second, third)}) == 3
