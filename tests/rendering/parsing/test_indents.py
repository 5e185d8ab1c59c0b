"""Lines that models put too far out."""

import pytest

from bot.rendering.parsing.indents import Fence


@pytest.mark.parametrize(
    ("first", "line", "moved"),
    [
        ("x = 1", "x = 1", "   x = 1"),
        ("def f():", "    pass", "       pass"),
        ("   x", "y", "y"),
        (" x", "  y", "    y"),
        ("x", "", ""),
        ("x", "```", "   ```"),
        ("\tx", "y", "y"),
    ],
)
def test_code_is_moved_by_what_its_first_line_lacks(first, line, moved):
    fence = Fence("```", column=3, quoted=False)
    fence.shift = fence.lacking(first)
    assert fence.moved(line) == moved


@pytest.mark.parametrize("fence", [Fence("```", 0, quoted=False), Fence("```", 4, quoted=True)])
def test_code_at_the_edge_or_in_a_quote_stays(fence):
    assert fence.moved("x = 1") == "x = 1"
