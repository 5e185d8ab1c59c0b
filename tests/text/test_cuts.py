"""Cuts: a line's end before a sentence's, a clause's, a word's; never within a character."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text.cuts import cut, grapheme_floor
from bot.text.graphemes import is_inside
from tests.growth import grows_with_length

SOUP = [
    "word ",
    "日本語の文。",
    "\n",
    "a. ",
    "「はい」、",
    "x",
    "e\u0301",
    "👩\u200d👧",
    "🇯🇵",
    "half, ",
    " ",
]
soup = st.lists(st.sampled_from(SOUP), max_size=60).map("".join)


@pytest.mark.parametrize(
    ("text", "before"),
    [
        ("One. Two three\nfour five", "One. Two three\n"),
        ("One two three. Four five six", "One two three."),
        ('One "two three." Four five six', 'One "two three."'),
        ("猫が座りました。そして寝ました、すぐに", "猫が座りました。"),
        ("「猫が座りました。」そして寝ました", "「猫が座りました。」"),
        ("本当に長い話です？！そして寝ました", "本当に長い話です？！"),
        ("One two three four, five six seven", "One two three four,"),
        ("猫が座り、そして犬が寝ましたとさ", "猫が座り、"),
        ("one two three four", "one two three "),
        ("xxxxxxxxxxxxxxxxxxxxx", None),
        ("猫が座りそして犬が寝ましたとさ", None),
    ],
)
def test_it_cuts_where_it_reads_well(text, before):
    room = len(before) + 3 if before else 10
    wanted = len(before) if before else room

    assert cut(text, min(room, len(text) - 1)) == wanted


@pytest.mark.parametrize("text", ["version 1.25 of it", "at 10:30:45 today", "1,000,000 of them"])
def test_marks_within_numbers_end_nothing(text):
    assert text[: cut(text, 13)].endswith(" ")


def test_white_space_behind_the_room_ends_what_is_in_it():
    assert cut("one two. three", 8) == 8
    assert cut("one two\nthree", 7) == 7


def test_what_fits_is_not_cut():
    assert cut("One. Two", 8) == 8


def test_it_looks_no_further_back_than_it_may():
    assert cut("a\n" + "x" * 30, 20) == 20
    assert cut("a\n" + "x" * 30, 20, 0) == 2


@given(soup, st.integers(4, 200))
def test_a_cut_is_in_the_room_and_between_characters(text, room):
    at = cut(text, room)

    assert 0 < at <= room or at == len(text)
    assert not is_inside(text, at)


@given(soup, soup, st.integers(1, 200))
def test_what_follows_has_no_say(text, more, room):
    if room < len(text):
        assert cut(text, room) == cut(text + more, room) == cut(text[: room + 1], room)


@given(st.text(), st.integers(0, 50))
def test_the_floor_is_the_last_border(text, at):
    floor = grapheme_floor(text, at)

    assert floor <= at
    assert not is_inside(text, floor)
    assert all(is_inside(text, each) for each in range(floor + 1, min(at, len(text)) + 1))


def test_an_endless_character_is_cut_all_the_same():
    assert grapheme_floor("e" + "\u0301" * 500, 300) == 300
    assert cut("e" + "\u0301" * 500, 300) == 300


@pytest.mark.parametrize("mark", [".", "!?", '."', "…", ",", " ", "。」"])
def test_marks_are_read_once(mark):
    """However many stand in a row: thousands of full stops took a third of a second."""

    def work(length):
        cut(mark * length + "x", len(mark) * length - 1)

    assert grows_with_length(work, 400)


def test_marks_within_a_word_end_no_sentence():
    assert cut("One.two three.four", 16, 1) == len("One.two ")
