"""Runs in styles: markers where they are read as such, tags where they would not be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rendering.parsing.inlines import inlines
from bot.rendering.parsing.links import LinkPolicy
from bot.text.runs import BOLD, CODE, ITALIC, PLAIN, STRIKE, Run, merged
from bot.transcript.styled import inline

URL = "https://a.example/b"


@pytest.mark.parametrize(
    ("runs", "markdown"),
    [
        ([Run("a")], "a"),
        ([Run("a", BOLD)], "**a**"),
        ([Run("a", ITALIC)], "_a_"),
        ([Run("a", STRIKE)], "~~a~~"),
        ([Run("a", CODE)], "`a`"),
        ([Run("a", BOLD), Run("b", BOLD)], "**ab**"),
        ([Run("a ", BOLD), Run("b")], "**a** b"),
        ([Run("a", BOLD), Run("b", BOLD | ITALIC)], "**a<i>b</i>**"),
        ([Run("x"), Run("a", ITALIC)], "x*a*"),
        ([Run("x"), Run("(a)", BOLD)], "x<b>(a)</b>"),
        ([Run("漢"), Run("「字」", BOLD)], "漢**「字」**"),
        ([Run("a\nb", BOLD)], "**a**\n**b**"),
        ([Run("here", url=URL)], f"[here]({URL})"),
        ([Run("", url=URL)], URL),
        ([Run(""), Run("see "), Run(URL, url=URL), Run(".")], f"see {URL}."),
        ([Run("x"), Run("", url=URL)], f"x<{URL}>"),
        ([Run("a", BOLD, URL), Run("b", url=URL)], f"[**a**b]({URL})"),
        ([Run("a", CODE, URL)], f"[`a`]({URL})"),
        ([Run("wow!"), Run("a", url=URL)], f"wow\\![a]({URL})"),
        ([Run("a\\"), Run("b", BOLD)], "a\\\\**b**"),
    ],
)
def test_styles_and_links_as_markdown(runs, markdown):
    assert inline(runs) == markdown


WORDS = st.sampled_from(["word", "two words", "漢字", "end.", "(in brackets)", "a*b", "x_y", " "])
STYLES = st.sampled_from([PLAIN, BOLD, ITALIC, STRIKE, BOLD | ITALIC, CODE])


RUNS = st.tuples(WORDS, STYLES).map(lambda each: Run(*each))


@given(st.lists(RUNS, min_size=1, max_size=5))
def test_the_text_is_read_back(runs):
    """By our own reader of Markdown, which the model is better than."""
    whole = "".join(run.text for run in merged(runs))
    read = inlines(inline(runs), LinkPolicy())

    assert "".join(run.text for run in read).split() == whole.split()
