"""The search for lost posts: page by page, and with an end."""

from bot.slack.answers.post_metadata import metadata
from bot.slack.answers.reconciliation import PAGES, Reconciliation
from tests.fakes import turn


def page(*posts, cursor="", files=()):
    found = [{"ts": ts, "metadata": metadata(turn(), part)} for part, ts in posts]
    shared = [{"ts": "9.0", "files": [{"name": name} for name in files]}]
    return {"messages": [*found, *shared], "response_metadata": {"next_cursor": cursor}}


def test_it_reads_the_thread_from_the_question_on():
    method, arguments = Reconciliation(turn(), 1.0).request()

    assert method == "conversations.replies"
    assert arguments["ts"] == turn().thread.root
    assert arguments["oldest"] == turn().ts
    assert "cursor" not in arguments


def test_outside_a_thread_it_reads_the_conversation():
    method, arguments = Reconciliation(turn(root=None), 1.0).request()

    assert method == "conversations.history"
    assert "ts" not in arguments


def test_it_follows_the_pages_and_gathers_what_is_ours():
    search = Reconciliation(turn(), 1.0)

    assert not search.take(page((0, "2.0"), cursor="more", files=["a.csv"]))
    assert search.request()[1]["cursor"] == "more"
    assert search.take(page((1, "3.0"), files=["b.py"]))
    assert search.found == [(0, "2.0"), (1, "3.0")]
    assert [share.name for share in search.shares] == ["a.csv", "b.py"]


def test_what_another_bot_answered_to_the_same_question_is_not_ours():
    """It may run the same program: its metadata and the names of its files are like ours."""
    ours, theirs = page((0, "2.0"), files=["a.csv"]), page((0, "2.5"), files=["b.csv"])
    for said, bot in ((ours, "B1"), (theirs, "B2")):
        for message in said["messages"]:
            message["bot_id"] = bot
    search = Reconciliation(turn(), 1.0, {"B1", "U1"})
    search.take({"messages": ours["messages"] + theirs["messages"]})

    assert search.found == [(0, "2.0")]
    assert [share.name for share in search.shares] == ["a.csv"]


def test_pages_have_an_end():
    search = Reconciliation(turn(), 1.0)
    looked = [search.take(page(cursor="more")) for _ in range(PAGES)]

    assert looked == [*[False] * (PAGES - 1), True]


def test_it_gives_up_so_long_after_the_first_failure():
    moments = iter((100.0, 130.0, 159.9, 160.0))
    search = Reconciliation(turn(), 60.0, clock=lambda: next(moments))

    assert [search.gives_up() for _ in range(4)] == [False, False, False, True]
