import itertools

import pytest

from bot.playground.workspace.api_error import ApiError
from bot.playground.workspace.typed import typed
from bot.playground.workspace.workspace import Workspace

NOW = 1_764_000_000.0
GENERAL, TRIO, DM = "C0GENERAL", "C0TRIO", "D0ALICE"
ALICE = "U0ALICE"


@pytest.fixture
def workspace():
    return Workspace.demo(subscriptions={"app_mention", "message.channels", "message.im"})


@pytest.fixture
def changes(workspace):
    heard = []
    workspace.subscribe(heard.append)
    return heard


def say(workspace, text, channel=GENERAL, **fields):
    return workspace.say(channel, user=ALICE, text=text, now=NOW, **fields)


def answer(workspace, text, channel=GENERAL, **fields):
    user = workspace.bot.user_id
    return workspace.post(channel, user=user, text=text, now=NOW, **fields)


def kinds(workspace, change):
    return [(e["type"], e.get("subtype")) for e in workspace.events_for(change)]


def test_timestamps_grow_while_the_clock_stands_still(workspace):
    stamps = [say(workspace, "hi")["ts"] for _ in range(3)]

    assert stamps == ["1764000000.000000", "1764000000.000001", "1764000000.000002"]


def test_what_is_typed_is_kept_as_text_with_entities_and_as_rich_text(workspace):
    written = typed("@streambot is *1 < 2* & `a<b`?", workspace.users.values())

    assert written.text == "<@U0STREAMBOT> is *1 &lt; 2* &amp; `a&lt;b`?"
    assert written.blocks[0]["elements"][0]["elements"] == [
        {"type": "user", "user_id": "U0STREAMBOT"},
        {"type": "text", "text": " is "},
        {"type": "text", "text": "1 < 2", "style": {"bold": True}},
        {"type": "text", "text": " & "},
        {"type": "text", "text": "a<b", "style": {"code": True}},
        {"type": "text", "text": "?"},
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("@nobody there", "@nobody there"),
        ("mail me@alice.org", "mail me@alice.org"),
        ("@here look", "<!here> look"),
        ("see https://example.org/a?b=1&c=2.", "see <https://example.org/a?b=1&amp;c=2>."),
        ("```\n@streambot\n```", "```@streambot```"),
        (":tada: 10:30:15", ":tada: 10:30:15"),
        ("2*3*4 snake_case_name", "2*3*4 snake_case_name"),
        ("", ""),
    ],
)
def test_mrkdwn_of_what_is_typed(workspace, text, expected):
    assert typed(text, workspace.users.values()).text == expected


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


def test_a_deleted_root_with_replies_becomes_a_tombstone(workspace, changes):
    root = say(workspace, "hi")
    answer(workspace, "hello", thread_ts=root["ts"])
    workspace.delete(GENERAL, root["ts"], now=NOW)
    (event,) = workspace.events_for(changes[-1])

    assert event["subtype"] == "message_changed"
    assert event["message"]["subtype"] == "tombstone"
    assert workspace.replies(GENERAL, root["ts"]).items[0]["reply_count"] == 1


def test_a_tombstone_goes_with_its_last_reply(workspace):
    root = say(workspace, "hi")
    reply = answer(workspace, "hello", thread_ts=root["ts"])
    for message in (root, reply):
        workspace.delete(GENERAL, message["ts"], now=NOW)

    assert workspace.messages(GENERAL) == []


def test_joining_is_a_message_with_a_subtype(workspace, changes):
    workspace.channel("random").members.remove(ALICE)
    workspace.join("C0RANDOM", user=ALICE, now=NOW)

    assert kinds(workspace, changes[0]) == [("message", "channel_join")]


def test_history_is_newest_first_without_replies_but_with_broadcasts(workspace):
    root = say(workspace, "root")
    answer(workspace, "in the thread", thread_ts=root["ts"])
    answer(workspace, "to all", thread_ts=root["ts"], reply_broadcast=True)

    texts = [message["text"] for message in workspace.history(GENERAL).items]
    assert texts == ["to all", "root"]


def test_replies_carry_their_root_and_the_root_counts_them(workspace):
    root = say(workspace, "root")
    last = [answer(workspace, f"{n}", thread_ts=root["ts"]) for n in range(3)][-1]
    found = workspace.replies(GENERAL, root["ts"]).items

    assert [message["text"] for message in found] == ["root", "0", "1", "2"]
    assert (found[0]["reply_count"], found[0]["latest_reply"]) == (3, last["ts"])
    assert last["parent_user_id"] == ALICE


