"""Nothing that hides, reorders or controls text is left, however the text came in."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rendering.parsing.sanitize import Sanitizer, clean

ENGLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"
SOUP = [
    *("a", "日本", " ", "\n", "\t", "\r", "\r\n", "\x00", "\x07", "\x1b", "\x1b[", "31;1m", "m"),
    *("\x1b]0;", "\x1b]8;;https://a.b", "\x1b\\", "\x9b", "\x9c", "\x9d", "\x90", "[", "]", "\\"),
    *("\u202e", "\u2066", "\u061c", "\ufeff", "\ue000", "\U000f0000", "\U000e0041", "\U000e007f"),
    *("\U0001f3f4", "\U000e0067\U000e0062", "\U000e0065\U000e006e\U000e0067", ENGLAND),
    *("\u2028", "\u2029", "\ud83d", "\ude00", "\ufffe", "\U0001ffff", "\u200d", "\ufe0f", "\u200e"),
]
soup = st.lists(st.sampled_from(SOUP), max_size=30).map("".join)
HARMFUL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u2028-\u202e\u2066-\u2069\ufeff\ue000-\uf8ff\ufdd0-\ufdef"
    "\ufffe\uffff\U000f0000-\U0010ffff\ud800-\udfff]"
)
TAGS = re.compile("[\U000e0000-\U000e007f]")


def in_pieces(text, cuts):
    sanitizer, out, at = Sanitizer(), [], 0
    for cut in [*sorted(cuts), len(text)]:
        out.append(sanitizer.feed(text[at : max(at, cut)]))
        at = max(at, cut)
    return "".join(out) + sanitizer.finish()


@given(soup, st.lists(st.integers(0, 120), max_size=12))
def test_however_it_comes_in_it_is_the_same(text, cuts):
    assert in_pieces(text, cuts) == in_pieces(text, []) == in_pieces(text, range(len(text)))


@given(soup)
def test_what_comes_out_is_harmless(text):
    shown = clean(text)

    assert not HARMFUL.search(shown)
    assert not TAGS.search(shown.replace(ENGLAND, ""))


@given(soup)
def test_cleaning_twice_changes_nothing(text):
    assert clean(clean(text)) == clean(text)


@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Co", "Cn", "Cf", "Zl", "Zp"])))
def test_ordinary_text_is_left_alone(text):
    assert clean(text) == text.replace("\r", "\n")


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("a\x1b[31mred\x1b[0m b", "ared b"),
        ("\x1b]8;;https://evil.example\x07here\x1b]8;;\x1b\\", "here"),
        ("\x1b]0;no end\nthe answer", "0;no end\nthe answer"),
        ("one\r\ntwo\rthree\u2028four", "one\ntwo\nthree\nfour"),
        ("user\u202egnp.exe", "usergnp.exe"),
        (f"{ENGLAND}!", f"{ENGLAND}!"),
        ("hi\U000e0068\U000e0069", "hi"),
        (
            "👨\u200d👩\u200d👧 ❤\ufe0f \u200e\u200f\u200c",
            "👨\u200d👩\u200d👧 ❤\ufe0f \u200e\u200f\u200c",
        ),
        ("\ud83d\ude00 \ud83d", "😀 \ufffd"),
        ("\udbff\udffd private", " private"),
    ],
)
def test_each_kind(raw, shown):
    assert clean(raw) == shown


def test_a_terminal_string_without_an_end_swallows_nothing():
    sanitizer = Sanitizer()
    shown = sanitizer.feed("\x1b]0;") + "".join(sanitizer.feed("word ") for _ in range(50))

    assert len(shown) > 200
    assert (shown + sanitizer.finish()).count("word") == 50


@given(soup)
def test_little_is_held_back(text):
    sanitizer = Sanitizer()

    assert len(clean(text)) - len(sanitizer.feed(text)) <= 110
