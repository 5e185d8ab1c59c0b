"""Lists one after the other become nested lists that Markdown reads so."""

import pytest

from bot.transcript.lists import ListWriter


def written(*lists):
    writer = ListWriter()
    return "\n".join(writer.add(*each) for each in lists)


@pytest.mark.parametrize(
    ("lists", "expected"),
    [
        ([(["a", "b"], 0, None)], "- a\n- b"),
        ([(["a", "b"], 0, 3)], "3. a\n4. b"),
        ([(["a"], 0, None), (["b"], 1, None), (["c"], 0, None)], "- a\n  - b\n- c"),
        ([(["a"], 0, 1), (["b"], 1, None)], "1. a\n   - b"),
        ([(["a"], 0, 1), (["b"], 1, 1), (["c"], 0, 2)], "1. a\n   1. b\n2. c"),
        ([(["a\nb"], 0, None)], "- a\n  b"),
    ],
)
def test_a_deeper_list_stands_below_the_text_of_its_item(lists, expected):
    assert written(*lists) == expected


def test_numbers_that_do_not_follow_on_get_another_mark():
    """Else Markdown would count on."""
    assert written((["a"], 0, 1), (["b"], 0, 1)) == "1. a\n1) b"


def test_an_empty_line_stands_where_a_list_could_not_begin():
    assert written((["a"], 0, None), (["b"], 1, 5)) == "- a\n\n  5. b"
