"""What can be done in a workspace."""

import pytest

from tests.playground.workspace.conftest import ALICE, DM, GENERAL, NOW, answer, say


def kinds(workspace, change):
    return [(e["type"], e.get("subtype")) for e in workspace.events_for(change)]


def test_timestamps_grow_while_the_clock_stands_still(workspace):
    stamps = [say(workspace, "hi")["ts"] for _ in range(3)]

    assert stamps == ["1764000000.000000", "1764000000.000001", "1764000000.000002"]


def test_a_deleted_root_with_replies_becomes_a_tombstone(workspace, changes):
    root = say(workspace, "hi")
    answer(workspace, "hello", thread_ts=root["ts"])
    workspace.delete(GENERAL, root["ts"], now=NOW)
    (event,) = workspace.events_for(changes[-1])

    assert event["subtype"] == "message_changed"
    assert event["message"]["subtype"] == "tombstone"
    assert workspace.replies(GENERAL, root["ts"]).items[0]["reply_count"] == 1


def test_joining_is_a_message_with_a_subtype(workspace, changes):
    workspace.channel("random").members.remove(ALICE)
    workspace.join("C0RANDOM", user=ALICE, now=NOW)

    assert kinds(workspace, changes[0]) == [("message", "channel_join")]


@pytest.mark.parametrize(("dedupes", "posted"), [(False, 2), (True, 1)])
def test_one_client_msg_id_twice(workspace, dedupes, posted):
    workspace.dedupe_client_msg_id = dedupes
    stamps = {answer(workspace, "hi", client_msg_id="same")["ts"] for _ in range(2)}

    assert len(stamps) == len(workspace.messages(GENERAL)) == posted


def test_ephemerals_are_in_no_history_and_raise_no_event(workspace, changes):
    ephemeral = workspace.post_ephemeral(GENERAL, user=ALICE, text="psst", now=NOW)

    assert (ephemeral["to"], workspace.history(GENERAL).items) == (ALICE, [])
    assert workspace.events_for(changes[0]) == []


def test_blocks_get_ids_and_stand_in_for_a_missing_text(workspace):
    heading = {"type": "header", "text": {"type": "plain_text", "text": "Title"}}
    button = {"type": "button", "text": {"type": "plain_text", "text": "Stop"}}
    posted = answer(workspace, "", blocks=[heading, {"type": "actions", "elements": [button]}])

    assert posted["text"] == "Title"
    assert len({block["block_id"] for block in posted["blocks"]}) == 2


def test_the_status_goes_when_the_app_posts(workspace):
    root = say(workspace, "hi")
    workspace.set_status(GENERAL, root["ts"], "is thinking…", NOW)
    answer(workspace, "hello", thread_ts=root["ts"])

    assert workspace.statuses == {(GENERAL, root["ts"]): ""}


def test_a_dm_is_opened_once(workspace):
    opened = {workspace.dm(name).id for name in ("alice", "U0ALICE", "@alice")}

    assert opened == {DM}
