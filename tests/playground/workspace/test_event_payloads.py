"""Which events a change raises, and what is in them."""

from tests.playground.workspace.conftest import ALICE, DM, GENERAL, NOW, TRIO, answer, say


def kinds(workspace, change):
    return [(e["type"], e.get("subtype")) for e in workspace.events_for(change)]


def test_a_mention_raises_two_events_for_one_message(workspace, changes):
    said = say(workspace, "@streambot hi")
    mention, message = workspace.events_for(changes[0])

    assert (mention["type"], message["type"]) == ("app_mention", "message")
    assert mention["ts"] == message["ts"] == said["ts"]
    assert message["channel_type"] == "channel"
    assert "channel_type" not in mention


def test_only_what_was_subscribed_to_is_told(workspace, changes):
    workspace.subscriptions = {"app_mention"}
    say(workspace, "@streambot hi")
    say(workspace, "hello")

    assert [kinds(workspace, change) for change in changes] == [[("app_mention", None)], []]


def test_a_mention_in_a_dm_is_only_a_message(workspace, changes):
    say(workspace, "@streambot hi", DM)

    assert kinds(workspace, changes[0]) == [("message", None)]
    assert workspace.events_for(changes[0])[0]["channel_type"] == "im"


def test_a_mention_in_a_group_dm_raises_both(workspace, changes):
    workspace.subscriptions = {"app_mention", "message.mpim"}
    say(workspace, "@streambot hi", TRIO)

    assert kinds(workspace, changes[0]) == [("app_mention", None), ("message", None)]


def test_an_edit_that_mentions_raises_the_mention_again(workspace, changes):
    said = say(workspace, "@streambot helo")
    workspace.edit(GENERAL, said["ts"], text="@streambot hello", now=NOW)
    mention, changed = workspace.events_for(changes[1])

    assert (mention["type"], mention["ts"]) == ("app_mention", said["ts"])
    assert mention["edited"]["user"] == ALICE
    assert changed["subtype"] == "message_changed"
    assert changed["hidden"] is True
    assert changed["message"]["text"] == "<@U0STREAMBOT> hello"
    assert changed["previous_message"]["text"] == "<@U0STREAMBOT> helo"


def test_the_apps_own_posts_and_edits_are_told_but_never_as_mentions(workspace, changes):
    posted = answer(workspace, "<@U0STREAMBOT> …")
    workspace.update(GENERAL, posted["ts"], text="<@U0STREAMBOT> done", now=NOW)

    told = [kinds(workspace, change) for change in changes]
    assert told == [[("message", None)], [("message", "message_changed")]]


def test_where_the_app_is_no_member_nothing_is_told(workspace, changes):
    workspace.channel("random").members.remove(workspace.bot.user_id)
    say(workspace, "@streambot hi", "C0RANDOM")

    assert workspace.events_for(changes[0]) == []


def test_metadata_and_counters_are_not_in_events(workspace, changes):
    metadata = {"event_type": "turn", "event_payload": {"id": "1"}}
    answer(workspace, "hi", metadata=metadata)

    assert "metadata" not in workspace.events_for(changes[0])[0]


def test_a_deleted_message_is_told_with_what_it_was(workspace, changes):
    said = say(workspace, "hi")
    workspace.delete(GENERAL, said["ts"], now=NOW)
    (event,) = workspace.events_for(changes[1])

    assert event["subtype"] == "message_deleted"
    assert event["deleted_ts"] == event["previous_message"]["ts"] == said["ts"]
    assert workspace.message(GENERAL, said["ts"]) is None
