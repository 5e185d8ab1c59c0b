"""Tables of Slack, as the model reads them."""

from bot.transcript.rich_text import Names
from bot.transcript.tables import COLUMNS, ROWS, table

NAMES = Names(lambda user: user)


def cells(*texts):
    return [{"type": "raw_text", "text": text} for text in texts]


def test_a_table_has_the_alignment_of_its_columns():
    found = {
        "type": "table",
        "rows": [cells("a", "b", "c", "d"), cells("1\n2", " ", "x | y", "`|`")],
        "column_settings": [{"align": "left"}, {"align": "center"}, {"align": "right"}],
    }

    assert table(found, NAMES) == (
        "| a | b | c | d |\n| --- | :---: | ---: | --- |\n| 1 2 |  | x \\| y | \\`\\|\\` |"
    )


def test_cells_may_be_numbers_and_buttons_and_there_may_be_a_caption():
    link = {"type": "button", "text": {"type": "plain_text", "text": "Go"}, "url": "https://x.dev"}
    number = {"type": "raw_number", "value": 4.5}
    shown = {"type": "raw_number", "value": 4, "text": "4 kg"}
    found = {"caption": "Stock", "rows": [[number, shown, link]]}

    assert table(found, NAMES) == (
        "Stock\n\n| 4.5 | 4 kg | [Go](https://x.dev) |\n| --- | --- | --- |"
    )


def test_a_table_is_bounded():
    lines = table({"rows": [cells(*["x"] * 500), *[cells("y")] * 500]}, NAMES).split("\n")

    assert len(lines) == ROWS + 1
    assert lines[0].count("x") == COLUMNS


def test_what_is_no_table_says_nothing():
    assert table({"rows": "junk"}, NAMES) == ""
