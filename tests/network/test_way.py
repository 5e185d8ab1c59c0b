"""Slack, its socket, uploads and the model through a real forwarding proxy, with TLS."""

from contextlib import aclosing

import pytest

from bot.core.types import Finish, FinishReason, Message, Opened, TextDelta
from bot.errors import SettingsError, SlackUnknown
from bot.llm.chat_completions import OpenAIModel
from bot.llm.client import make_client
from bot.network.way import DIRECT, Network
from bot.slack.client import open_session, web_client
from bot.slack.events.connection import open_connection
from bot.slack.web_api import SlackApi
from bot.tasks import Tasks
from tests.certificate import make_certificate
from tests.fakes import Free
from tests.network.office import API, MODEL, SOCKET, open_office

BASE = f"https://{API}/api/"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return make_certificate(tmp_path_factory.mktemp("tls"), API, SOCKET, MODEL)


@pytest.fixture
async def office(certificate):
    async with open_office(certificate) as found:
        yield found


async def dial_slack(network):
    """Asks the Web API, opens the socket, uploads a file."""
    async with open_session(network, BASE) as session:
        api = SlackApi(web_client(session, "xoxb-1", base_url=BASE), Free(), "T1")
        assert (await api.call("auth.test", {})).get("ok")
        await api.upload(f"https://{API}/upload", b"content")
        url = (await api.call("apps.connections.open", {}))["url"]
        connection = await open_connection(session, url, 5.0)
        async with Tasks("socket") as tasks:
            tasks.start(connection.read(lambda *_: None), name="read")
            assert await connection.greeted(5.0)
            await connection.close()


async def dial_model(network):
    client = make_client("key", f"https://{MODEL}/v1", network=network)
    async with (
        client,
        aclosing(OpenAIModel(client, model="m").stream([Message("user", "hi")])) as stream,
    ):
        return [event async for event in stream]


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
@pytest.mark.parametrize("bundle", ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"])
async def test_all_of_them_go_through_the_proxy(office, certificate, variable, bundle):
    proxy, port = office
    network = Network({variable: f"http://127.0.0.1:{port}", bundle: f"{certificate}.crt"})

    await dial_slack(network)
    assert await dial_model(network) == [Opened(), TextDelta("Fine."), Finish(FinishReason.STOP)]

    assert {host for host, _ in proxy.asked} == {API, SOCKET, MODEL}


async def test_the_password_goes_to_the_proxy(office, certificate):
    proxy, port = office
    network = Network(
        {"ALL_PROXY": f"http://user:pass@127.0.0.1:{port}", "SSL_CERT_FILE": f"{certificate}.crt"}
    )

    await dial_slack(network)
    await dial_model(network)

    assert dict(proxy.asked) == dict.fromkeys((API, SOCKET, MODEL), "basic dxnlcjpwyxnz")


async def test_exceptions_do_not_go_there(office, certificate):
    """They have no address here, so the calls fail."""
    proxy, port = office
    variables = {"ALL_PROXY": f"http://127.0.0.1:{port}", "SSL_CERT_FILE": f"{certificate}.crt"}
    network = Network(variables | {"NO_PROXY": f"{API},{SOCKET}"})

    with pytest.raises(SlackUnknown):
        await dial_slack(network)
    await dial_model(network)

    assert [host for host, _ in proxy.asked] == [MODEL]


async def test_a_proxy_that_cannot_be_used_is_told_before_anything_is_sent():
    network = Network({"ALL_PROXY": "socks5://127.0.0.1:9"})

    with pytest.raises(SettingsError, match="ALL_PROXY: a SOCKS proxy"):
        await dial_slack(network)
    with pytest.raises(SettingsError, match="ALL_PROXY: a SOCKS proxy"):
        await dial_model(network)


def test_plain_http_needs_no_certificates():
    network = Network({"SSL_CERT_FILE": "/missing"})

    assert network.tls("http://127.0.0.1/v1").cert_store_stats()["x509"] == 0
    with pytest.raises(SettingsError, match="SSL_CERT_FILE: cannot be read"):
        network.tls("https://slack.com/api/")


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "ALL_PROXY", "all_proxy"])
def test_a_proxy_that_does_not_connect_is_told_by_its_variable(variable):
    told = Network({variable: "http://user:secret@proxy"}).no_proxy(BASE)

    assert told.startswith(f"the proxy of {variable} does not connect; ")
    assert "secret" not in told


def test_what_is_named_is_told():
    assert Network({"SSL_CERT_FILE": "/a", "HOME": "/h"}).certificates() == {"SSL_CERT_FILE": "/a"}
    assert DIRECT.certificates() == {}
    assert "secret" not in repr(Network({"ALL_PROXY": "http://user:secret@proxy"}))
