"""HTTP mode with real requests: what is signed reaches Bolt, everything else is refused cheaply."""

import asyncio
import gzip
import hashlib
import hmac
import json
import time
from contextlib import suppress
from urllib.parse import urlencode

import pytest
from aiohttp import ClientSession
from hypothesis import given
from hypothesis import strategies as st
from slack_bolt.response import BoltResponse
from structlog.testing import capture_logs

from bot.errors import SettingsError
from bot.playground.server import Playground
from bot.slack.client import open_session, web_client
from bot.slack.identity import identify
from bot.slack.web_api import SlackApi
from bot.web import (
    CLOCK,
    LARGEST_BODY,
    NOT_PLAUSIBLE,
    NOT_SIGNED,
    WRONG_SIGNATURE,
    Signature,
    WebServer,
)
from bot.web.connections import MOST_UNVERIFIED, TOO_MUCH
from tests.fakes import Free
from tests.slack.bolt import Backstage
from tests.slack.events.test_turns import QUESTIONS, changed, places
from tests.slack.payloads import NAMES, payload

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
CHUNKED = "Transfer-Encoding: chunked"
STAMP, SIGNATURE = "X-Slack-Request-Timestamp", "X-Slack-Signature"


@pytest.fixture
async def stage():
    async with open_session() as session:
        yield Backstage(web_client(session, "xoxb-1"))


@pytest.fixture
async def server(stage):
    async with web_server(stage) as server:
        yield server


@pytest.fixture
async def hasty(stage):
    """The same with little time for a request."""
    async with web_server(stage, read_timeout=0.3) as server:
        yield server


def web_server(stage, **how):
    dispatch = stage.app.async_dispatch
    return WebServer(dispatch, Signature(SECRET), host="127.0.0.1", port=0, **how)


@pytest.fixture
async def http(server):
    async with ClientSession(f"http://127.0.0.1:{server.port}") as session:
        yield session


def sign(body, *, secret=SECRET, at=None):
    at = str(int(time.time())) if at is None else at
    signed = b"v0:" + at.encode() + b":" + body
    digest = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    return {STAMP: at, SIGNATURE: f"v0={digest}"}


async def post(http, body, content_type=JSON, headers=None):
    body = json.dumps(body).encode() if isinstance(body, dict) else body
    signed = sign(body) if headers is None else headers
    async with http.post(
        "/slack/events", data=body, headers={"Content-Type": content_type} | signed
    ) as response:
        return response.status, await response.text()


def form(name):
    """How Slack sends what is no event."""
    body = payload(name)
    fields = body if "command" in body else {"payload": json.dumps(body)}
    return urlencode(fields).encode()


@pytest.mark.parametrize("name", [name for name in NAMES if "event" in payload(name)])
async def test_signed_events_reach_bolt(http, stage, name):
    assert await post(http, payload(name)) == (200, "")
    await asyncio.sleep(0)
    assert stage.submitted == ([QUESTIONS[name].key] if name in QUESTIONS else [])


@pytest.mark.parametrize(
    "name", ["block_actions", "slash_command", "view_submission", "shortcut", "block_suggestion"]
)
async def test_signed_clicks_and_commands_reach_bolt(http, stage, name):
    assert await post(http, form(name), FORM) == (200, "")


async def test_slacks_challenge_is_returned(http):
    """F015."""
    body = {"type": "url_verification", "token": "x", "challenge": "3eZbrw1aB"}

    status, text = await post(http, body)

    assert (status, json.loads(text)) == (200, {"challenge": "3eZbrw1aB"})


@pytest.mark.parametrize("headers", [None, {}])
async def test_the_check_of_the_certificate_passes_signed_or_not(http, headers):
    """F015."""
    assert (await post(http, b"token=x&ssl_check=1", FORM, headers))[0] == 200


async def test_what_is_too_large_for_that_check_is_not_taken_apart(http):
    assert (await post(http, b"&" * 5000 + b"ssl_check=1", FORM, {}))[0] == 401


