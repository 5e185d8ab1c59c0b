import socket
from contextlib import contextmanager

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.doctor.finding import Status
from tests.doctor.fake_slack import HTTP, failed, findings, warned
from tests.environment import SECRET


@pytest.fixture
def over_http(healthy):
    return healthy | HTTP | {"BOT_HOST": "127.0.0.1", "PORT": "0"}


@contextmanager
def taken_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


async def address(variables):
    found = await findings(variables)
    assert failed(found) | warned(found) <= {"http-address"}
    return found["http-address"]


async def test_a_free_port(over_http):
    with taken_port() as port:
        pass

    assert (
        await address(over_http | {"PORT": str(port)})
    ).what == f"port {port} can be listened on"


async def test_a_port_that_is_taken(over_http):
    """By something that never answers."""
    with taken_port() as port:
        finding = (await findings(over_http | {"PORT": str(port)}, patience=0.3))["http-address"]

    assert finding.status is Status.FAILED
    assert finding.what == f"PORT: port {port} is taken"
    assert "another port" in finding.hint


@pytest.mark.parametrize(("answer", "status"), [("ok", Status.WARNING), ("okay", Status.FAILED)])
async def test_a_bot_that_runs_already(answer, status, over_http):
    async def healthz(_):
        return web.Response(text=answer)

    app = web.Application()
    app.router.add_get("/healthz", healthz)
    async with TestServer(app) as server:
        finding = await address(over_http | {"PORT": str(server.port)})

    assert finding.status is status
    assert "another" in finding.hint


async def test_an_address_of_another_machine(over_http):
    finding = await address(over_http | {"BOT_HOST": "192.0.2.1"})

    assert finding.what == "BOT_HOST: is no address of this machine"
    assert "0.0.0.0" in finding.hint


async def test_socket_mode_needs_neither_port_nor_secret(healthy):
    with taken_port() as port:
        found = await findings(healthy | {"PORT": str(port)})

    skipped = {name for name, finding in found.items() if finding.status is Status.SKIPPED}
    assert skipped == {"http-address", "slack-signing-secret"}


@pytest.mark.parametrize(
    ("secret", "status"),
    [(SECRET, Status.OK), ("short", Status.WARNING), ("", Status.FAILED)],
)
async def test_the_signing_secret(secret, status, over_http):
    """Without one it is Socket Mode that lacks something."""
    found = await findings(over_http | {"SLACK_SIGNING_SECRET": secret})

    if secret:
        assert found["slack-signing-secret"].status is status
    else:
        assert failed(found) == {"slack-app-token"}
