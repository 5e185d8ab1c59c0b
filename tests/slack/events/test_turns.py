"""Which events are questions, and what is read out of them."""

import copy
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.types import Thread, Turn
from bot.slack.events.turns import (
    read_amendment,
    read_deleted_question,
    read_deletion,
    read_turn,
    turn_of_message,
)
from tests.slack.payloads import BOT_USER, NAMES, payload

TS, ROOT = "1751328000.000100", "1751320000.000200"
ASKED = "what does <@U03BOB> mean by R&amp;D?"


def question(channel, root, text=ASKED, **more):
    return Turn(Thread("T01TEAM", channel, root), TS, "U02ALICE", text, **more)


QUESTIONS = {
    "app_mention": question("C01GENERAL", TS, whole=False),
    "app_mention_edited": question("C01GENERAL", TS, whole=False),
    "app_mention_in_thread": question("C01GENERAL", ROOT, whole=False),
    "message_channel": question("C01GENERAL", TS),
    "message_im": question("D01ALICE", None, "why is the sky blue?", direct=True),
    "message_im_in_thread": question("D01ALICE", ROOT, "and at night?", direct=True),
    "message_mpim": question("G01TRIO", TS),
    "file_share": question("D01ALICE", None, "", direct=True, has_more=True),
    "thread_broadcast": question("C01GENERAL", ROOT),
    "slack_connect": Turn(
        Thread("T01TEAM", "C01GENERAL", TS), TS, "U77STRANGER", ASKED, whole=False
    ),
}


@pytest.mark.parametrize("name", NAMES)
def test_a_question_is_read_and_nothing_else(name):
    assert read_turn(payload(name), BOT_USER) == QUESTIONS.get(name)


def test_one_message_announced_twice_is_one_turn():
    mention, message = (payload(name) for name in ("app_mention", "message_channel"))

    assert read_turn(mention, BOT_USER).key == read_turn(message, BOT_USER).key


@pytest.mark.parametrize(
    ("name", "edited", "asks"),
    [
        ("app_mention", {"user": "U02ALICE", "ts": "1751328060.000000"}, True),
        ("app_mention", {"user": "U02ALICE", "ts": "1751928060.000000"}, False),
        ("app_mention", {"user": "U02ALICE"}, False),
        ("app_mention", True, False),
        ("message_channel", {"user": "U02ALICE", "ts": "1751328060.000000"}, False),
        ("message_im", {"user": "U02ALICE", "ts": "1751328060.000000"}, False),
    ],
)
def test_an_edit_may_add_the_mention_within_a_day(name, edited, asks):
    body = payload(name)
    body["event"]["edited"] = edited

    assert read_turn(body, BOT_USER) == (QUESTIONS[name] if asks else None)


def test_a_bare_mention_has_no_text():
    body = payload("app_mention")
    body["event"]["text"] = f" <@{BOT_USER}> "

    assert read_turn(body, BOT_USER).text == ""


@pytest.mark.parametrize(
    ("kinds", "more"), [(["rich_text"], False), (["rich_text", "table"], True), ([], False)]
)
def test_a_pasted_table_is_more_than_the_text(kinds, more):
    body = payload("app_mention")
    body["event"]["blocks"] = [{"type": kind} for kind in kinds]

    assert read_turn(body, BOT_USER).has_more is more


def grown(**fields):
    """The event of a message that Slack has changed: the question of `message_channel`."""
    body = payload("message_channel")
    said = body["event"]
    where = {name: said.pop(name) for name in ("channel", "channel_type", "event_ts")}
    more = {"subtype": "message_changed", "message": said | fields, "previous_message": said}
    body["event"] = {"type": "message", "hidden": True, "ts": TS} | where | more
    return body


def test_files_that_follow_are_added_to_their_question():
    body = grown(files=[{"id": "F0LATE"}], subtype="file_share")

    assert read_turn(body, BOT_USER) is None
    assert read_amendment(body, BOT_USER) == question("C01GENERAL", TS, has_more=True)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"files": [{"id": "F1"}], "edited": {"user": "U02ALICE", "ts": TS}},
        {"files": [{"id": "F1"}], "text": "nobody is asked"},
        {"files": [{"id": "F1"}], "user": BOT_USER},
        {"files": [{"id": "F1"}], "subtype": "tombstone"},
    ],
)
def test_what_adds_nothing_to_a_question(fields):
    assert read_amendment(grown(**fields), BOT_USER) is None


@pytest.mark.parametrize("name", NAMES)
def test_no_other_event_adds_anything(name):
    assert read_amendment(payload(name), BOT_USER) is None


