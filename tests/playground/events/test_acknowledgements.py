"""What an acknowledgement makes Slack show, with the real Bolt at the other end."""

import pytest
from aiohttp import web

from tests.playground.events.conftest import BLOCKS

GENERAL = "C0GENERAL"


@pytest.fixture
def ask(slack):
    """Sends `/ask`, a command of the app."""
    slack.workspace.commands.add("/ask")
    return lambda **where: slack.command("alice", "general", "/ask", "why?", **where)


@pytest.fixture
def over_http(slack, endpoint):
    slack.send_events_to(endpoint["url"])
    return endpoint["answers"]


def shown(slack):
    """Who tells Alice what, as Slack keeps it."""
    assert {message["to"] for message in slack.workspace.ephemerals} <= {"U0ALICE"}
    return [(message["user"], message["text"]) for message in slack.workspace.ephemerals]


SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "*Seven*"}}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, []),
        ({"text": ""}, []),
        ({"text": "Seven"}, ["Seven"]),
        ({"text": "Seven", "response_type": "ephemeral"}, ["Seven"]),
        ({"blocks": [SECTION]}, ["*Seven*"]),
    ],
)
async def test_what_a_command_is_acknowledged_with_is_for_who_sent_it(
    slack, bolt, ask, said, expected
):
    @bolt.command("/ask")
    async def answer(ack):
        await ack(**said)

    assert (await ask()).accepted
    assert shown(slack) == [("U0STREAMBOT", text) for text in expected]
    assert slack.workspace.messages(GENERAL) == []


async def test_it_may_be_for_everybody(slack, bolt, ask):
    @bolt.command("/ask")
    async def answer(ack):
        await ack("Seven", response_type="in_channel")

    await ask()

    assert [message["text"] for message in slack.workspace.messages(GENERAL)] == ["Seven"]
    assert shown(slack) == []


@pytest.mark.parametrize(
    ("response", "expected"),
    [
        (web.Response(text="Seven"), ("U0STREAMBOT", "Seven")),
        (web.json_response({"text": "Seven"}), ("U0STREAMBOT", "Seven")),
        (web.Response(), None),
        (web.Response(status=404, text="no"), ("USLACKBOT", "dispatch_failed")),
        (web.json_response({"blocks": [{"type": "x"}]}), ("USLACKBOT", "invalid_blocks")),
    ],
)
async def test_over_http_plain_text_will_do(slack, over_http, ask, response, expected):
    over_http.append(response)

    outcome = await ask()

    said = [(user, text) for user, text in shown(slack) if expected and expected[1] in text]
    assert len(said) == len(shown(slack)) == (expected is not None)
    assert outcome.accepted == (expected is None or expected[0] != "USLACKBOT")


async def test_a_command_of_no_app_is_sent_to_none(slack):
    outcome = await slack.command("alice", "general", "/weather", "in Kyoto")

    [(user, text)] = shown(slack)
    assert (outcome.accepted, user, len(slack.delivery.log)) == (False, "USLACKBOT", 0)
    assert text.startswith("`/weather` is not a valid command.")


async def test_a_command_does_not_work_in_a_thread(slack, ask):
    root = await slack.say("alice", "general", "question")

    outcome = await ask(thread_ts=root["ts"])

    [message] = slack.workspace.ephemerals
    assert not outcome.accepted
    assert message["text"] == "`/ask` is not supported in threads. Sorry!"
    assert message["thread_ts"] == root["ts"]


@pytest.mark.parametrize("ack_timeout", [0.2])
async def test_a_command_that_nobody_acknowledges_is_told(slack, ask):
    assert not (await ask()).accepted

    assert shown(slack) == [("USLACKBOT", '`/ask` failed with the error "operation_timeout"')]


async def test_the_acknowledgement_of_a_click_says_nothing(slack, bolt, client):
    """Slack takes no words there (docs: interactivity)."""

    @bolt.action("stop")
    async def stop(ack):
        await ack("Stopped")

    posted = await client.chat_postMessage(channel=GENERAL, text="…", blocks=BLOCKS)

    assert (await slack.click("alice", "general", posted["ts"], "stop")).accepted
    assert shown(slack) == []
    assert [message["text"] for message in slack.workspace.messages(GENERAL)] == ["…"]


def modal(title):
    return {"type": "modal", "callback_id": "ask", "title": {"type": "plain_text", "text": title}}


def titles(slack):
    """What Alice sees, the topmost last."""
    return [
        view["title"]["text"]
        for view in slack.workspace.views
        if slack.workspace.open_views.get(view["id"]) == "U0ALICE"
    ]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, ["below"]),
        ({"response_action": "errors", "errors": {"b": "no"}}, ["below", "asked"]),
        ({"response_action": "update", "view": modal("next")}, ["below", "next"]),
        ({"response_action": "push", "view": modal("next")}, ["below", "asked", "next"]),
        ({"response_action": "clear"}, []),
    ],
)
async def test_a_modal_does_what_its_acknowledgement_says(slack, bolt, said, expected):
    @bolt.view("ask")
    async def submitted(ack):
        await ack(**said)

    slack.workspace.open_view(modal("below"), user="U0ALICE", now=1.0)
    slack.workspace.open_view(modal("others"), user="U0BOB", now=1.0)
    view = slack.workspace.open_view(modal("asked"), user="U0ALICE", now=1.0)

    assert (await slack.submit("alice", view["id"], {})).accepted
    assert titles(slack) == expected
    assert "U0BOB" in slack.workspace.open_views.values()


@pytest.mark.parametrize("ack_timeout", [0.2])
async def test_a_modal_that_nobody_acknowledges_stays(slack):
    view = slack.workspace.open_view(modal("asked"), user="U0ALICE", now=1.0)

    assert not (await slack.submit("alice", view["id"], {})).accepted
    assert titles(slack) == ["asked"]