NOT_SIGNED_BY_SLACK = {
    "nothing": lambda _now, _good: {},
    "no time": lambda _now, good: {STAMP: None, SIGNATURE: good[SIGNATURE]},
    "no signature": lambda _now, good: {STAMP: good[STAMP]},
    "another secret": lambda _now, _good: sign(b"{}", secret="other"),
    "another body": lambda _now, _good: sign(b"{ }"),
    "too old": lambda now, _good: sign(b"{}", at=str(now - 301)),
    "too new": lambda now, _good: sign(b"{}", at=str(now + 310)),
    "upper case": lambda _now, good: good | {SIGNATURE: good[SIGNATURE].upper()},
    "another version": lambda _now, good: good | {SIGNATURE: "v1" + good[SIGNATURE][2:]},
}
ODD_TIMES = ("abc", "1e9", "", "-1", "0x10", "9" * 5000, "1751328000.5", "٣٣", "nan")
ODD_SIGNATURES = ("v0=é", "", "v0=", "x")


@pytest.mark.parametrize("case", NOT_SIGNED_BY_SLACK)
async def test_what_slack_did_not_sign_is_refused(http, case):
    """F033."""
    headers = NOT_SIGNED_BY_SLACK[case](int(time.time()), sign(b"{}"))
    given = {name: value for name, value in headers.items() if value is not None}

    assert await post(http, b"{}", headers=given) == (401, "")


@pytest.mark.parametrize(
    "odd",
    [{STAMP: odd} for odd in ODD_TIMES] + [{SIGNATURE: odd} for odd in ODD_SIGNATURES],
    ids=range(len(ODD_TIMES) + len(ODD_SIGNATURES)),
)
async def test_odd_headers_are_refused_too(http, odd):
    """F033: they are no crash either."""
    assert await post(http, b"{}", headers=sign(b"{}") | odd) == (401, "")


TOLD = {
    "nothing": NOT_SIGNED,
    "no time": NOT_SIGNED,
    "no signature": NOT_SIGNED,
    "another secret": WRONG_SIGNATURE,
    "another body": WRONG_SIGNATURE,
    "too old": CLOCK,
    "too new": CLOCK,
    "upper case": WRONG_SIGNATURE,
    "another version": WRONG_SIGNATURE,
}


@pytest.mark.parametrize("case", TOLD)
async def test_the_operator_is_told_why_once(http, case):
    """A wrong secret and a wrong clock are told apart, and a flood is told in one line."""
    headers = NOT_SIGNED_BY_SLACK[case](int(time.time()), sign(b"{}"))
    given = {name: value for name, value in headers.items() if value is not None}
    with capture_logs() as logs:
        for _ in range(20):
            await post(http, b"{}", headers=given)

    assert [each["event"] for each in logs] == [TOLD[case]]


def test_an_old_request_of_somebody_else_says_nothing_of_our_clock():
    signature = Signature(SECRET, clock=lambda: 1_751_328_000.0)
    headers = sign(b"", secret="other", at="1000000000")

    assert signature.problem(headers, b"") == WRONG_SIGNATURE


def test_what_the_operator_is_told_names_the_setting_and_what_to_do():
    assert "SLACK_SIGNING_SECRET" in WRONG_SIGNATURE
    assert "Basic Information" in WRONG_SIGNATURE
    assert "NTP" in CLOCK


@pytest.mark.parametrize(
    ("secret", "told"), [("0123456789abcdef" * 2, []), ("A" * 32, [NOT_PLAUSIBLE])]
)
async def test_a_secret_that_does_not_look_like_one_is_told_at_the_start(stage, secret, told):
    dispatch = stage.app.async_dispatch
    with capture_logs() as logs:
        async with WebServer(dispatch, Signature(secret), host="127.0.0.1", port=0):
            pass

    assert [each["event"] for each in logs] == told


