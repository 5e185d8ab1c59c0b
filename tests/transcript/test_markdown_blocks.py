"""`markdown` blocks are read as they were written: entities are characters, but not in code."""

import time

import pytest

from bot.transcript.markdown_blocks import from_markdown


@pytest.mark.parametrize(
    ("posted", "written"),
    [
        ("a &lt;b&gt; c", "a <b> c"),
        ("`&lt;` and &lt;", "`&lt;` and <"),
        ("``a ` &lt;`` &gt;", "``a ` &lt;`` >"),
        ("```\n&lt;\n```\n&lt;", "```\n&lt;\n```\n<"),
        ("> ```\n> &lt;\n> ```\n&gt;", "> ```\n> &lt;\n> ```\n>"),
        ("~~~\n&lt;", "~~~\n&lt;"),
        ("a ` &lt;", "a ` <"),
        ("&amp;lt;", "&amp;lt;"),
        ("", ""),
    ],
)
def test_entities_are_characters_except_in_code(posted, written):
    assert from_markdown(posted) == written


def test_backticks_without_end_cost_no_more_than_others():
    """Each run is looked at once, however many there are."""
    text = " ".join("`" * (n % 50 + 1) for n in range(20_000))
    began = time.process_time()
    from_markdown(text)

    assert time.process_time() - began < 5
