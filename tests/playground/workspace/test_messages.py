"""Threads and their counters, and the pages of history and replies."""

import pytest

from bot.playground.workspace.api_error import ApiError
from tests.playground.workspace.conftest import ALICE, GENERAL, NOW, answer, say


def test_a_tombstone_goes_with_its_last_reply(workspace):
    root = say(workspace, "hi")
    reply = answer(workspace, "hello", thread_ts=root["ts"])
    for message in (root, reply):
        workspace.delete(GENERAL, message["ts"], now=NOW)

    assert workspace.messages(GENERAL) == []


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


def test_a_reply_to_nothing_is_refused(workspace):
    with pytest.raises(ApiError, match="thread_not_found"):
        answer(workspace, "hi", thread_ts="1.000000")
