"""The words of an answer for notifications: short, escaped, calling nobody."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rendering.flow import Code, Heading, Item, Paragraph, Rule, Table
from bot.rendering.formats.plain import plain
from bot.text.cuts import grapheme_floor
from bot.text.runs import BOLD, Run
from tests.rendering.flows import answers, torn

CALL = re.compile(r"@(?:here|channel|everyone)\b", re.IGNORECASE)


def text(content, **more):
    return Paragraph((Run(content),), **more)


@given(answers, st.integers(3, 400) | st.just(3000))
def test_it_fits_and_is_escaped(answer, limit):
    short = plain(answer, limit)

    assert len(short.encode()) <= limit
    assert not re.search(r"[<>]|&(?!(?:amp|lt|gt);)", short)


@given(
    st.lists(st.sampled_from(["@here", "@Channel", "a", " ", "@everyone", "日", "\n"])),
    st.integers(3, 60),
)
def test_it_calls_nobody_however_it_is_cut(pieces, limit):
    assert not CALL.search(plain([text("".join(pieces))], limit))


@given(st.text(max_size=80), st.integers(3, 60))
def test_it_is_the_beginning_cut_between_graphemes(content, limit):
    content = content.translate(dict.fromkeys(map(ord, "@&<>"))).strip()
    short = plain([text(content)], limit)

    if short != content:
        beginning = content[: len(short) - 1]
        assert short.endswith("…")
        assert beginning == short[:-1]
        assert (
            grapheme_floor(content, len(beginning)) == len(beginning)
            or content[len(beginning)].isspace()
        )


@given(answers)
def test_what_was_torn_apart_reads_the_same(answer):
    assert plain(torn(answer, 20), 10**6) == plain(answer, 10**6)


def test_it_has_no_markup():
    flows = [
        Heading((Run("Head"),), 1),
        Paragraph((Run("a "), Run("b", BOLD), Run(" c", 0, "https://example.com"))),
        Item((Run("one"),)),
        Item((Run("two"),), 1, 2),
        Code("x < 1", "py"),
        Rule(),
        Table((((Run("h"),), (Run("i"),)), ((Run("1"),), ()))),
    ]

    assert plain(flows) == "Head\na b c\n• one\n2. two\nx &lt; 1\n\nh | i\n1 |"


@pytest.mark.parametrize("limit", [3, 4, 5, 6, 7, 8])
def test_no_entity_is_cut(limit):
    assert plain([text("<<<<")], limit) in {"…", "&lt;…"}


def test_it_looks_at_no_more_than_it_needs():
    def endless():
        while True:
            yield text("word " * 10)

    assert len(plain(endless(), 300)) == 298
