"""Tables in other forms: columns that line up, values that no spreadsheet runs."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rendering.flow import Code, Table
from bot.rendering.formats.tables import cell, csv_of, line, preformatted
from bot.text.graphemes import width
from bot.text.runs import BOLD, Run
from bot.text.spreadsheets import inert


def row(*texts):
    return tuple((Run(text),) if text else () for text in texts)


def test_columns_line_up_in_any_script():
    table = Table((row("Name", "都市"), row("Ann", "東京都"), row("カナ", "Oslo")))

    assert preformatted(table) == Code(
        "Name  都市\n────  ──────\nAnn   東京都\nカナ  Oslo",
    )


def test_columns_are_aligned_as_asked():
    table = Table((row("left", "n", "mid"), row("a", "100", "x")), ("left", "right", "center"))

    assert preformatted(table).text.split("\n") == [
        "left    n  mid",
        "────  ───  ───",
        "a     100   x",
    ]


texts = st.text(st.characters(categories=["L", "N", "So", "Mn"]), max_size=8)


@given(st.integers(1, 4).flatmap(lambda n: st.lists(st.tuples(*[texts] * n), min_size=1)))
def test_every_column_begins_where_its_rule_does(rows):
    table = Table(tuple(row(*texts, "|") for texts in rows))
    header, rule, *body = preformatted(table).text.split("\n")

    for each in (header, *body):
        assert width(each) == width(rule)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("abc", 3),
        ("日本", 4),
        ("ｶﾅ", 2),
        ("e\u0301", 1),
        ("か\u3099", 2),
        ("😀", 2),
        ("❤\ufe0f", 2),
        ("👍🏽", 2),
        ("👩\u200d👩\u200d👧", 2),
        ("🇯🇵", 2),
        ("1\ufe0f\u20e3", 2),
        ("", 0),
    ],
)
def test_width(text, expected):
    assert expected == width(text)


def test_a_cell_says_where_its_links_lead():
    url = "https://x.example/a"

    assert (
        cell((Run("see "), Run("this", BOLD, url), Run(" one", 0, url))) == f"see this one ({url})"
    )
    assert cell((Run(url, 0, url),)) == url
    assert cell((Run("me@x.example", 0, "mailto:me@x.example"),)) == "me@x.example"


def test_a_cell_is_one_line():
    assert line(((Run("one\ntwo"),), (), (Run("three"),))) == "one two |  | three"


def test_values_are_quoted_as_they_must_be():
    rows = [row("a", 'say "hi"', "x,y"), row("", " pad", "plain")]

    assert csv_of(rows) == 'a,"say ""hi""","x,y"\r\n,pad,plain\r\n'


@pytest.mark.parametrize(
    "text", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "=HYPERLINK(1)", "-", "+a"]
)
def test_no_spreadsheet_runs_a_value(text):
    assert csv_of([row(text)]).strip('"\r\n') == f"'{text}"


@pytest.mark.parametrize("text", ["-5", "+3.2", "-1,000.50", "-12%", "+1e10"])
def test_numbers_stay_numbers(text):
    assert next(csv.reader([csv_of([row(text)])])) == [text]


@given(st.lists(st.lists(st.text(st.characters(exclude_categories=["C", "Z"])), min_size=2)))
def test_what_is_written_can_be_read(rows):
    table = [row(*(f"x{text}" for text in texts)) for texts in rows]
    read = csv.reader(io.StringIO(csv_of(table), newline=""))

    assert [[inert(f"x{text}") for text in texts] for texts in rows] == [*read]
