"""Runs as inline Markdown: read as the same runs by us."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.rendering.formats.inline_markdown import cell, code, spans
from bot.rendering.parsing.inlines import inlines
from bot.rendering.parsing.links import LinkPolicy
from bot.text.joiners import WORD_JOINER, ZERO_WIDTH_SPACE
from bot.text.runs import BOLD, CODE, ITALIC, PLAIN, STRIKE, Run, merged, text_of

URL = "https://a.example/b"


@pytest.mark.parametrize(
    ("runs", "markup"),
    [
        ([Run("a*b")], "a\\*b"),
        ([Run("a", BOLD)], "**a**"),
        ([Run("a", BOLD | ITALIC)], "***a***"),
        ([Run("a ", BOLD), Run("b")], "**a** b"),
        ([Run("a", STRIKE), Run(" b")], "~~a~~ b"),
        ([Run("`", CODE)], "`` ` ``"),
        ([Run("a", url=URL), Run("b", BOLD, URL)], f"[a**b**]({URL})"),
        ([Run("漢"), Run("「字」", BOLD)], f"漢**{ZERO_WIDTH_SPACE}「字」**"),
        ([Run("# a\n- b\n1. c")], "\\# a\n\\- b\n1\\. c"),
        ([Run("[a]: b")], "[a\\]: b"),
        ([Run("wow!"), Run("a", url=URL)], f"wow\\![a]({URL})"),
        ([Run("@here")], f"@{WORD_JOINER}here"),
        ([Run(":tada:", emoji="tada")], ":tada:"),
        ([Run(":tada:")], "\\:tada:"),
    ],
)
def test_runs_as_markup(runs, markup):
    assert spans(runs).replace(ZERO_WIDTH_SPACE, "") == markup.replace(ZERO_WIDTH_SPACE, "")


def test_a_cell_is_one_line_and_holds_no_bar():
    assert cell([Run("a|b\nc")]) == "a\\|b c"


def test_code_is_one_line_and_holds_no_mention():
    assert code("a\n<!here>") == f"`a <{WORD_JOINER}!here>`"


WORDS = st.sampled_from(["word", "two words", "漢字", "end.", "(in)", "*", "_", "`", "[", "!", "<"])
STYLES = st.sampled_from([PLAIN, BOLD, ITALIC, STRIKE, BOLD | ITALIC, CODE])
RUNS = st.tuples(WORDS, STYLES).map(lambda each: Run(*each))


def visible(text):
    return text.replace(ZERO_WIDTH_SPACE, "").replace(WORD_JOINER, "")


@given(st.lists(RUNS, min_size=1, max_size=6))
@example([Run("<", CODE), Run("!", CODE)])
def test_the_text_is_read_back(runs):
    read = text_of(inlines(spans(runs), LinkPolicy()))

    assert visible(read).split() == visible(text_of(merged(runs))).split()
