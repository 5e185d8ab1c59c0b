"""The page's socket: what a page is told, what it may ask for, and what it is refused."""

import asyncio
import json
from contextlib import asynccontextmanager

import aiohttp
import pytest

from bot.playground.api.rate_limits import RateLimits
from bot.playground.model.faults import ModelFaults
from bot.playground.page import site, view
from bot.playground.page.html.markup import Names
from bot.playground.page.panels import Panels
from bot.playground.server import Playground

ALICE, BOB, GENERAL, RANDOM = "U0ALICE", "U0BOB", "C0GENERAL", "C0RANDOM"


@pytest.fixture
async def model_faults():
    return ModelFaults()


@pytest.fixture
async def slack(model_faults):
    extend = site.page(model="Nobody answers here.", panels={"Model": model_faults})
    async with Playground(extend=extend, limits=RateLimits.off()) as slack:
        yield slack


@pytest.fixture
async def http():
    async with aiohttp.ClientSession() as http:
        yield http


@asynccontextmanager
async def opened(http, slack):
    async with http.ws_connect(slack.base_url + "ui/socket") as socket:
        assert (await socket.receive_json())["type"] == "hello"
        yield socket


@pytest.fixture
async def page(http, slack):
    async with opened(http, slack) as page:
        yield page


async def told(page, kind, fits=lambda _: True):
    """The next message of this kind that fits; others are passed over."""
    async with asyncio.timeout(20):
        while True:
            message = await page.receive_json()
            if message["type"] == kind and fits(message):
                return message


async def shown(page, fits):
    return (await told(page, "message", lambda told: fits(told["message"])))["message"]


def asking(kind, **more):
    return {"type": kind, "user": ALICE, "channel": GENERAL} | more


async def test_a_page_is_greeted_with_all_that_there_is(http, slack):
    """People, channels, messages, who answers, and what can be tried."""
    await slack.say("alice", "general", "*hello*")

    async with http.ws_connect(slack.base_url + "ui/socket") as socket:
        hello = await socket.receive_json()

    assert hello["model"] == "Nobody answers here."
    assert {user["id"] for user in hello["users"]} == set(slack.workspace.users)
    assert [channel["id"] for channel in hello["channels"]] == list(slack.workspace.channels)
    assert "<strong>hello</strong>" in hello["messages"][0]["html"]
    assert hello["suggestions"]["channel"][0].startswith("@Stream Bot ")


async def test_what_is_said_arrives(page, slack):
    """As escaped HTML for the body, and as text for everything else."""
    await slack.say("bob", "general", "<b>hi</b>")

    message = await shown(page, lambda m: m["user"] == BOB)

    assert "&lt;b&gt;hi&lt;/b&gt;" in message["html"]
    assert message["channel"] == GENERAL


async def test_a_page_can_say_something(page, slack):
    """With the bot's name as a mention, as the completion writes it."""
    await page.send_json(asking("say", text="@Stream Bot hello @bob"))

    message = await shown(page, lambda m: m["user"] == ALICE)

    assert (
        slack.workspace.message(GENERAL, message["ts"])["text"] == "<@U0STREAMBOT> hello <@U0BOB>"
    )


async def test_an_edit_arrives_as_it_stands(page, slack):
    """Many edits at once are told as one: a page skips states, it never lags behind."""
    posted = slack.workspace.post(GENERAL, user="U0STREAMBOT", now=1.0, text="0")
    for n in range(1, 51):
        slack.workspace.update(GENERAL, posted["ts"], now=1.0, text=str(n))

    first = await shown(page, lambda m: m["ts"] == posted["ts"])

    assert ">50<" in first["html"]


async def test_a_reply_brings_the_counters_of_its_thread(page, slack):
    """The root has to show how many replies there are."""
    root = await slack.say("alice", "general", "question")
    await slack.say("bob", "general", "answer", thread_ts=root["ts"])

    message = await shown(page, lambda m: m["reply_count"] == 1)

    assert (message["ts"], message["reply_users"]) == (root["ts"], [BOB])


async def test_a_deleted_message_is_taken_back(page, slack):
    """By its author, through the page."""
    said = await slack.say("alice", "general", "oops")

    await page.send_json(asking("delete", ts=said["ts"]))

    assert (await told(page, "deleted"))["ts"] == said["ts"]


async def test_a_whisper_comes_and_goes(page, slack):
    """Also when no change tells that it went."""
    slack.workspace.post_ephemeral(GENERAL, user=ALICE, now=1.0, text="psst")
    whisper = await shown(page, lambda m: m["to"] == ALICE)

    slack.workspace.delete_ephemeral(whisper["ts"])

    assert (await told(page, "deleted"))["ts"] == whisper["ts"]