def test_pages_go_on_at_the_cursor_until_there_is_none(workspace):
    expected = [say(workspace, f"{n}")["ts"] for n in range(5)][::-1]
    found, cursor = [], None
    while cursor != "":
        listed = workspace.history(GENERAL, limit=2, cursor=cursor)
        found, cursor = [*found, *(m["ts"] for m in listed.items)], listed.next_cursor

    assert found == expected


def test_a_foreign_cursor_is_refused(workspace):
    with pytest.raises(ApiError, match="invalid_cursor"):
        workspace.history(GENERAL, cursor="nonsense")


@pytest.mark.parametrize(("inclusive", "expected"), [(False, ["1"]), (True, ["2", "1", "0"])])
def test_history_between_two_moments(workspace, inclusive, expected):
    stamps = [say(workspace, f"{n}")["ts"] for n in range(3)]
    window = {"oldest": stamps[0], "latest": stamps[2], "inclusive": inclusive}

    assert [m["text"] for m in workspace.history(GENERAL, **window).items] == expected


def test_metadata_is_shown_to_those_who_ask(workspace):
    metadata = {"event_type": "turn", "event_payload": {"id": "1"}}
    answer(workspace, "hi", metadata=metadata)

    assert "metadata" not in workspace.history(GENERAL).items[0]
    shown = workspace.history(GENERAL, include_all_metadata=True).items[0]
    assert shown["metadata"] == metadata


@pytest.mark.parametrize(("dedupes", "posted"), [(False, 2), (True, 1)])
def test_one_client_msg_id_twice(workspace, dedupes, posted):
    workspace.dedupe_client_msg_id = dedupes
    stamps = {answer(workspace, "hi", client_msg_id="same")["ts"] for _ in range(2)}

    assert len(stamps) == len(workspace.messages(GENERAL)) == posted


def test_a_reply_to_nothing_is_refused(workspace):
    with pytest.raises(ApiError, match="thread_not_found"):
        answer(workspace, "hi", thread_ts="1.000000")


def test_whispers_are_in_no_history_and_raise_no_event(workspace, changes):
    whispered = workspace.post_ephemeral(GENERAL, user=ALICE, text="psst", now=NOW)

    assert (whispered["to"], workspace.history(GENERAL).items) == (ALICE, [])
    assert workspace.events_for(changes[0]) == []


def test_blocks_get_ids_and_stand_in_for_a_missing_text(workspace):
    heading = {"type": "header", "text": {"type": "plain_text", "text": "Title"}}
    button = {"type": "button", "text": {"type": "plain_text", "text": "Stop"}}
    posted = answer(workspace, "", blocks=[heading, {"type": "actions", "elements": [button]}])

    assert posted["text"] == "Title"
    assert len({block["block_id"] for block in posted["blocks"]}) == 2


def test_what_listeners_and_readers_do_does_not_reach_the_workspace(workspace, changes):
    said = say(workspace, "hi")
    said["text"] = changes[0].message["text"] = "changed"
    workspace.history(GENERAL).items[0]["blocks"].clear()

    assert workspace.message(GENERAL, said["ts"])["text"] == "hi"
    assert workspace.message(GENERAL, said["ts"])["blocks"]


def test_whoever_unsubscribes_hears_no_more(workspace):
    heard = []
    workspace.subscribe(heard.append)()
    say(workspace, "hi")

    assert heard == []


def test_the_status_goes_when_the_app_posts(workspace):
    root = say(workspace, "hi")
    workspace.set_status(GENERAL, root["ts"], "is thinking…", NOW)
    answer(workspace, "hello", thread_ts=root["ts"])

    assert workspace.statuses == {(GENERAL, root["ts"]): ""}


def test_reactions_are_counted_once_per_person(workspace, changes):
    workspace.subscriptions.add("reaction_added")
    said = say(workspace, "hi")
    reaction = {"user": ALICE, "name": "eyes", "now": NOW}
    workspace.react(GENERAL, said["ts"], **reaction)

    assert workspace.message(GENERAL, said["ts"])["reactions"][0]["count"] == 1
    assert workspace.events_for(changes[1])[0]["reaction"] == "eyes"
    with pytest.raises(ApiError, match="already_reacted"):
        workspace.react(GENERAL, said["ts"], **reaction)
    workspace.unreact(GENERAL, said["ts"], **reaction)
    assert workspace.message(GENERAL, said["ts"])["reactions"] == []


def test_a_dm_is_opened_once(workspace):
    opened = {workspace.dm(name).id for name in ("alice", "U0ALICE", "@alice")}

    assert opened == {DM}


def test_ids_in_the_demo_are_unique():
    workspace = Workspace.demo()
    ids = [*workspace.users, *workspace.channels, workspace.bot.bot_id, workspace.bot.app_id]

    assert not [a for a, b in itertools.combinations(ids, 2) if a == b]