def test_the_team_is_where_the_bot_is_installed():
    body = payload("slack_connect")
    del body["authorizations"]

    assert read_turn(body, BOT_USER).thread.team == "T01TEAM"

    del body["context_team_id"]

    assert read_turn(body, BOT_USER).thread.team == "T77OTHER"


@pytest.mark.parametrize("user", [BOT_USER, "USLACKBOT", None])
def test_nobody_is_not_answered(user):
    body = payload("message_im")
    body["event"]["user"] = user

    assert read_turn(body, BOT_USER) is None


JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.text(max_size=5),
    st.lists(st.none() | st.text(max_size=3), max_size=2),
    st.dictionaries(st.text(max_size=3), st.none() | st.integers(), max_size=2),
)


def places(value, path=()):
    yield path
    inner = value.items() if isinstance(value, dict) else ()
    for key, each in enumerate(value) if isinstance(value, list) else inner:
        yield from places(each, (*path, key))


def changed(value, path, junk):
    if not path:
        return junk
    copied = copy.copy(value)
    copied[path[0]] = changed(value[path[0]], path[1:], junk)
    return copied


KINDS = (None, True, 0, -1.5, "", "x" * 70, [], [[]], ["x"], {}, {"id": None})


@pytest.mark.parametrize("name", sorted(QUESTIONS))
def test_no_single_mutation_raises(name):
    """F012."""
    body = payload(name)
    for where in places(body):
        for junk in KINDS:
            read_turn(changed(body, where, junk), BOT_USER)


@given(st.data())
def test_a_mutated_payload_never_raises(data):
    """F012."""
    body = payload(data.draw(st.sampled_from(["app_mention", "message_im", "file_share"])))
    for _ in range(data.draw(st.integers(1, 3))):
        where = data.draw(st.sampled_from([p for p in places(body) if p] or [()]))
        body = changed(body, where, data.draw(JUNK))

    turn = read_turn(body, BOT_USER)

    assert turn is None or all(isinstance(part, str) for part in (*turn.key, turn.user, turn.text))


@pytest.mark.parametrize("name", ["message_deleted", "message_changed", "app_mention"])
def test_no_mutation_of_a_deletion_raises(name):
    """F012."""
    body = payload(name)
    for where in places(body):
        for junk in KINDS:
            gone = read_deletion(changed(body, where, junk))
            read_deleted_question(changed(body, where, junk), BOT_USER)
            assert gone is None or all(isinstance(part, str) for part in gone)


@pytest.mark.parametrize("name", sorted(QUESTIONS))
def test_a_message_of_the_history_is_the_same_question(name):
    """Read again it is the turn that its event announced, and no mutation raises."""
    asked, event = QUESTIONS[name], payload(name)["event"]
    team, channel, _ = asked.key

    assert turn_of_message(event, team, channel, BOT_USER) == replace(asked, whole=True)
    for where in places(event):
        for junk in KINDS:
            turn_of_message(changed(event, where, junk), team, channel, BOT_USER)


def test_an_edited_question_is_read_as_it_stands():
    event = payload("message_im")["event"] | {"edited": {"user": "U02ALICE", "ts": "1.1"}}

    assert turn_of_message(event, "T1", "D1", BOT_USER)


@pytest.mark.parametrize("more", [{"bot_id": "B1"}, {"subtype": "tombstone"}, {"user": None}])
def test_what_nobody_asked_is_no_question(more):
    assert turn_of_message(payload("message_im")["event"] | more, "T1", "D1", BOT_USER) is None


def test_a_deleted_message_is_named():
    assert read_deletion(payload("message_deleted")) == ("T01TEAM", "D01ALICE", TS)
    assert read_deletion(payload("message_changed")) is None


@pytest.mark.parametrize("name", sorted(QUESTIONS))
def test_a_deleted_question_is_the_turn_that_its_own_event_announces(name):
    asked, body = QUESTIONS[name], payload(name)
    said, deletion = body["event"], payload("message_deleted")
    where = {"channel": said["channel"], "channel_type": said.get("channel_type")}
    deletion["event"] |= where | {"deleted_ts": said["ts"], "previous_message": said}

    assert read_deleted_question(deletion, BOT_USER) == replace(asked, whole=True)
    said["bot_id"] = "B01OTHER"
    assert read_deleted_question(deletion, BOT_USER) is None


def test_a_root_with_replies_is_deleted_by_becoming_a_tombstone():
    body = payload("message_changed")
    body["event"]["message"] |= {"subtype": "tombstone", "user": "USLACKBOT"}

    assert read_deletion(body) == ("T01TEAM", "D01ALICE", TS)


@given(JUNK)
def test_junk_is_no_question(junk):
    assert read_turn(junk, BOT_USER) is None
    assert read_turn({"type": "event_callback", "event": junk}, BOT_USER) is None
