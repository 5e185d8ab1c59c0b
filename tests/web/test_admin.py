"""The admin pages, and an address that cannot be listened on."""

import socket

import aiohttp
from structlog.testing import capture_logs

from bot.web.admin import AdminPages, open_admin


def pages(*, ready=True):
    return AdminPages(lambda: {"ready": ready, "store": "ok"}, lambda: b"bot_x 1.0\n")


async def got(address, path):
    async with aiohttp.ClientSession() as session, session.get(f"http://{address}{path}") as answer:
        return answer.status, answer.content_type, await answer.text()


async def test_a_bot_that_is_ready():
    async with open_admin(pages(), "127.0.0.1", 0) as address:
        assert await got(address, "/readyz") == (
            200,
            "application/json",
            '{"ready": true, "store": "ok"}',
        )
        assert await got(address, "/metrics") == (200, "text/plain", "bot_x 1.0\n")
        assert (await got(address, "/"))[0] == 404


async def test_one_that_is_not():
    async with open_admin(pages(ready=False), "127.0.0.1", 0) as address:
        assert (await got(address, "/readyz"))[0] == 503


async def test_a_port_that_is_taken_is_no_reason_to_stop():
    with socket.create_server(("127.0.0.1", 0)) as taken, capture_logs() as logs:
        async with open_admin(pages(), "127.0.0.1", taken.getsockname()[1]) as address:
            assert address is None

    [entry] = logs
    assert (entry["log_level"], entry["event"]) == ("warning", "no admin address")
    assert entry["problem"].startswith("BOT_ADMIN_ADDRESS: port ")


async def test_an_address_of_another_machine_is_not_either():
    with capture_logs() as logs:
        async with open_admin(pages(), "192.0.2.1", 0) as address:
            assert address is None

    assert "is no address of this machine" in logs[0]["problem"]
