"""A table as pieces: rows of Slack's tables, and as lines of text what no message can hold."""

from bot.rendering.flow import Code, Table
from bot.rendering.layout.frame import PartLimits
from bot.rendering.layout.grid import Grid
from bot.rendering.layout.pieces import ALL, Whole
from bot.text.runs import Run

FILES, NO_FILES = PartLimits(table_rows=3), PartLimits(files=False)


def table(*rows):
    return Table(tuple(tuple((Run(cell),) for cell in row) for row in rows))


def pieces(shown, offset=0, limits=FILES, budget=1000, *, over=True):
    return [*Grid(Whole(shown, 0, over, over), shown, limits, budget).pieces(offset)]


def test_a_small_table_is_one_piece():
    shown = table("ab", "cd")
    (piece,) = pieces(shown)

    assert piece.flow == shown
    assert (piece.start, piece.end, piece.ends) == (0, 12, (6, 12))


def test_a_table_goes_on_below_its_header():
    (piece,) = pieces(table("ab", "cd", "ef"), offset=12)

    assert piece.flow == table("ab", "ef")
    assert (piece.start, piece.end) == (12, 18)


def test_a_row_that_was_begun_goes_on_as_text():
    (piece,) = pieces(table("ab", "cd"), offset=10)

    assert piece.flow == Code("d")


def test_further_rows_are_in_a_file():
    shown, pointer = pieces(table("ab", "cd", "ef", "gh"))

    assert shown.flow == table("ab", "cd", "ef")
    assert (pointer.end, pointer.file.name) == (ALL, "table-1.csv")


def test_without_files_every_row_is_shown():
    (shown,) = pieces(table(*["ab"] * 30), limits=NO_FILES)

    assert len(shown.flow.rows) == 30


def test_a_row_that_no_message_can_hold_is_text():
    huge = "x" * 900
    first, line, rest = pieces(table(["a"], [huge], ["b"]), limits=NO_FILES, budget=800)

    assert (first.flow, rest.flow) == (table(["a"]), table(["a"], ["b"]))
    assert line.flow == Code(huge)


def test_too_many_columns_are_text_or_a_file():
    wide = table("x" * 25, "y" * 25)

    (text,) = pieces(wide, limits=NO_FILES)
    assert isinstance(text.flow, Code)
    shown, pointer = pieces(wide)
    assert len(shown.flow.rows[0]) == FILES.table_columns
    assert pointer.file


def test_a_file_for_columns_waits_for_the_last_row():
    assert len(pieces(table("x" * 25, "y" * 25), over=False)) == 1
