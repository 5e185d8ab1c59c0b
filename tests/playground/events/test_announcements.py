"""How the events of a new message come: in which order, and with which parts."""

import pytest

from bot.playground.events.announcements import Announcements
from tests.playground.events.conftest import Listener

FILES = [{"id": "F1", "name": "minutes.txt"}]
BLOCKS = [{"type": "rich_text", "elements": []}]
SAID = {"ts": "5.000000", "user": "U1", "text": "<@U0> hi", "blocks": BLOCKS, "files": FILES}
WHERE = {"channel": "C1", "event_ts": "5.000000"}
MENTION = SAID | WHERE | {"type": "app_mention"}
MESSAGE = SAID | WHERE | {"type": "message", "subtype": "file_share", "channel_type": "channel"}


def timed(*events, **habits):
    return list(Announcements(**habits).timed(events))


def test_both_events_come_at_once_with_everything():
    assert timed(MENTION, MESSAGE) == [(0, MENTION), (0, MESSAGE)]


def test_a_mention_may_be_thin():
    (_, mention), (_, message) = timed(MENTION, MESSAGE, thin_mentions=True)

    assert MENTION.keys() - mention.keys() == {"files", "blocks"}
    assert message == MESSAGE


def test_the_message_may_come_first_and_the_mention_later():
    assert timed(MENTION, MESSAGE, message_first=True, apart=2) == [(0, MESSAGE), (2, MENTION)]


@pytest.mark.parametrize(("habit", "left"), [("no_mention", MESSAGE), ("no_message", MENTION)])
def test_one_of_the_two_may_be_missing_but_never_the_only_one(habit, left):
    assert timed(MENTION, MESSAGE, **{habit: True}) == [(0, left)]
    assert timed(MESSAGE, **{habit: True}) == [(0, MESSAGE)]


def test_files_may_follow_in_an_event_of_their_own():
    *first, (seconds, change) = timed(MENTION, MESSAGE, late_files=1.5)

    assert [event.get("files") for _, event in first] == [None, None]
    assert (seconds, change["subtype"], change["hidden"]) == (1.5, "message_changed", True)
    assert (change["ts"], change["channel"], change["channel_type"]) == (
        "6.500000",
        "C1",
        "channel",
    )
    assert (change["message"]["ts"], change["message"]["files"]) == ("5.000000", FILES)
    assert "files" not in change["previous_message"]
    assert timed(MENTION, late_files=1.5) == [(0, MENTION)]


def test_events_of_changes_come_as_they_are():
    change = {"type": "message", "subtype": "message_changed", "hidden": True}

    assert timed(change, thin_mentions=True, late_files=1) == [(0, change)]
    assert timed(late_files=1) == []


async def test_each_habit_is_a_switch_of_the_small_slack(slack):
    await slack.switch("thin_mentions", value=True)
    await slack.switch("late_files", 0.2)
    async with Listener(slack) as listener:
        said = await slack.say("alice", "@streambot", "look", attach=[("minutes.txt", b"1. Tea")])
        await slack.wait_for(lambda: len(listener.heard) == 2)

    message, change = (request.payload["event"] for request in listener.heard)
    assert slack.delivery.announcements.thin_mentions
    assert "files" not in message
    assert change["message"]["files"] == said["files"]
