"""CSV that can be read back, and in which no spreadsheet of any country finds a formula."""

import csv
import io
import re
import unicodedata
from itertools import product

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.text.spreadsheets import csv_text, inert
from bot.text.visible import visible

SIGNS = "=+-@＝＋－＠﹦﹢﹣﹫−⁼⁺⁻₌"
INVISIBLE = ["\ufeff", "\u200b", "\u202e", "\x00"]
BEFORE = ["", " ", "\t", "\r", "\n", '"', "\u3000", ' "\ufeff', *INVISIBLE]
BEHIND = [*("", "a;", "a ;", "a;;", "a\t", "a\n", "a\r\n", 'say "a";', "1;")]


def computes(cell):
    """Whether a spreadsheet may take the cell for a formula, once it has trimmed it."""
    begins = unicodedata.normalize("NFKC", visible(cell).strip('" \t\r\n\u3000'))[:1]
    is_number = re.fullmatch(r"[+\-−＋－]?\d[\d.,]*%?", cell.strip())
    return begins in {*"=+-@−"} and not is_number


def opened(text, separator, *, quotes=True):
    """The cells that a spreadsheet finds, which separates them as its country does."""
    quoting = csv.QUOTE_MINIMAL if quotes else csv.QUOTE_NONE
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, quoting=quoting)
    return [cell for row in reader for cell in row]


@pytest.mark.parametrize("sign", SIGNS)
def test_no_country_finds_a_formula(sign):
    for before, behind, separator in product(BEFORE, BEHIND, ",;\t"):
        rows = [["x", f"{behind}{before}{sign}HYPERLINK(1)"], [f"{before}{sign}A1", "y"]]
        for quotes in (True, False):
            assert not any(map(computes, opened(csv_text(rows), separator, quotes=quotes)))


def test_line_ends_stay_whole():
    assert inert("a\r\n=1") == "a\r\n'=1"


PIECES = st.lists(st.sampled_from([*SIGNS, *BEFORE, *";,'\"a1\n"])).map("".join)


@given(st.lists(st.lists(PIECES, min_size=1), min_size=1))
@example([["-5", "a"]])
def test_nothing_is_one(rows):
    for separator in ",;\t":
        cells = opened(csv_text([["x", *row] for row in rows]), separator)
        assert not any(map(computes, cells))


@given(st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=2)))
def test_it_is_read_back_as_it_was(rows):
    rows = [[f"x{text}".replace("\x00", "") for text in row] for row in rows]
    read = csv.reader(io.StringIO(csv_text(rows), newline=""))

    assert [*read] == [[*map(inert, row)] for row in rows]


@pytest.mark.parametrize("text", ["-5", "+3.2", "-1,000.50", "-12%", "+1e10", "−5", "－５", "0"])
def test_numbers_stay_numbers(text):
    assert inert(text) == text


@pytest.mark.parametrize("text", ["a = b", "me@x.example", "C++", "a;b", "'=1", "x; y=1", ""])
def test_other_text_stays(text):
    assert inert(text) == text


@given(PIECES)
def test_once_is_enough(text):
    assert inert(inert(text)) == inert(text)


def test_it_is_csv():
    rows = [["a", 'say "hi"', "x,y"], ["", "=1", "two\nlines"]]

    assert csv_text(rows) == 'a,"say ""hi""","x,y"\r\n,\'=1,"two\nlines"\r\n'
