"""Pieces: what of a flow is shown in one go, from any place on."""

import pytest

from bot.rendering.flow import Code, Item, Paragraph
from bot.rendering.layout.frame import PartLimits
from bot.rendering.layout.pieces import (
    ALL,
    LAST_LINE,
    Piece,
    Whole,
    code_pieces,
    lines,
    text_pieces,
)
from bot.text.runs import Run, text_of

LIMITS = PartLimits(block=100)


def code_of(text, offset=0, limits=LIMITS, *, over=True):
    whole = Whole(Code(text, "py"), 3, over=over, settled=over)
    return [*code_pieces(whole, whole.flow, offset, limits)]


def test_text_is_one_piece():
    flow = Paragraph((Run("one "), Run("two")))

    assert [*text_pieces(flow, 0, 0)] == [Piece(flow, 0, 7)]


def test_text_goes_on_behind_the_white_space():
    (piece,) = text_pieces(Item((Run("one  two"),), 1), 3, 0)

    assert (text_of(piece.flow.runs), piece.start, piece.end) == ("two", 5, 8)


def test_white_space_alone_is_no_piece():
    assert [*text_pieces(Paragraph((Run("one  "),)), 3, 0)] == []


def test_characters_that_were_left_out_count():
    """The text begins 10 characters into the flow."""
    (piece,) = text_pieces(Paragraph((Run("one two"),)), 13, 10)

    assert (text_of(piece.flow.runs), piece.start, piece.end) == ("two", 14, 17)


def test_short_code_is_one_piece():
    assert code_of("a\nb") == [Piece(Code("a\nb", "py"), 0, 3)]


def test_long_code_ends_with_a_line_and_points_to_its_file():
    text = "x" * 90 + "\n" + "y" * 20 + "\n" + "z" * 20
    shown, pointer = code_of(text)

    assert shown.flow.text == "x" * 90 + "\n" + "y" * 20
    assert (pointer.start, pointer.end, pointer.file.name) == (111, ALL, "code-1.py")


def test_a_line_that_never_ends_is_cut():
    shown, _ = code_of("x" * 2000)

    assert len(shown.flow.text) == LIMITS.block + LAST_LINE


@pytest.mark.parametrize("over", [True, False])
def test_code_that_may_still_end_points_nowhere(over):
    """As long as its last line goes on, nobody knows whether it is too long."""
    pieces = code_of("x" * 120, over=over)

    assert [bool(piece.file) for piece in pieces] == ([False, True] if over else [False])


def test_without_files_all_code_is_shown():
    (shown,) = code_of("x\n" * 200, limits=PartLimits(block=100, files=False))

    assert shown.end == 400


def test_code_goes_on_without_empty_lines():
    (piece,) = lines(Code(""), "a\n\n  b", 1)

    assert (piece.flow.text, piece.start, piece.end) == ("  b", 3, 6)


def test_a_piece_knows_where_its_characters_and_its_rows_end():
    assert Piece(Code("abc"), 10, 13).offset(2) == 12
    assert Piece(Code("abc"), 10, 30, ends=(15, 22, 30)).offset(2) == 22
