"""The beginning of a flow that fits: as much as there is room for, cut where it reads well."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rendering.flow import Code, Heading, Item, Paragraph, Rule, Table
from bot.rendering.layout.fitting import Room, beginning, rows_fitting
from bot.rendering.layout.sizes import BLOCK, units
from bot.text.runs import Run, text_of
from tests.rendering.flows import flows


def room(most, *, least=0, empty=False, rows=100, last=False):
    return Room(most, least, empty, rows, last)


def table(*cells):
    return Table(tuple(((Run(each),),) for each in cells))


def test_text_ends_with_a_sentence():
    text = Paragraph((Run("One is here. Two is here. Three is here."),))
    flow, length = beginning(text, room(36, empty=True))

    assert text_of(flow.runs) == "One is here. Two is here."
    assert length == 25


def test_in_a_part_that_is_well_filled_a_line_is_not_begun():
    text = Paragraph((Run("word " * 20),))

    assert beginning(text, room(30)) is None
    assert beginning(Paragraph((Run("a line\n" + "word " * 20),)), room(30))[1] == 7


def test_a_heading_is_not_cut_while_something_else_is_there():
    heading = Heading((Run("word " * 20),), 3)

    assert beginning(heading, room(50, least=20)) is None
    assert beginning(heading, room(50, empty=True)) is not None


def test_code_ends_with_a_line():
    flow, length = beginning(Code("one\ntwo\nthree"), room(BLOCK + 9, empty=True))

    assert (flow, length) == (Code("one\ntwo"), 7)


def test_a_table_has_its_header_and_a_row_or_nothing():
    rows = table("head", "one", "two")

    assert rows_fitting(rows, room(BLOCK + 14)) == 2
    assert beginning(rows, room(BLOCK + 14)) == (Table(rows.rows[:2]), 2)
    assert beginning(rows, room(BLOCK + 7)) is None
    assert beginning(rows, room(BLOCK + 7, empty=True)) == (Table(rows.rows[:2]), 2)


@pytest.mark.parametrize("rows", [2, 3])
def test_no_more_rows_than_a_table_may_have(rows):
    assert rows_fitting(table("head", "one", "two", "three"), room(1000, rows=rows)) == rows


def test_a_rule_fits_where_it_is_the_first():
    assert beginning(Rule(), room(1, empty=True)) == (Rule(), 1)
    assert beginning(Rule(), room(1)) is None


@pytest.mark.parametrize("empty", [True, False])
def test_an_item_without_text_that_is_far_in(empty):
    """It is taken whole, or left for a part that is empty."""
    item = Item((), depth=40)

    assert beginning(item, room(10, empty=empty)) == ((item, 1) if empty else None)


@given(flows, st.integers(60, 400), st.integers(0, 60), st.booleans())
def test_what_fits_does_fit_and_is_the_beginning(flow, most, least, empty):
    """A part that is empty takes something even if that is too much."""
    found = beginning(flow, room(most, least=least, empty=empty))

    if found and not empty:
        assert units(found[0]) <= most
    assert not (empty and found is None)