async def test_a_body_that_is_no_text_is_refused_by_its_signature(http):
    assert (await post(http, b"\xff\xfe", headers={}))[0] == 401


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (JSON, b"\xff\xfe"),
        (JSON, b"{nonsense"),
        (JSON, b"[1]"),
        (JSON, b"[" * 100_000),
        (JSON, b'{"authorizations": [null]}'),
        (JSON, b'{"type": "event_callback", "event": 5}'),
        (FORM, b"payload=nonsense"),
        (FORM, b"payload=[]"),
        ("text/plain; charset=klingon", b"{"),
    ],
)
async def test_signed_nonsense_is_no_error_of_ours(http, content_type, body):
    assert (await post(http, body, content_type))[0] in {200, 400}


@pytest.mark.parametrize("name", ["app_mention", "file_share"])
async def test_no_mutation_of_a_payload_is_an_error_of_ours(http, name):
    """F012."""
    body = payload(name)
    for where in places(body):
        for junk in (None, 0, "", [], [None], {}):
            mutated = changed(body, where, junk)
            status, _ = await post(http, json.dumps(mutated).encode())
            assert status in {200, 400}, (where, junk)


@pytest.mark.parametrize("body", [b"", b"{}"])
async def test_signed_nothing_is_acknowledged(http, body):
    assert (await post(http, body))[0] == 200


@given(st.text(max_size=40), st.text(max_size=80), st.binary(max_size=20))
def test_no_header_makes_the_check_fail(timestamp, signature, body):
    headers = {STAMP: timestamp, SIGNATURE: signature}

    assert Signature(SECRET).approves(headers, body) is False


@pytest.mark.parametrize(("skew", "approved"), [(-300, True), (300, True), (301, False)])
def test_a_clock_may_be_five_minutes_off_either_way(skew, approved):
    """F033, F106: and not more."""
    signature = Signature(SECRET, clock=lambda: 1_751_328_000.0)

    assert signature.approves(sign(b"", at=str(1_751_328_000 + skew)), b"") is approved


def test_the_secret_does_not_print():
    assert SECRET not in repr(Signature(SECRET))


async def test_a_body_too_large_is_refused_by_its_length(server):
    assert await raw(server, f"Content-Length: {LARGEST_BODY + 1}") == 413


async def test_a_body_that_grows_too_large_is_refused_while_it_is_read(server):
    """F034."""
    assert await raw(server, CHUNKED, chunked(b"x" * 65536), times=40) == 413


async def test_a_body_that_does_not_come_is_not_waited_for(hasty):
    """F034."""
    assert await raw(hasty, CHUNKED, chunked(b"{")) == 408


LIES = [b"zz\r\n{}\r\n", b"5\r\n{}\r\n0\r\n\r\nmore", b"-1\r\n\r\n", b"2\r\n{}\r\nzz\r\n"]


@pytest.mark.parametrize("lie", LIES)
@pytest.mark.parametrize("pause", [0, 0.05])
async def test_a_body_that_lies_about_itself_is_a_bad_request(hasty, caplog, lie, pause):
    """F034."""
    assert await raw(hasty, CHUNKED, lie[:5], lie[5:], pause=pause) in {400, 408}
    assert caplog.records == []


async def test_a_body_that_ends_early_harms_nobody(server, http, caplog):
    head = b"POST /slack/events HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n{"
    _, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(head)
    await writer.drain()
    await asyncio.sleep(0.05)
    writer.close()
    await writer.wait_closed()

    assert (await post(http, b"{}"))[0] == 200
    await asyncio.sleep(0.3)
    assert caplog.records == []


