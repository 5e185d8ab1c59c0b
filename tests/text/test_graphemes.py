"""What belongs together stays together; the cases are those of UAX #29, written down by hand."""

import pytest

from bot.text.graphemes import cluster_start, is_inside, width

TOGETHER = {
    "a line end": "\r\n",
    "a combining mark": "e\u0301",
    "two of them": "o\u0302\u0323",
    "a kana and its voicing": "か\u3099",
    "half its width": "ﾊﾟ",
    "a kanji and its variant": "葛\U000e0100",
    "a heart and its style": "❤\ufe0f",
    "a keycap": "1\ufe0f\u20e3",
    "a skin tone": "👍🏽",
    "a family": "👩\u200d👩\u200d👧",
    "a job with a skin tone": "👩🏽\u200d🚒",
    "a flag": "🇯🇵",
    "a pirate": "🏴\u200d☠\ufe0f",
    "a flag of tags": "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    "jamo": "\u1112\u1161\u11ab",
    "a syllable and its end": "가\u11a8",
    "a conjunct": "क्ष",
    "one with a mark between": "क\u093c\u094dष",
    "one with a joiner": "क्\u200dष",
    "a vowel sign": "कि",
    "Thai": "กำ",
    "what is put before a number": "\u0600١",
}
APART = {
    "letters": "ab",
    "kana": "かが",
    "kanji": "漢字",
    "syllables": "각각",
    "flags": ["🇯🇵", "🇰🇷", "🇺🇸"],
    "emoji": "😀🎉",
    "a line end and a letter": "\na",
    "a mark and a letter": ["e\u0301", "x"],
    "a voiced kana and a letter": ["か\u3099", "か"],
}


@pytest.mark.parametrize("text", TOGETHER.values(), ids=TOGETHER)
def test_there_is_no_border_within(text):
    assert all(is_inside(text, at) for at in range(1, len(text)))


@pytest.mark.parametrize("pieces", APART.values(), ids=APART)
def test_there_is_one_between(pieces):
    text, at = "".join(pieces), 0
    for piece in pieces:
        assert not is_inside(text, at)
        at += len(piece)


def test_nothing_is_inside_at_the_ends():
    assert not any(is_inside("e\u0301", at) for at in (-1, 0, 2, 3))


def test_a_flag_has_two_letters_however_many_there_are():
    text = "🇯🇵" * 100

    assert [at for at in range(len(text)) if not is_inside(text, at)] == [*range(0, 200, 2)]


@pytest.mark.parametrize(
    ("text", "columns"),
    [("", 0), ("ab", 2), ("漢字", 4), ("e\u0301", 1), ("👩\u200d🚒", 2), ("🇯🇵", 2), ("❤\ufe0f", 2)],
)
def test_width(text, columns):
    assert width(text) == columns


@pytest.mark.parametrize(("at", "start"), [(0, 0), (1, 0), (2, 2)])
def test_where_a_cluster_begins(at, start):
    assert cluster_start("e\u0301x", at) == start
