"""Host and Origin: who is let in."""

import aiohttp
import pytest

from bot.playground.guard import allowed


@pytest.mark.parametrize(
    ("host", "origin", "expected"),
    [
        ("127.0.0.1:80", None, True),
        ("localhost:80", "http://localhost:80", True),
        ("[::1]:80", None, True),
        ("evil.example:80", None, False),
        ("127.0.0.1:81", None, False),
        ("127.0.0.1:80", "http://evil.example", False),
        ("127.0.0.1:80", "http://localhost:80", False),
        ("127.0.0.1:80", "https://127.0.0.1:80", False),
        ("127.0.0.1:80", "null", False),
        (None, None, False),
    ],
)
def test_who_may_come_in(host, origin, expected):
    assert allowed(host, origin, 80) is expected


@pytest.mark.parametrize("path", ["api/api.test", "link/", "nowhere"])
@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"Origin": "http://evil.example"}])
async def test_the_door_is_at_every_path(slack, path, headers):
    async with (
        aiohttp.ClientSession() as http,
        http.get(slack.base_url + path, headers=headers) as response,
    ):
        assert response.status == 403


async def test_a_foreign_page_gets_no_socket(slack):
    async with aiohttp.ClientSession() as http:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await http.ws_connect(slack.sockets.open_url(), origin="http://evil.example")

    assert refused.value.status == 403