async def test_a_head_that_does_not_come_is_not_waited_for(hasty):
    """However slowly it comes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", hasty.port)
    with suppress(ConnectionError):
        for _ in range(30):
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.05)
    assert reader.at_eof() or reader.exception()
    writer.close()


@pytest.mark.parametrize(
    ("method", "path", "signed", "kept"),
    [
        ("POST", "/slack/events", True, True),
        ("POST", "/slack/events", False, False),
        ("GET", "/slack/events", True, False),
        ("GET", "/healthz", False, False),
        ("GET", "/nowhere", False, False),
    ],
)
async def test_only_slacks_connections_are_kept(server, method, path, signed, kept):
    headers = sign(b"{}") if signed else {}
    head = [f"{method} {path} HTTP/1.1", "Host: x", "Content-Length: 2"]
    head += [f"{name}: {value}" for name, value in headers.items()]
    request = "\r\n".join(head).encode() + b"\r\n\r\n{}"
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)

    writer.write(request)
    answer = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 20)
    writer.write(request)
    again = await asyncio.wait_for(reader.read(), 2) if not kept else await reader.readline()

    assert (b"Connection: close" not in answer) is kept
    assert (b"HTTP/1.1 200" in again) is kept
    writer.close()


async def test_bodies_that_are_not_verified_do_not_fill_the_memory(server, http):
    """Forty of a megabyte wait for their last byte, and Slack's small one comes through."""
    head = f"POST /slack/events HTTP/1.1\r\nHost: x\r\nContent-Length: {LARGEST_BODY}\r\n\r\n"
    body = b"x" * (LARGEST_BODY - 1)
    with capture_logs() as logs:
        connections = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(40)]
        for _, writer in connections:
            writer.write(head.encode() + body)
            with suppress(ConnectionError):
                await writer.drain()
        status, _ = await post(http, b"{}")

    waiting = [1 for reader, _ in connections if not (reader.at_eof() or reader.exception())]
    assert status == 200
    assert 8 <= len(waiting) <= MOST_UNVERIFIED // LARGEST_BODY
    assert {entry["event"] for entry in logs} >= {TOO_MUCH}
    for _, writer in connections:
        writer.transport.abort()


async def test_a_packed_body_is_not_unpacked(http):
    packed = gzip.compress(b"0" * 10_000_000)
    headers = {"Content-Encoding": "gzip"}

    assert (await post(http, packed, headers=headers))[0] == 401


def chunked(data):
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


async def raw(server, header, *chunks, times=1, pause=0.0):
    """The status for a request that never ends."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(f"POST /slack/events HTTP/1.1\r\nHost: x\r\n{header}\r\n\r\n".encode())
    try:
        for chunk in chunks * times:
            writer.write(chunk)
            await writer.drain()
            await asyncio.sleep(pause)
    except ConnectionError:
        pass
    line = await asyncio.wait_for(reader.readline(), 20)
    writer.close()
    return int(line.split()[1])


async def test_headers_that_are_not_signed_do_not_command_bolt(http, stage):
    body = json.dumps(payload("app_mention")).encode()

    await post(http, body, headers=sign(body) | {"X-Slack-Bolt-Lazy-Only": "1"})
    await asyncio.sleep(0)

    assert len(stage.submitted) == 1


async def test_what_is_not_in_the_journal_is_sent_again(http, stage):
    async def full(turn):
        raise OSError("disk full")

    stage.journal.accept = full

    assert (await post(http, payload("app_mention")))[0] == 500


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/healthz", 200),
        ("GET", "/", 404),
        ("POST", "/slack/other", 404),
        ("GET", "/slack/events", 405),
    ],
)
async def test_paths(http, method, path, status):
    async with http.request(method, path) as response:
        assert response.status == status


async def test_a_port_that_is_taken_is_a_mistake_in_settings(server):
    async def dispatch(_request):
        return BoltResponse(status=200)

    second = WebServer(dispatch, Signature(SECRET), host="127.0.0.1", port=server.port)

    with pytest.raises(SettingsError, match=f"PORT: port {server.port} is taken"):
        await second.__aenter__()


async def test_the_playground_reaches_the_bot_over_http():
    async with open_session() as session, Playground() as slack:
        client = web_client(session, slack.bot_token, base_url=slack.api_url)
        stage = Backstage(client, await identify(SlackApi(client, Free())))
        signature = Signature(slack.signing_secret)
        async with WebServer(
            stage.app.async_dispatch, signature, host="127.0.0.1", port=0
        ) as server:
            slack.send_events_to(f"http://127.0.0.1:{server.port}/slack/events")

            await slack.say("alice", "general", "@streambot why?")
            await slack.wait_for(lambda: stage.submitted)

            slack.workspace.commands.add("/weather")
            assert (await slack.command("alice", "general", "/weather")).accepted
            assert stage.asked == ["why?"]
