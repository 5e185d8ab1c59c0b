"""Code in as many backticks as it asks for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot.text.code_spans import code_span, fence, longest_run

CODE = st.text("a` \\*", min_size=1, max_size=12)


def read(markdown):
    """What a strict reader of CommonMark takes for code."""
    (inline,) = [t for t in MarkdownIt("commonmark").parse(f"x{markdown}x") if t.type == "inline"]
    return [child.content for child in inline.children if child.type == "code_inline"]


@given(CODE)
def test_a_span_is_read_back(code):
    assert read(code_span(code)) == [code]


@given(CODE)
def test_a_fence_is_longer_than_what_it_holds(code):
    (block,) = MarkdownIt("commonmark").parse(f"{fence(code)}\n{code}\n{fence(code)}\n")

    assert block.content == f"{code}\n"


@pytest.mark.parametrize(("text", "length"), [("", 0), ("a", 0), ("`a``b`", 2), ("```", 3)])
def test_the_longest_run_counts(text, length):
    assert longest_run(text) == length
