"""Open streams: what one holds, and when it ends."""

import pytest

from bot.playground.api.open_streams import OpenStreams, Stream
from bot.playground.workspace.api_error import ApiError
from bot.playground.workspace.workspace import Workspace

WHERE = ("C0GENERAL", "1.000000")


def test_a_stream_is_open_until_it_is_closed():
    streams = OpenStreams()
    streams.put(*WHERE, Stream(0.0, text="a"))

    assert streams.is_open(*WHERE)
    assert streams.get(*WHERE).text == "a"
    streams.close(*WHERE)
    assert not streams.is_open(*WHERE)
    with pytest.raises(ApiError, match="message_not_in_streaming_state"):
        streams.get(*WHERE)


def test_text_counts_in_bytes_and_so_do_task_cards():
    task = {"task_id": "1", "title": "あ"}

    assert Stream(0.0, text="あ").size() == 3
    assert Stream(0.0, tasks={"1": task}).size() == len(
        '[{"task_id": "1", "title": "あ"}]'.encode()
    )


def test_what_is_too_long_changes_nothing():
    streams = OpenStreams(max_bytes=3)
    streams.put(*WHERE, Stream(0.0, text="abc"))
    with pytest.raises(ApiError, match="msg_too_long"):
        streams.put(*WHERE, Stream(0.0, text="abcd"))

    assert streams.get(*WHERE).text == "abc"


def test_a_message_shows_cards_then_text_then_blocks():
    divider = {"type": "divider"}
    stream = Stream(0.0, text="a", tasks={"1": {"task_id": "1"}}, blocks=(divider,))

    assert stream.as_blocks() == [
        {"type": "task_card", "task_id": "1"},
        {"type": "markdown", "text": "a"},
        divider,
    ]


@pytest.mark.parametrize(("now", "state"), [(9.9, "in_progress"), (10.0, "errored")])
def test_a_stream_ends_after_its_lifetime(now, state):
    streams, workspace = OpenStreams(lifetime=10.0), Workspace.demo()
    bot = workspace.bot.user_id
    posted = workspace.post("C0GENERAL", user=bot, now=0.0, streaming_state="in_progress")
    streams.put("C0GENERAL", posted["ts"], Stream(0.0))
    streams.expire(workspace, now)

    assert workspace.message("C0GENERAL", posted["ts"])["streaming_state"] == state
    assert streams.is_open("C0GENERAL", posted["ts"]) is (state == "in_progress")
