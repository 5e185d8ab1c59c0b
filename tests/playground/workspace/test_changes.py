"""Changes, and who is told of them."""

from tests.playground.workspace.conftest import GENERAL, say


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
