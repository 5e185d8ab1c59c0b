"""Socket Mode with the real Bolt: against the playground, and against a Slack that misbehaves."""

import asyncio
import json
from collections import Counter

import pytest
from aiohttp import WSMsgType, web
from aiohttp.test_utils import TestServer
from yarl import URL

from bot.errors import SettingsError
from bot.network.way import Network
from bot.slack.client import open_session, web_client
from bot.slack.events.socket import SocketMode, Timing, backoff_of
from bot.slack.web_api import SlackApi
from bot.tasks import Tasks
from tests.fakes import Free
from tests.slack.bolt import Backstage
from tests.slack.payloads import payload

QUICK = Timing(heartbeat=0.4, hello=0.5, linger=0.2, drain=1.0, first_pause=0.02, longest_pause=0.1)


@pytest.fixture
async def tasks():
    async with Tasks("test") as tasks:
        yield tasks


@pytest.fixture
def stage(client, identity):
    return Backstage(client, identity)


@pytest.fixture
async def online(stage, slack, session, tasks):
    """The bot, connected to the playground."""
    client = web_client(session, slack.app_token, base_url=slack.api_url)
    mode = SocketMode(stage.app, SlackApi(client, Free()), session, QUICK)
    running = tasks.start(mode.run(), name="run")
    await asyncio.wait_for(mode.connected.wait(), 20)
    yield mode
    await mode.close()
    await asyncio.wait_for(running, 20)


async def test_a_mention_becomes_a_turn(online, stage, slack):
    await slack.say("alice", "general", "@streambot why?")

    await slack.wait_for(lambda: stage.submitted)

    assert stage.asked == ["why?"]


async def test_a_click_and_a_command_are_acknowledged(online, stage, slack):
    identity = slack.workspace.bot.user_id
    blocks = [{"type": "actions", "elements": [button()]}]
    channel = slack.workspace.channel("general").id
    message = slack.workspace.post(channel, user=identity, now=slack.clock.wall(), blocks=blocks)

    assert (await slack.click("alice", "general", message["ts"], "stop")).accepted
    slack.workspace.commands.add("/weather")
    assert (await slack.command("alice", "general", "/weather")).accepted
    assert [user for _, user in stage.stopped] == ["U0ALICE"]


def button():
    value = json.dumps({"t": "T", "c": "C", "ts": "1.1"})
    text = {"type": "plain_text", "text": "Stop"}
    return {"type": "button", "action_id": "stop", "text": text, "value": value}


@pytest.mark.parametrize("trouble", ["drop", "refresh", "warning", "freeze"])
async def test_no_question_is_lost_or_asked_twice_over_a_new_socket(online, stage, slack, trouble):
    """F021, F025: it is refreshed, warned of, reset, or just dead."""
    ways = {
        "refresh": slack.sockets.disconnect,
        "warning": lambda: slack.sockets.disconnect("warning"),
    }
    if trouble in ways:
        await ways[trouble]()
    else:
        getattr(slack.sockets, trouble)()
    for number in range(5):
        await slack.say("alice", "@streambot", f"{number}")
        await asyncio.sleep(0.02)

    await slack.wait_for(lambda: len(stage.submitted) == 5, timeout=20)

    assert Counter(stage.asked) == Counter("01234")


@pytest.mark.long
async def test_a_socket_that_is_half_open_is_noticed_within_15_s(stage, slack, session, tasks):
    """With the times of the real bot: no byte comes through any more, and nobody closes."""
    client = web_client(session, slack.app_token, base_url=slack.api_url)
    mode = SocketMode(stage.app, SlackApi(client, Free()), session)
    running = tasks.start(mode.run(), name="run")
    await asyncio.wait_for(mode.connected.wait(), 20)
    loop = asyncio.get_running_loop()
    began = loop.time()
    slack.sockets.freeze()
    async with asyncio.timeout(60):
        while not 0 < mode.age < loop.time() - began:
            await asyncio.sleep(0.1)

    assert loop.time() - began < 15
    await mode.close()
    await asyncio.wait_for(running, 20)


