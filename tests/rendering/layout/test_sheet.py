"""A sheet: filled until something does not fit, and taken back to a state of before."""

from bot.rendering.flow import Code, Heading, Paragraph, Table
from bot.rendering.layout.frame import PartLimits
from bot.rendering.layout.pieces import Piece
from bot.rendering.layout.sheet import Sheet
from bot.text.runs import Run


def text(words):
    return Paragraph((Run(words),))


def piece(flow, length=10):
    return Piece(flow, 0, length)


def table(rows=2, cell="x"):
    return Table((((Run(cell),),),) * rows)


def sheet(budget=1000, **limits):
    return Sheet(PartLimits(**limits), budget)


def shown(filled):
    return [entry.flow for entry in filled.entries]


def test_what_fits_is_taken():
    filled = sheet()

    assert filled.add(0, piece(text("one"), 3)) is None
    assert filled.add(1, piece(text("two"), 3)) is None
    assert shown(filled) == [text("one"), text("two")]
    assert filled.entries[-1].end == (1, 3)


def test_where_it_ends_is_told_when_something_does_not_fit():
    filled = sheet(100)
    end = filled.add(4, piece(text("word " * 40), 200))

    assert 0 < end[1] <= 100
    assert filled.entries[0].end == end
    assert filled.used <= 100


def test_a_heading_does_not_end_its_part():
    filled = sheet(1000)
    filled.add(0, piece(text("x" * 60), 60))
    filled.add(1, piece(Heading((Run("head"),), 3), 4))

    assert filled.end_before((2, 0)) == (1, 0)
    assert shown(filled) == [text("x" * 60)]


def test_a_message_has_so_many_blocks():
    filled = sheet(10_000, blocks=2)
    filled.add(0, piece(table(), 4))
    filled.add(1, piece(text("a"), 1))

    assert filled.add(2, piece(Heading((Run("b"),), 1), 1)) == (2, 0)


def test_a_second_table_is_text_where_it_is_small():
    filled = sheet(10_000)
    filled.add(0, piece(table(), 4))

    assert filled.must_wait(table())
    assert filled.add(1, piece(table(), 4)) is None
    assert isinstance(filled.entries[-1].flow, Code)
    assert filled.add(2, piece(table(30), 60)) == (2, 0)


def test_it_can_be_taken_back():
    filled = sheet()
    filled.add(0, piece(text("one"), 3))
    before, used = filled.mark(), filled.used
    filled.add(1, piece(table(), 4))
    filled.back_to(before)

    assert (shown(filled), filled.used) == ([text("one")], used)
    assert not filled.must_wait(table())


def test_white_space_is_nothing_to_see():
    filled = sheet()
    filled.add(0, piece(text(" \n"), 2))
    filled.add(1, piece(Code("\n"), 1))

    assert filled.is_blank
    filled.add(2, piece(table(), 4))
    assert not filled.is_blank
