"""Types: what makes a question one question, and that no text gets into a log."""

import pytest

from bot.core.types import Message
from tests.fakes import turn


@pytest.mark.parametrize(
    ("fields", "asks", "may_ask"),
    [
        ({"text": "why?"}, True, True),
        ({"text": " \n"}, False, False),
        ({"text": "", "has_more": True}, True, True),
        ({"text": "", "goes_on": True}, True, True),
        ({"text": "", "ts": "2.0", "root": "1.0"}, True, True),
        # In the main line of a direct message something may stand before it.
        ({"text": "", "ts": "2.0", "root": None, "direct": True}, False, True),
        ({"text": "", "ts": "2.0", "root": "1.0", "direct": True}, True, True),
        ({"text": "", "ts": "2.0", "root": None}, False, False),
    ],
)
def test_only_the_bots_name_asks_nothing_unless_it_stands_below_something(fields, asks, may_ask):
    assert (turn(**fields).asks, turn(**fields).may_ask) == (asks, may_ask)


def test_one_message_is_one_turn_in_whatever_round_and_thread_it_is_announced():
    first, again = turn("2.0", root="1.0"), turn("2.0", root="2.0", round=3, goes_on=True)

    assert first.key == again.key == ("T1", "C1", "2.0")


def test_content_is_not_in_the_repr():
    assert "secret" not in repr(turn(text="secret"))
    assert "secret" not in repr(Message("user", "secret"))