async def test_a_status_arrives(page, slack):
    """The line below a thread that says what the app is doing."""
    root = await slack.say("alice", "general", "question")
    slack.workspace.set_status(GENERAL, root["ts"], "is thinking…", 1.0)

    assert (await told(page, "status"))["status"] == "is thinking…"


async def test_figures_follow_the_calls(page, slack, http):
    """Calls per method against their budgets."""
    headers = {"Authorization": f"Bearer {slack.bot_token}"}
    body = {"channel": GENERAL, "text": "x"}
    await http.post(slack.api_url + "chat.postMessage", json=body, headers=headers)

    stats = await told(page, "stats", lambda stats: stats["meters"])
    assert [(m["method"], m["used"], m["most"]) for m in stats["meters"]] == [
        ("chat.postMessage", 1, None)
    ]

    await page.send_json(
        {"type": "switch", "panel": "Rate limits", "name": "enforced", "value": True}
    )
    stats = await told(page, "stats", lambda stats: stats["meters"][0]["most"])
    assert (stats["meters"][0]["used"], stats["meters"][0]["most"]) == (1, 360)


def test_a_meter_is_full_at_most():
    """Also just after somebody has lowered the limit."""
    figures = {"calls": 60, "most": 55, "refused": 0, "refused_just_now": False}

    (meter,) = view.figures({"methods": {"chat.update": figures}})["meters"]

    assert (meter["used"], meter["most"]) == (55, 55)


async def test_switches_are_described_and_set(page, slack, model_faults):
    """Those of Slack and those of the model, each in its panel."""
    switches = (await told(page, "switches"))["switches"]
    assert {"Slack's answers", "Model"} <= {each["panel"] for each in switches}

    await page.send_json({"type": "switch", "panel": "Model", "name": "stall", "value": True})

    moved = await told(page, "switches", lambda t: any(s["moved"] for s in t["switches"]))
    assert [each["name"] for each in moved["switches"] if each["moved"]] == ["stall"]
    assert model_faults.stall


async def test_there_is_one_way_to_clear_everything(page):
    """The button of the page; the faults' own would leave the model as it is."""
    switches = (await told(page, "switches"))["switches"]

    assert "All faults off" not in [each["label"] for each in switches]


async def test_all_switches_go_back_at_once(page, slack, model_faults):
    """To how they stood when the page was made."""
    model_faults.cut = True
    slack.faults.rate_limited = {"chat.update"}

    await page.send_json({"type": "reset"})
    await told(page, "switches")

    async with asyncio.timeout(20):
        while model_faults.cut or slack.faults.rate_limited:
            await asyncio.sleep(0.01)


@pytest.mark.parametrize(
    "frame",
    [
        "{",
        "[]",
        '"x"',
        "{}",
        '{"type": "fly"}',
        '{"type": ["say"]}',
        json.dumps(asking("say")),
        json.dumps(asking("say", text="x", user="U0STREAMBOT")),
        json.dumps(asking("say", text="x", user="nobody")),
        json.dumps(asking("say", text="x", channel="C0NOWHERE")),
        json.dumps(asking("say", text="x", user="U0YUKI", channel="C0LEADS")),
        json.dumps(asking("say", text="x", thread_ts="1.0")),
        json.dumps(asking("click", ts="1.0", action_id="x")),
        json.dumps(asking("delete", ts="1.0")),
        json.dumps(asking("edit", ts="1.0", text="x")),
        json.dumps(asking("edit", ts="1.0")),
        json.dumps({"type": "switch", "panel": "Model", "name": "speed", "value": "fast"}),
        json.dumps({"type": "switch", "panel": "Model", "name": "nothing", "value": 1}),
        json.dumps({"type": "switch", "panel": "nowhere", "name": "speed", "value": 1}),
    ],
)
async def test_nonsense_is_answered_with_a_problem(page, frame):
    """And the page stays open."""
    await page.send_str(frame)

    assert (await told(page, "problem"))["text"]
    await page.send_json(asking("say", text="still here"))
    assert await shown(page, lambda m: "still here" in m["html"])


@pytest.mark.parametrize(
    ("kind", "error"), [("delete", "cant_delete_message"), ("edit", "cant_update_message")]
)
async def test_nobody_changes_what_others_have_said(page, slack, kind, error):
    """The page hides the button; the server does not trust it."""
    said = await slack.say("bob", "general", "mine")

    await page.send_json(asking(kind, ts=said["ts"], text="not yours"))

    assert error in (await told(page, "problem"))["text"]
    assert slack.workspace.message(GENERAL, said["ts"])["text"] == "mine"


