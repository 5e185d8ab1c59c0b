"""Real Bolt between recorded payloads and what is done about them."""

import asyncio
import copy

import pytest
from slack_bolt.request.async_request import AsyncBoltRequest

from bot.core.feedback import Thumb
from bot.slack.actions.buttons import write_value
from bot.slack.actions.feedback_form import build_form
from bot.slack.events.listeners import kind_of
from bot.slack.identity import Identity, identify
from bot.strings import ENGLISH
from tests.environment import environment
from tests.slack.bolt import Backstage
from tests.slack.events.test_turns import QUESTIONS
from tests.slack.payloads import NAMES, payload

KEY = ("T01TEAM", "C01GENERAL", "1751328000.000100")


class Broken:
    """A journal whose disk is full."""

    async def accept(self, turn):
        raise OSError("disk full")


@pytest.fixture
def stage(client):
    return Backstage(client)


async def dispatch(stage, body):
    body = payload(body) if isinstance(body, str) else body
    response = await stage.app.async_dispatch(AsyncBoltRequest(body=body, mode="socket_mode"))
    await asyncio.sleep(0)  # Bolt starts the listener in a task of its own
    return response.status


@pytest.mark.parametrize("name", NAMES)
async def test_whatever_slack_sends_is_acknowledged(stage, name):
    """F011."""
    assert await dispatch(stage, name) == 200


@pytest.mark.parametrize("name", NAMES)
async def test_questions_are_handed_on_and_nothing_else(stage, name):
    """F010: not what the bot itself or another one says."""
    await dispatch(stage, name)

    asked = [QUESTIONS[name]] if name in QUESTIONS else []
    assert list(stage.journal.turns.values()) == asked
    assert stage.submitted == [turn.key for turn in asked]


async def test_one_message_is_handed_on_once(stage):
    """F005: in whichever order its two events come, and when it is edited later."""
    for name in ("app_mention", "message_channel", "app_mention", "app_mention_edited"):
        assert await dispatch(stage, name) == 200

    assert stage.submitted == [QUESTIONS["app_mention"].key]


async def test_what_is_not_in_the_journal_is_not_acknowledged(client):
    """F087: Slack will send it again."""
    stage = Backstage(client, journal=Broken())

    assert await dispatch(stage, "app_mention") == 500
    assert await dispatch(stage, "reaction_added") == 200
    assert stage.submitted == []


async def test_the_question_is_in_the_journal_before_the_acknowledgement(client):
    class Slow(Broken):
        accepted = 0

        async def accept(self, turn):
            await asyncio.sleep(0.05)
            self.accepted += 1
            return True

    journal = Slow()

    assert await dispatch(Backstage(client, journal=journal), "app_mention") == 200
    assert journal.accepted == 1


async def test_an_event_causes_no_call_of_the_web_api(stage, slack):
    await dispatch(stage, "app_mention")
    await dispatch(stage, "block_actions")

    assert len(slack.calls) == 0 or [r.method for r in slack.calls] == ["auth.test"]


@pytest.mark.parametrize(
    ("button", "again"), [("retry", "last"), ("regenerate", "whole"), ("continue", "more")]
)
async def test_asking_again_reaches_who_can(stage, button, again):
    body = payload("block_actions")
    body["actions"][0]["action_id"] = button

    assert await dispatch(stage, body) == 200
    assert stage.again == [(KEY, 0, "U02ALICE", again)]


@pytest.mark.parametrize("action", ["feedback", "feedback_up", "feedback_down"])
@pytest.mark.parametrize("verdict", Thumb)
async def test_a_thumb_reaches_who_counts(stage, action, verdict):
    body = payload("block_actions")
    body["actions"][0] |= {"action_id": action, "value": write_value(KEY, 1, verdict)}

    assert await dispatch(stage, body) == 200
    assert stage.box.votes == {(KEY, "U02ALICE"): (1, verdict)}


@pytest.mark.parametrize(
    ("button", "outcome", "repaired"),
    [
        ("stop", "stopped", False),
        ("stop", "over", True),
        ("regenerate", "started", False),
        ("retry", "asked", True),
        ("continue", "not_yours", True),
        ("feedback", "", True),
    ],
)
async def test_what_a_press_does_not_write_anew_may_have_to_be_repaired(
    stage, button, outcome, repaired
):
    stage.outcome = outcome
    body = payload("block_actions")
    value = write_value(KEY, 0, Thumb.UP)
    body["actions"][0] |= {"action_id": button, "value": value}

    assert await dispatch(stage, body) == 200
    async with asyncio.timeout(20):
        while repaired and not stage.repaired:
            await asyncio.sleep(0.01)
    assert stage.repaired == ([(KEY, body["container"]["message_ts"])] if repaired else [])