async def test_the_next_socket_is_open_before_the_last_one_is_closed(online, slack):
    """F021: at no moment there is none."""
    fewest = 1
    seen = []
    await slack.sockets.disconnect("warning")

    async with asyncio.timeout(20):
        while not (seen[-1:] == [1] and 2 in seen):
            seen.append(len(slack.sockets))
            await asyncio.sleep(0.005)

    assert min(seen) == fewest
    assert max(seen) == 2


async def test_every_dial_has_a_ticket_of_its_own(online, slack):
    """F022: a handshake that fails is not repeated with the ticket it has used up."""
    slack.faults.socket_refused = True
    slack.sockets.drop()
    await asyncio.sleep(0.2)
    slack.faults.socket_refused = False

    await slack.wait_for(lambda: len(slack.sockets) == 1)

    assert len(slack.calls.of("apps.connections.open")) > 2


async def test_a_refusal_is_waited_out(online, slack):
    """F023: for as long as Slack says."""
    slack.faults.refuse("apps.connections.open", retry_after=1)
    began = asyncio.get_running_loop().time()
    slack.sockets.drop()

    await slack.wait_for(lambda: not slack.sockets)
    await slack.wait_for(lambda: len(slack.sockets) == 1)

    assert asyncio.get_running_loop().time() - began >= 1


async def test_socket_mode_turned_off_is_an_end_with_a_reason(stage, slack, session, tasks):
    """F026."""
    client = web_client(session, slack.app_token, base_url=slack.api_url)
    mode = SocketMode(stage.app, SlackApi(client, Free()), session, QUICK)
    running = asyncio.gather(mode.run(), return_exceptions=True)
    await asyncio.wait_for(mode.connected.wait(), 20)

    await slack.sockets.disconnect("link_disabled")
    (error,) = await asyncio.wait_for(running, 20)

    assert isinstance(error, SettingsError)
    assert "Socket Mode" in str(error)
    assert not mode.connected.is_set()


async def test_a_wrong_app_token_is_an_end_with_a_reason(stage, slack, session):
    """F023."""
    client = web_client(session, "xapp-wrong", base_url=slack.api_url)

    with pytest.raises(SettingsError, match="SLACK_APP_TOKEN"):
        await SocketMode(stage.app, SlackApi(client, Free()), session, QUICK).run()


async def test_closing_before_anything_is_open_is_fine(stage, slack, session, tasks):
    slack.faults.socket_refused = True
    client = web_client(session, slack.app_token, base_url=slack.api_url)
    mode = SocketMode(stage.app, SlackApi(client, Free()), session, QUICK)
    running = tasks.start(mode.run(), name="run")
    await asyncio.sleep(0.05)

    await mode.close()
    await asyncio.wait_for(running, 20)


class Rude:
    """Greets, sends what it is told, notes what it hears."""

    def __init__(self):
        self.base = None
        self.frames = []
        self.heard = []
        self.dials = 0

    async def open(self, request):
        self.dials += 1
        base = self.base or request.url.with_scheme("ws")
        url = base.with_path(f"/link/{self.dials}")
        return web.json_response({"ok": True, "url": str(url)})

    async def link(self, request):
        ws = web.WebSocketResponse()
        await ws.prepare(request)
        await ws.send_json({"type": "hello"})
        while self.frames:
            frame = self.frames.pop(0)
            await (ws.send_bytes(frame) if isinstance(frame, bytes) else ws.send_str(frame))
        async for message in ws:
            if message.type is WSMsgType.TEXT:
                self.heard.append(json.loads(message.data))
        return ws


@pytest.fixture
async def rude():
    rude = Rude()
    app = web.Application()
    app.router.add_post("/api/apps.connections.open", rude.open)
    app.router.add_get("/link/{number}", rude.link)
    async with TestServer(app) as server:
        rude.url = str(server.make_url("/api/"))
        yield rude


