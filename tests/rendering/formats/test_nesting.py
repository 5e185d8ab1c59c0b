"""Markers that open and close in order around text."""

from hypothesis import given
from hypothesis import strategies as st

from bot.rendering.formats.nesting import NEWLINE, Marker, Markup, linked, loosened, nested, split
from bot.text.runs import BOLD, CODE, ITALIC, PLAIN, STRIKE, Run, text_of

STYLES = st.integers(0, 7)


def markup(*styles):
    names = {BOLD: "b", ITALIC: "i", STRIKE: "s"}
    return "".join(
        f"<{'' if each.opens else '/'}{names[each.style]}>" if isinstance(each, Marker) else "x"
        for each in nested([Markup(style, "x") for style in styles])
    )


@given(st.lists(STYLES))
def test_every_piece_stands_in_its_styles_and_no_other(styles):
    opened, seen = [], []
    for each in nested([Markup(style, "x") for style in styles]):
        if isinstance(each, Markup):
            assert sum(opened) == each.style
            seen.append(each.style)
        elif each.opens:
            opened.append(each.style)
        else:
            assert opened.pop() == each.style

    assert (seen, opened) == (styles, [])


def test_what_lasts_longest_is_opened_first():
    assert markup(BOLD | ITALIC, BOLD, PLAIN) == "<b><i>x</i>x</b>x"
    assert markup(BOLD | ITALIC, ITALIC) == "<i><b>x</b>x</i>"
    assert markup(BOLD, BOLD | ITALIC, ITALIC) == "<b>x<i>x</i></b><i>x</i>"


def test_blanks_at_the_edge_of_a_style_are_outside_of_it():
    runs = [Run(" a ", BOLD), Run("b ", BOLD | ITALIC), Run("c")]

    assert loosened(runs) == [
        Run(" "),
        Run("a ", BOLD),
        Run("b", BOLD | ITALIC),
        Run(" c"),
    ]


def test_no_blank_gets_a_style_that_it_had_not():
    runs = [Run("a", BOLD), Run(" "), Run("b", BOLD)]

    assert loosened(runs) == runs


@given(st.lists(st.builds(Run, st.sampled_from(["a", " ", " b ", "\n"]), st.integers(0, 15))))
def test_loosening_keeps_the_text(runs):
    assert text_of(tuple(loosened(runs))) == text_of(tuple(runs))


def test_a_link_is_one_group_however_many_runs_its_label_has():
    a, b, c = Run("a", BOLD, "u"), Run("b", CODE, "u"), Run("c", PLAIN, "v")

    assert list(linked([Run("x"), a, b, c, Run("y"), Run("z", BOLD)])) == [
        ("", [Run("x")]),
        ("u", [a, b]),
        ("v", [c]),
        ("", [Run("y")]),
        ("", [Run("z", BOLD)]),
    ]


def test_lines_are_split_within_runs():
    assert split([Run("a\nb", BOLD), Run("c\n")], NEWLINE) == [
        [Run("a", BOLD)],
        [Run("b", BOLD), Run("c")],
        [],
    ]