async def test_what_a_forged_value_says_is_not_repaired(stage):
    stage.outcome = "over"
    body = payload("block_actions")
    body["actions"][0]["value"] = "{}"

    assert await dispatch(stage, body) == 200
    await asyncio.sleep(0.1)
    assert stage.repaired == []


async def test_a_form_that_comes_back_reaches_who_counts(stage):
    body = payload("view_submission")
    view = build_form(ENGLISH, KEY, 1, {})
    chosen = {"faults": {"faults": {"selected_options": [{"value": "wrong"}]}}}
    body["view"] = view | {"id": "V1", "state": {"values": chosen}}

    assert await dispatch(stage, body) == 200
    assert stage.box.reasons == {(KEY, "U02ALICE"): (("wrong",), "")}


async def test_a_form_of_nobodys_is_acknowledged(stage):
    assert await dispatch(stage, "view_submission") == 200
    assert stage.handlers.unhandled == {"view_submission": 1}


async def test_stop_reaches_who_can_stop(stage):
    await dispatch(stage, "block_actions")

    assert stage.stopped == [(KEY, "U02ALICE")]


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        ("not_yours", ENGLISH.only_the_asker),
        ("over", ENGLISH.already_over),
        ("asked", ENGLISH.already_asked),
        ("unreadable", ENGLISH.question_gone),
        ("forgotten", ENGLISH.forgotten),
        ("stopped", None),
    ],
)
async def test_whoever_cannot_stop_is_told_why(client, api, slack, outcome, said):
    channel = slack.workspace.channel("general")
    question = await slack.say("alice", "general", "hi")
    stage = Backstage(client, await identify(api))
    stage.outcome = outcome
    body = payload("block_actions")
    body["user"]["id"] = "U0BOB"
    body["container"] |= {"channel_id": channel.id, "thread_ts": question["ts"]}

    await dispatch(stage, body)

    if said is None:
        await asyncio.sleep(0.05)
        assert slack.workspace.ephemerals == []
    else:
        await slack.wait_for(lambda: slack.workspace.ephemerals)
        (post_ephemeral,) = slack.workspace.ephemerals
        assert (post_ephemeral["to"], post_ephemeral["text"], post_ephemeral["thread_ts"]) == (
            "U0BOB",
            said,
            question["ts"],
        )


@pytest.mark.parametrize("value", [None, "", "{}", "[1]", '{"t": 1, "c": "C", "ts": "1"}'])
async def test_a_forged_button_stops_nothing(stage, value):
    """F020."""
    body = payload("block_actions")
    body["actions"][0]["value"] = value

    assert await dispatch(stage, body) == 200
    assert stage.stopped == []


async def test_what_nobody_handles_is_counted_by_its_type(stage):
    """F011."""
    for name in ("reaction_added", "reaction_added", "slash_command", "shortcut"):
        await dispatch(stage, name)

    assert stage.handlers.unhandled == {"reaction_added": 2, "command": 1, "shortcut": 1}


async def test_a_listener_that_fails_harms_nobody(stage, client):
    """F104."""

    def fail(turn):
        raise RuntimeError("bug")

    object.__setattr__(stage.handlers, "submit", fail)

    assert await dispatch(stage, "app_mention") == 200


async def test_an_event_of_another_team_is_acknowledged_and_dropped(client):
    """F019."""
    stage = Backstage(client, Identity("T99", "U01BOT", "B01BOT"))

    assert await dispatch(stage, "app_mention") == 200
    assert stage.submitted == []
    assert stage.handlers.unhandled == {"app_mention": 1}


async def test_a_click_from_another_team_is_looked_at(client):
    stage = Backstage(client)
    body = payload("block_actions")
    body["team"] = {"id": "T77OTHER", "domain": "other"}

    await dispatch(stage, body)

    assert stage.stopped == [(KEY, "U02ALICE")]


@pytest.mark.parametrize("name", ["app_mention", "block_actions", "slash_command"])
async def test_a_token_in_the_environment_changes_nothing(client, name):
    with environment(SLACK_BOT_TOKEN="xoxb-other"):
        assert await dispatch(Backstage(client), name) == 200


def test_a_payload_is_known_by_its_type_alone():
    body = copy.deepcopy(payload("message_im"))

    assert kind_of(body) == "message"
    assert kind_of({"event": None}) == "unknown"
    assert kind_of({"type": "x" * 500}) == "other"