def envelope(name, **more):
    body = payload(name)
    return json.dumps({"type": "events_api", "envelope_id": name, "payload": body} | more)


async def heard(rude, count, within=2.0):
    async with asyncio.timeout(within):
        while len(rude.heard) < count:
            await asyncio.sleep(0.005)
    return [each["envelope_id"] for each in rude.heard]


@pytest.fixture
async def harassed(rude, tasks):
    """The bot at the mercy of a Slack that sends anything."""
    async with open_session() as session:
        client = web_client(session, "xapp-1", base_url=rude.url)
        stage = Backstage(client)
        mode = SocketMode(stage.app, SlackApi(client, Free()), session, QUICK)

        def begin():
            tasks.start(mode.run(), name="run")
            return stage

        yield begin
        await mode.close()


async def test_it_is_the_proxy_that_does_not_connect(rude, stage, tasks):
    rude.base = URL("ws://socket.invalid")
    async with open_session(Network({"HTTP_PROXY": "http://127.0.0.1:9"})) as session:
        client = web_client(session, "xapp-1", base_url=rude.url)
        mode = SocketMode(stage.app, SlackApi(client, Free()), session, QUICK)
        tasks.start(mode.run(), name="run")
        async with asyncio.timeout(20):
            while "(the proxy does not connect)" not in mode.problem:
                await asyncio.sleep(0.01)
        await mode.close()


GARBAGE = [
    "",
    "nonsense",
    "[1]",
    "5",
    '{"type": 5}',
    '{"type": "later", "news": 1}',
    '{"type": "events_api"}',
    '{"type": "events_api", "envelope_id": 5, "payload": {}}',
    '{"type": "events_api", "envelope_id": "x", "payload": []}',
    "[" * 100_000,
    b"\x00\xff",
]


async def test_garbage_is_survived_on_the_same_socket(rude, harassed):
    """F032."""
    rude.frames = [*GARBAGE, envelope("app_mention")]

    stage = harassed()

    assert await heard(rude, 1) == ["app_mention"]
    assert rude.dials == 1
    assert len(stage.submitted) == 1


async def test_a_huge_frame_costs_the_socket_and_no_more(rude, harassed):
    """F032."""
    rude.frames = ["x" * (5 * 1024 * 1024), envelope("app_mention")]

    harassed()

    assert await heard(rude, 1) == ["app_mention"]
    assert rude.dials == 2


async def test_what_cannot_be_read_is_acknowledged_and_dropped(rude, harassed):
    bodies = [{"type": "event_callback", "event": None, "authorizations": [None]}, {}]
    rude.frames = [
        json.dumps({"type": "events_api", "envelope_id": f"{n}", "payload": body})
        for n, body in enumerate(bodies)
    ]

    stage = harassed()

    assert sorted(await heard(rude, 2)) == ["0", "1"]
    assert stage.submitted == []


async def test_what_is_not_in_the_journal_is_not_acknowledged(rude, harassed):
    class Full:
        async def accept(self, turn):
            raise OSError("disk full")

    class Later(Full):
        pass

    stage = harassed()
    stage.journal.accept = Full().accept
    rude.frames = []
    await asyncio.sleep(0)

    rude.frames = [envelope("app_mention"), envelope("reaction_added")]

    assert await heard(rude, 1) == ["reaction_added"]
    await asyncio.sleep(0.05)
    assert len(rude.heard) == 1


def test_pauses_begin_with_none_and_grow_to_a_cap():
    backoff = backoff_of(Timing(first_pause=1.0, longest_pause=8.0))

    pauses = [backoff.next() for _ in range(40)]

    assert pauses[0] == 0
    assert all(0.5 <= pause <= 8 for pause in pauses[1:])
    assert all(pause >= 4 for pause in pauses[6:])
    assert backoff.next(at_least=30) == 30

    backoff.reset()

    assert backoff.next() == 0
