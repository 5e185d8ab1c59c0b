"""Lines that models put too far to the left, and the lists that tell how far."""

import pytest

from bot.rendering.parsing.indents import UPRIGHT, Lean, Lists
from bot.rendering.parsing.lines import read


def lists(*lines):
    """The lists after these lines."""
    made = Lists()
    for line in lines:
        made.enter(read(line))
    return made


def test_a_line_is_in_the_items_whose_text_begins_no_further_in():
    made = lists("1. one", "   - two", "     - three")

    assert [made.depth_of(read(" " * n + "text")) for n in (0, 2, 3, 4, 5, 7)] == [0, 0, 1, 1, 2, 3]


def test_an_item_ends_the_deeper_ones():
    made = lists("1. one", "   - two", "     - three", "   * four")

    assert [made.marker_at(depth) for depth in range(4)] == [".", "*", "", ""]


@pytest.mark.parametrize(
    ("line", "excluded"),
    [("text", True), ("   text", False), ("> said", True), ("   > said", False), ("- a", False)],
)
def test_what_is_in_no_item(line, excluded):
    assert lists("1. one").excludes(read(line)) == excluded


def test_nothing_is_excluded_where_no_list_is():
    assert not Lists().excludes(read("text"))


@pytest.mark.parametrize(
    ("above", "line", "lean"),
    [
        ("1. one", " - a", Lean(1, 2)),
        ("10. ten", "  - a", Lean(2, 2)),
        ("1. one", "   - a", UPRIGHT),
        ("1. one", "- a", UPRIGHT),
        ("1. one", "  2. a", UPRIGHT),
        ("- one", " - a", UPRIGHT),
        ("1. one", "> - a", UPRIGHT),
        ("1. one", "  text", UPRIGHT),
    ],
)
def test_bullets_below_a_number_are_moved_into_it(above, line, lean):
    assert lists(above).lean_of(read(line)) == lean
