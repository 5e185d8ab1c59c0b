"""`markdown` blocks are read as they were written: entities are characters, but not in code."""

import pytest

from bot.transcript.markdown_blocks import from_markdown
from tests.growth import grows_with_length


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

    def work(runs):
        from_markdown(" ".join("`" * (n % 50 + 1) for n in range(runs)))

    assert grows_with_length(work, 1000)
