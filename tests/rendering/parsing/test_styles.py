"""Styles that begin and end where they like, and runs that are merged."""

from bot.rendering.parsing.emphasis import Delimiter
from bot.rendering.parsing.styles import flat, marks_of, merged, pair_marks
from bot.rendering.parsing.tags import Tag
from bot.text.runs import BOLD, ITALIC, Run


def star(count, *, opens=False, closes=False):
    return Delimiter("*", count, opens, closes)


def test_styles_may_overlap():
    pieces = [
        star(1, opens=True),
        Run("a"),
        Tag("<b>", "b", closes=False),
        Run("b"),
        star(1, closes=True),
        Run("c"),
        Tag("</b>", "b", closes=True),
        Run("d"),
    ]

    assert flat(pieces) == [
        Run("a", ITALIC),
        Run("b", BOLD | ITALIC),
        Run("c", BOLD),
        Run("d"),
    ]


def test_markers_that_belong_to_nothing_are_text():
    assert flat([star(3, opens=True), Run("a"), star(1, closes=True)]) == [
        Run("**"),
        Run("a", ITALIC),
    ]


def test_a_style_that_is_on_twice_is_on_until_both_end():
    pieces = [star(4, opens=True), Run("a"), star(2, closes=True), Run("b"), star(2, closes=True)]

    assert flat(pieces) == [Run("ab", BOLD)]


def test_runs_of_one_kind_are_merged_but_emoji():
    emoji = Run(":a:", emoji="a")

    assert merged([Run("a"), Run(""), Run("b"), emoji, emoji, Run("c", BOLD), Run("d", BOLD)]) == [
        Run("ab"),
        emoji,
        emoji,
        Run("cd", BOLD),
    ]


def test_marks_that_a_later_one_may_close():
    bold = Tag("<b>", "b", closes=False)
    pieces = [star(1, opens=True), Run("a"), star(1, closes=True), star(2, opens=True), bold]

    assert pair_marks(marks_of(pieces)) == [pieces[3], bold]
