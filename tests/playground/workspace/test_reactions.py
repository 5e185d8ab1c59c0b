"""Reactions of a message."""

import pytest

from bot.playground.workspace.api_error import ApiError
from bot.playground.workspace.reactions import with_reaction, without_reaction
from tests.playground.workspace.conftest import ALICE, GENERAL, NOW, say


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


def test_a_message_has_one_entry_for_each_emoji():
    message = {"reactions": with_reaction({}, "U1", "eyes")}
    message["reactions"] = with_reaction(message, "U2", "eyes")
    message["reactions"] = with_reaction(message, "U1", "tada")

    assert message["reactions"] == [
        {"name": "eyes", "users": ["U1", "U2"], "count": 2},
        {"name": "tada", "users": ["U1"], "count": 1},
    ]
    assert [each["name"] for each in without_reaction(message, "U1", "tada")] == ["eyes"]


def test_nobody_takes_back_what_somebody_else_did():
    message = {"reactions": with_reaction({}, "U1", "eyes")}

    with pytest.raises(ApiError, match="no_reaction"):
        without_reaction(message, "U2", "eyes")
