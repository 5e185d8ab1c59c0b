"""HTTP mode at its door: what Slack signed comes in, everything else does not."""

import json
import time
from io import BytesIO
from urllib.parse import urlencode

import aiohttp
import pytest

from bot.playground.events.http_delivery import sign
from tests.e2e.house import address

JSON, FORM = "application/json", "application/x-www-form-urlencoded"
VERIFICATION = json.dumps({"type": "url_verification", "challenge": "c" * 20}).encode()
LARGEST = 1024 * 1024


@pytest.fixture
def transport():
    return "http"


@pytest.fixture
async def send(house):
    """Posts a body, signed as Slack signs unless the test says otherwise."""
    async with aiohttp.ClientSession() as session:

        async def post(body=VERIFICATION, *, kind=JSON, path="/slack/events", **headers):
            signed = {"Content-Type": kind} | signature(house, body)
            signed |= {name.replace("_", "-"): value for name, value in headers.items()}
            kept = {name: value for name, value in signed.items() if value is not None}
            url = address(house.bot, path)
            async with session.post(url, data=body, headers=kept) as response:
                return response.status, await response.text()

        yield post


def signature(house, body, *, at=0.0, secret=None):
    timestamp = int(time.time() + at)
    signed = body if isinstance(body, bytes) else b""
    return {
        "X-Slack-Request-Timestamp": str(timestamp),
        "X-Slack-Signature": sign(secret or house.slack.signing_secret, timestamp, signed),
    }


# Who comes in


async def test_the_url_is_verified(house, send):
    """Slack's challenge comes back when it is signed."""
    status, text = await send()

    assert (status, "c" * 20 in text) == (200, True)
    assert await house.slack.delivery.transport.verify_url()


@pytest.mark.parametrize("at", [-240, 240])
async def test_clocks_may_differ_a_little(house, send, at):
    """Four minutes are within the window, both ways."""
    assert (await send(**signature(house, VERIFICATION, at=at)))[0] == 200


@pytest.mark.parametrize(
    "given",
    [
        None,
        "",
        "v0=",
        "v0=" + "0" * 64,
        "v1=" + "0" * 64,
        "0" * 64,
        "v0=" + "z" * 64,
        "v0=" + "é" * 64,
        "v0=" + "\u6771" * 8,
        "v0=" + "f" * 5000,
    ],
    ids=["none", "empty", "short", "wrong", "version", "bare", "no hex", "latin", "cjk", "long"],
)
async def test_a_bad_signature(send, given):
    """Missing, wrong or malformed: 401."""
    assert (await send(X_Slack_Signature=given))[0] == 401


@pytest.mark.parametrize(
    "given",
    [
        None,
        "",
        "now",
        "-1",
        "0",
        "1e9",
        "12.5",
        "+1",
        "9" * 11,
        "9" * 400,
        "0x66",
        "nan",
        "é",
        "١٢٣",
        "1 2",
    ],
)
async def test_a_bad_timestamp(send, given):
    """Missing, not a number, huge, negative or in foreign digits: 401, and no crash."""
    assert (await send(X_Slack_Request_Timestamp=given))[0] == 401


@pytest.mark.parametrize("at", [-360, 360])
async def test_an_old_request_is_no_use(house, send, at):
    """Six minutes off, rightly signed: somebody replays it."""
    assert (await send(**signature(house, VERIFICATION, at=at)))[0] == 401


async def test_a_signature_of_something_else(house, send):
    """With another secret, or for another body: 401."""
    other = "0" * 32
    assert (await send(**signature(house, VERIFICATION, secret=other)))[0] == 401
    assert (await send(**signature(house, b"{}")))[0] == 401


async def test_nothing_forged_is_answered(house, send):
    """An event that is not signed starts no answer."""
    event = {"type": "app_mention", "user": "U0BOB", "text": "hi", "ts": "1.1"}
    event |= {"channel": "C0GENERAL"}
    body = json.dumps({"type": "event_callback", "team_id": "T0PLAYGRND", "event": event})

    assert (await send(body.encode(), X_Slack_Signature="v0=" + "0" * 64))[0] == 401
    assert await house.silent()


# What comes in


async def test_a_body_that_is_too_large(send):
    """413 at the first byte too many, whether its length was announced or not."""

    async def flood():
        for _ in range(20):
            yield b"x" * (LARGEST // 10)

    assert (await send(BytesIO(b"x" * (LARGEST + 1))))[0] == 413
    assert (await send(flood()))[0] == 413


NESTED = b"[" * 100_000
CALLBACK = {"type": "event_callback", "team_id": "T0PLAYGRND", "event_id": "Ev1"}


EVENTS = (
    7,
    [],
    "message",
    {},
    {"type": []},
    {"type": "message", "channel": {}, "user": [], "ts": 1},
    {"type": "app_mention", "channel": "C0GENERAL", "user": "U0BOB", "ts": "x"},
    {"type": "app_mention", "text": 7, "files": 7, "blocks": 7, "edited": 7},
)
CLICKS = (
    {"type": "block_actions"},
    {"type": "block_actions", "actions": [7]},
    {"type": "block_actions", "actions": [{"action_id": "stop"}], "user": {"id": "U0BOB"}},
    {"type": "view_submission", "view": 7},
)
GARBAGE = [
    b"",
    b"{}",
    b"[]",
    b"null",
    b"7",
    b'"text"',
    b"{",
    b"\x00\x01",
    b"\xff\xfe\xfd",
    b'{"type": null, "event": null}',
    b'{"type": "event_callback"}',
    b'{"challenge": []}',
    NESTED,
    b'{"event": ' + NESTED,
    b"payload=",
    b"payload=%7B",
    b"payload=[]",
    b"payload=null",
    b"payload=" + NESTED,
    b"command=/x&team_id=T0PLAYGRND",
    *(json.dumps(CALLBACK | {"event": event}).encode() for event in EVENTS),
    *(urlencode({"payload": json.dumps(click)}).encode() for click in CLICKS),
]


@pytest.mark.parametrize("kind", [JSON, FORM, "text/plain", "", "multipart/form-data"])
async def test_garbage_with_a_valid_signature(house, send, kind):
    """It may be refused, but never crashes anything; the next question is answered as ever."""
    statuses = [(await send(body, kind=kind))[0] for body in GARBAGE]
    # What Slack would never sign may well be logged as an error.
    house.logs.clear()

    assert [status for status in statuses if status >= 500] == []
    assert (await house.ask("alice", "general", "@streambot hi")).text


# Beside it


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/healthz", 200),
        ("GET", "/", 404),
        ("POST", "/", 404),
        ("POST", "/slack/install", 404),
        ("GET", "/slack/events", 405),
    ],
)
async def test_other_paths(house, method, path, status):
    """Only what is needed is there."""
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, address(house.bot, path)) as response,
    ):
        assert response.status == status
