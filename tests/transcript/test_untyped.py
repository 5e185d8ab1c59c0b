"""What came from outside: looked at before anything is made of it, and bounded."""

import pytest

from bot.transcript.untyped import LONGEST_STRING, MOST, mapping, mappings, number, string

STRANGE = [None, True, 1, 1.5, "a", [], [1], {}, {"a": 1}]


@pytest.mark.parametrize("value", STRANGE, ids=repr)
def test_whatever_comes_has_the_type_that_is_asked_for(value):
    assert isinstance(mapping(value), dict)
    assert isinstance(mappings(value), list)
    assert isinstance(string(value), str)
    assert isinstance(number(value), int)


def test_what_has_the_type_is_kept():
    assert mapping({"a": 1}) == {"a": 1}
    assert mappings([{"a": 1}, 2, {"b": 3}]) == [{"a": 1}, {"b": 3}]
    assert string("a b") == "a b"
    assert number(7) == 7


def test_there_are_bounds():
    assert len(mappings([{}] * (MOST + 1))) == MOST
    assert len(string("a" * (LONGEST_STRING + 1))) == LONGEST_STRING
    assert (number(-1), number(10**9)) == (0, 999_999)


def test_what_nobody_sees_is_left_out():
    assert string("a\u200bb\U000e0041") == "ab"
