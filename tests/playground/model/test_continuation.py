"""Continuation: the rest of an answer can be read in a message of its own."""

import pytest

from bot.playground.model.continuation import rest_of
from bot.playground.model.script import written
from bot.rendering.parsing.links import LinkPolicy
from bot.rendering.parsing.parse import parse

TABLE = "| n | n² |\n|--:|--:|\n| 1 | 1 |\n| 2 | 4 |\n"
CODE = "Look:\n\n```python\nfor n in range(3):\n    print(n)\n```\n\nDone."


@pytest.mark.parametrize(
    ("whole", "said", "rest"),
    [
        ("The rest of this sentence.", "The rest of this sen", "sentence."),
        ("The rest of this sentence.", "The rest of", " this sentence."),
        ("この文の続きです。", "この文の続", "きです。"),
        ("It is **very bold** text.", "It is very", "**bold** text."),
        ("It says *he fell*; he did.", "It says he fell", "; he did."),
        ("It says **he fell**; he did.", "It says he fell", "; he did."),
        ("It says *he fell*; he did.", "It says he", "*fell*; he did."),
        ("2 * 3 is six, and so on.", "2 * 3 is six, and", " so on."),
        ("Call `print(n, end)` now.", "Call `print(n`", "`, end)` now."),
        (
            CODE,
            "Look:\n\n```\nfor n in range(3):\n    pr\n```",
            "```python\n    print(n)\n```\n\nDone.",
        ),
        (TABLE, "n n²\n1 1\n2", "| n | n² |\n|--:|--:|\n| 2 | 4 |\n"),
        (TABLE, "| n", "| n | n² |\n|--:|--:|\n| 1 | 1 |\n| 2 | 4 |\n"),
    ],
)
def test_it_goes_on_where_the_answer_ends(whole, said, rest):
    """With a whole word, and with what was open there opened again."""
    assert rest_of(whole, said) == rest


@pytest.mark.parametrize("said", ["", "…", "What it never said", "It is whole."])
def test_there_may_be_no_rest(said):
    """The answer was whole, or is another one."""
    assert rest_of("It is whole.", said) == ""


@pytest.mark.parametrize("name", ["markdown", "code", "table", "long"])
def test_wherever_an_answer_stops_its_rest_has_no_stray_fence(name):
    """Prose of the answer never turns into code, nor code into prose."""
    whole = written(name)
    code = {line for flow in parse(whole, LinkPolicy()) for line in lines_of_code(flow)}

    for at in range(10, len(whole), max(7, len(whole) // 150)):
        rest = rest_of(whole, whole[:at])
        went_on = {line for flow in parse(rest, LinkPolicy()) for line in lines_of_code(flow)}
        assert went_on <= code, whole[:at]


def lines_of_code(flow):
    return flow.text.split("\n") if type(flow).__name__ == "Code" else []