async def test_a_message_is_not_edited_to_nothing(page, slack):
    """The page asks whether it shall be deleted."""
    said = await slack.say("alice", "general", "mine")

    await page.send_json(asking("edit", ts=said["ts"], text="  "))

    assert "no_text" in (await told(page, "problem"))["text"]


async def test_a_click_that_nobody_hears_is_a_problem(page, slack):
    """And does not keep the page from going on meanwhile."""
    button = {"type": "button", "text": {"type": "plain_text", "text": "x"}, "action_id": "x"}
    posted = slack.workspace.post(
        GENERAL, user="U0STREAMBOT", now=1.0, blocks=[{"type": "actions", "elements": [button]}]
    )

    await page.send_json(asking("click", ts=posted["ts"], action_id="x"))

    assert "did not answer" in (await told(page, "problem"))["text"]


@pytest.mark.parametrize(
    "path", ["", "ui/page.css", "ui/js/main.js", "ui/js/morph.js", "ui/icon.svg"]
)
async def test_every_file_has_a_strict_policy(http, slack, path):
    """Nothing from elsewhere, nothing inline, no framing."""
    async with http.get(slack.base_url + path) as response:
        policy = response.headers["Content-Security-Policy"]

    assert response.status == 200
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy


async def test_the_page_says_nothing_inline(http, slack):
    """The policy would forbid it."""
    async with http.get(slack.base_url) as response:
        html = await response.text()

    assert " style=" not in html
    assert " on" not in html.replace(" only", "").replace(" one", "")
    assert "http" not in html


@pytest.mark.parametrize("path", ["", "ui/js/main.js", "ui/socket"])
@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://evil.example"}, {"Host": "evil.example"}, {"Origin": "null"}],
)
async def test_other_sites_are_refused(http, slack, path, headers):
    """Rebound names and other people's pages get nothing, neither file nor socket."""
    async with http.get(slack.base_url + path, headers=headers) as response:
        assert response.status == 403


async def test_the_playground_stops_with_pages_open(http, slack):
    """A page that is open shall not hold up the end."""
    async with opened(http, slack) as page:
        async with asyncio.timeout(20):
            await slack.stop()
            while not page.closed:
                await page.receive()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("@Stream Bot hi", "<@U0STREAMBOT> hi"),
        ("(@stream bot)", "(<@U0STREAMBOT>)"),
        ("@結城 ゆきさん", "<@U0YUKI>さん"),
        ("@alice and @bobby", "<@U0ALICE> and @bobby"),
        ("mail alice@alice", "mail alice@alice"),
        ("@Stream Bottle", "@Stream Bottle"),
    ],
)
def test_names_become_mentions(text, expected):
    """Whole names only, whichever way they are written."""
    from bot.playground.workspace.workspace import Workspace

    assert view.addressed(text, Workspace.demo().users.values()) == expected


@pytest.mark.parametrize(
    "text",
    [
        "@Stream Bot hi",
        "(@結城 ゆき)さん *bold* ~no~ `a < b`",
        "@here & <b> &amp; :tada:",
        "```\nx = '<@U0BOB>'\n```",
        "see https://a.example/?x=1&y=2, it is said",
    ],
)
def test_a_message_is_edited_as_it_was_typed(text):
    """What comes of it unchanged is the same message."""
    from bot.playground.workspace.workspace import Workspace

    workspace = Workspace.demo()
    users = workspace.users.values()
    said = workspace.say(GENERAL, user=ALICE, text=view.addressed(text, users), now=1.0)

    source = view.message_view(workspace, GENERAL, said)["source"]
    again = workspace.edit(GENERAL, said["ts"], text=view.addressed(source, users), now=2.0)

    assert (again["text"], [*map(strip, again["blocks"])]) == (
        said["text"],
        [*map(strip, said["blocks"])],
    )


def strip(block):
    return {key: value for key, value in block.items() if key != "block_id"}


def test_a_set_is_shown_in_order():
    """JSON has no sets, and a page that redraws by chance would flicker."""
    from bot.playground.faults import Faults

    panels = Panels({"x": Faults(rate_limited={"b", "a"})})

    assert next(s["value"] for s in panels.describe() if s["kind"] == "names") == ["a", "b"]


def test_a_reaction_is_a_character_or_its_name():
    """Custom emoji have no character."""
    message = {"ts": "1.0", "reactions": [{"name": "eyes", "count": 1}, {"name": "x1", "count": 2}]}
    from bot.playground.workspace.workspace import Workspace

    reactions = view.message_view(Workspace.demo(), GENERAL, message)["reactions"]

    assert [each["emoji"] for each in reactions] == ["👀", ":x1:"]
    assert Names().users == {}
