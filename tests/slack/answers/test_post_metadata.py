"""What posts carry: found again on a page, whatever else stands there."""

import pytest

from bot.slack.answers.post_metadata import METADATA, message_id, metadata, posts_in
from tests.fakes import turn


def test_what_is_written_is_found_again():
    page = {
        "messages": [{"ts": f"{part}.0", "metadata": metadata(turn(), part)} for part in (0, 2)]
    }

    assert [*posts_in(page, turn())] == [(0, "0.0"), (2, "2.0")]


@pytest.mark.parametrize(
    "message",
    [
        {},
        {"metadata": None},
        {"metadata": {"event_type": METADATA}},
        {"metadata": {"event_type": METADATA, "event_payload": {"question": "9.9", "part": 0}}},
        {"metadata": {"event_type": METADATA, "event_payload": {"question": turn().ts}}},
        {"metadata": {"event_type": "other", "event_payload": {"question": turn().ts, "part": 0}}},
    ],
)
def test_nothing_else_is(message):
    assert [*posts_in({"messages": [{"ts": "1.0"} | message]}, turn())] == []


@pytest.mark.parametrize("page", [{}, {"messages": None}, {"messages": []}])
def test_an_empty_page_has_none(page):
    assert [*posts_in(page, turn())] == []


def test_an_id_is_the_same_in_every_attempt_and_no_other():
    ids = {
        message_id(turn(ts), part, before, bot)
        for bot in ({"B1", "U1"}, {"B2", "U2"})
        for ts in ("1.0", "2.0")
        for part in (0, 1)
        for before in ("", "3.0")
    }

    assert message_id(turn(), 0) == message_id(turn(), 0)
    assert len(ids) == 16
