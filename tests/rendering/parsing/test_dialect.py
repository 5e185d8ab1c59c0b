"""The blocks: what is on, what is off, and display math."""

import pytest

from bot.rendering.parsing.dialect import tokens


def blocks(text):
    return [(token.type, token.content) for token in tokens(text) if token.content]


@pytest.mark.parametrize(
    "text",
    [
        "a\n===",
        "a\n---\nb",
        "    a",
        "<div>\na\n</div>",
        "[a]: https://a.example",
        "#a",
        "####### a",
    ],
)
def test_what_is_off(text):
    assert {kind for kind, _ in blocks(text)} == {"inline"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$$\nx\n$$", [("math", "x")]),
        ("\\[\nx\ny\n\\]", [("math", "x\ny")]),
        ("$$ x $$", [("math", "x")]),
        ("\\[ x \\]", [("math", "x")]),
        ("$$ x\ny $$", [("inline", "$$ x\ny $$")]),
        ("$$\nx\n\ny\n$$", [("math", "x\n\ny")]),
        ("$$\nx\n\ny", [("math", "x\n\ny")]),
        ("a\n$$\nx\n$$\nb", [("inline", "a"), ("math", "x"), ("inline", "b")]),
        ("> $$\n> x\n> $$\n> a", [("math", "x"), ("inline", "a")]),
        ("- a\n  $$\n  x\n  $$\n- b", [("inline", "a"), ("math", "x"), ("inline", "b")]),
        ("- $$\n  x\nb", [("math", "x"), ("inline", "b")]),
        ("$$x$$ and $$y$$", [("inline", "$$x$$ and $$y$$")]),
        ("$$x$$ a", [("inline", "$$x$$ a")]),
        ("$$ is the PID\n\n$$a", [("inline", "$$ is the PID"), ("inline", "$$a")]),
        ("\\[1\\] a", [("inline", "\\[1\\] a")]),
        ("\\[a\n\\[b\\] c", [("inline", "\\[a\n\\[b\\] c")]),
        ("$$$$", [("inline", "$$$$")]),
        ("a $$x$$", [("inline", "a $$x$$")]),
    ],
)
def test_display_math(text, expected):
    assert blocks(text) == expected


@pytest.mark.parametrize("opening", ["```a | b", "~~~a | b", "- a | b", "> a | b", "# a | b"])
def test_a_line_that_begins_something_else_is_no_header_of_a_table(opening):
    kinds = [token.type for token in tokens(f"text\n{opening}\n--- | ---\n")]

    assert "table_open" not in kinds
