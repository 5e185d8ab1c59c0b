"""The last line of a text that broke off: a marker alone is left out, a header becomes a table."""

import pytest

from bot.rendering.flow import Code, Item, Paragraph, Rule, Table
from bot.rendering.parsing.last_line import ended_code, ended_lines
from bot.rendering.parsing.lines import read
from bot.rendering.renderer import Renderer
from bot.text.runs import Run


def lines(raw, header=None, *, in_table=False):
    return ended_lines(raw, read(raw), header and read(header), in_table=in_table)


@pytest.mark.parametrize(
    "raw",
    ["-", "- ", "*", "+ ", "3.", "12) ", "> ", "> - ", "--", "- -", "**", "__", "===", "|", ""],
)
def test_markers_alone_say_nothing(raw):
    assert lines(raw) == []


@pytest.mark.parametrize("raw", ["---", "***", "42", "a", "- a", "> b", "a | b", "# c"])
def test_anything_else_is_kept(raw):
    assert lines(raw) == [raw]


@pytest.mark.parametrize("raw", ["- [", "- [ ", "- [x", "- [x]", "- [ ] "])
def test_a_box_without_its_task_is_left_out(raw):
    assert lines(raw) == ["- "]


@pytest.mark.parametrize(
    ("raw", "header", "ended"),
    [
        ("| a | b", None, ["| a | b", "|---|---|"]),
        ("> | a |", None, ["> | a |", "> |---|"]),
        ("- | a |", None, ["- | a |", "  |---|"]),
        ("", "| a | b |", ["|---|---|"]),
        ("|--", "| a | b |", ["|---|---|"]),
        ("--- |", "a | b", ["|---|---|"]),
        ("---", "a | b", []),
        ("", "a | b", []),
    ],
)
def test_a_table_gets_what_is_missing_of_its_delimiters(raw, header, ended):
    assert lines(raw, header) == ended


def test_a_row_without_cells_is_left_out():
    assert lines("| ", in_table=True) == []
    assert lines("| 1", in_table=True) == ["| 1"]


@pytest.mark.parametrize(
    ("raw", "fence", "ended"),
    [
        ("``", "```", []),
        ("```", "```", []),
        ("~~", "~~~", []),
        ("x = `", "```", ["x = `"]),
        ("x^2$", "$$", ["x^2"]),
        ("x\\", "\\[", ["x"]),
    ],
)
def test_code_ends_without_half_of_its_fence(raw, fence, ended):
    assert ended_code(raw, read(raw), fence, quoted=False) == ended


@pytest.mark.parametrize(
    ("text", "flows"),
    [
        ("```python", []),
        ("a\n\n```", [Paragraph((Run("a"),))]),
        ("```\nx = 1\n``", [Code("x = 1")]),
        ("- a\n- ", [Item((Run("a"),))]),
        ("a\n-", [Paragraph((Run("a"),))]),
        ("- a\n  - ```py", [Item((Run("a"),))]),
        ("a\n\n---", [Paragraph((Run("a"),)), Rule()]),
        ("| a |", [Table((((Run("a"),),),), ("",))]),
        ("**a\n\n", [Paragraph((Run("**a"),))]),
        ("# **a\n", None),
    ],
)
def test_the_whole_way(text, flows):
    """A paragraph or heading that was complete keeps its marks, as it would in the whole text."""
    broken, whole = Renderer(), Renderer()
    for renderer in (broken, whole):
        renderer.feed(text)
    broken.finish(broke_off=True)
    whole.finish()
    shown = [flow for part in broken.frame().parts for flow in part.flows]

    assert shown == (
        [flow for part in whole.frame().parts for flow in part.flows] if flows is None else flows
    )
