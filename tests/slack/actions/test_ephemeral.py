"""Ephemeral messages: for the person who clicked, where they clicked."""

import pytest

from bot.slack.actions.ephemeral import place_of, post_ephemeral
from tests.slack.payloads import payload


@pytest.mark.parametrize(
    ("container", "place"),
    [
        ({"channel_id": "C1", "thread_ts": "1.0"}, {"channel": "C1", "thread_ts": "1.0"}),
        ({"channel_id": "D1"}, {"channel": "D1"}),
        ({"channel_id": "C1", "thread_ts": ""}, {"channel": "C1"}),
        ({"channel_id": 5, "thread_ts": None}, {}),
    ],
)
def test_the_place_of_a_click(container, place):
    assert place_of({"container": container}) == place


def test_a_recorded_click_has_a_place():
    body = payload("block_actions")

    assert place_of(body)["channel"] == body["container"]["channel_id"]
    assert place_of({}) == {}


async def test_only_the_one_who_clicked_sees_it(api, slack):
    slack.workspace.users["U0ALICE"] = slack.workspace.user("alice")
    channel = slack.workspace.channel("general")
    question = await slack.say("alice", "general", "hi")
    where = {"channel": channel.id, "thread_ts": question["ts"]}
    await post_ephemeral(api, where, "U0ALICE", "No.")
    (posted,) = slack.workspace.ephemerals

    assert (posted["to"], posted["text"], posted["thread_ts"]) == (
        "U0ALICE",
        "No.",
        question["ts"],
    )


async def test_where_slack_does_not_take_it_nothing_is_raised(api, slack):
    await post_ephemeral(api, {"channel": "C404"}, "U0ALICE", "No.")

    assert [record.method for record in slack.calls] == ["chat.postEphemeral"]
    assert slack.workspace.ephemerals == []
