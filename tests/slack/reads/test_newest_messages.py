"""How many of the newest messages are read."""

import pytest

from bot.core.types import Message
from bot.slack.reads.newest_messages import IN_ALL, NewestMessages
from bot.transcript.allowance import Allowance


def add(newest, text, *, size=0):
    """A message that was made from so many characters."""
    allowance = Allowance(size)
    allowance.take("x" * size, size)
    newest.add(Message("user", text), [allowance], ["1.0"])


def test_messages_are_read_until_they_do_not_fit():
    newest = NewestMessages(10, 30)
    add(newest, "a" * 80)
    assert newest.has_room

    add(newest, "b" * 80)

    assert not newest.has_room
    assert (newest.older, newest.has_room_in_prompt) == (8, False)


@pytest.mark.parametrize("text", ["", "short"])
def test_what_says_little_for_its_size_is_not_read_without_end(text):
    newest = NewestMessages(100, 16_000)
    read = 0
    while newest.has_room:
        add(newest, text, size=100_000)
        read += 1

    assert read == IN_ALL // 100_000 + 1
    assert newest.has_room_in_prompt


def test_a_message_that_was_read_in_part_is_told():
    newest = NewestMessages(2, 16_000)
    add(newest, "whole")
    assert newest.cut == set()

    allowance = Allowance(10)
    allowance.take("x" * 100)
    newest.add(Message("user", "x"), [allowance, Allowance()], ["2.0", "3.0"])

    assert newest.cut == {"2.0"}
