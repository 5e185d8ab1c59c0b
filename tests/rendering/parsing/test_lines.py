"""What a line is, read from its beginning."""

import pytest

from bot.rendering.parsing.lines import DEEPEST, LONGEST, decided_end, read, shallow, tame


@pytest.mark.parametrize(
    ("text", "quote", "indent", "marker", "content"),
    [
        ("plain", 0, 0, "", "plain"),
        ("  in", 0, 2, "", "in"),
        ("- item", 0, 0, "-", "item"),
        ("  12) item", 0, 2, ")", "item"),
        ("> - item", 1, 0, "-", "item"),
        ("> > deep", 2, 0, "", "deep"),
        ("- 1. both", 0, 0, "-", "both"),
        ("-5 degrees", 0, 0, "", "-5 degrees"),
        ("* * *", 0, 0, "", "* * *"),
        ("-", 0, 0, "-", ""),
    ],
)
def test_a_line_says_what_it_stands_in(text, quote, indent, marker, content):
    line = read(text)
    assert (line.quote, line.indent, line.marker, line.content) == (quote, indent, marker, content)


@pytest.mark.parametrize(
    ("text", "is_piped"),
    [("a | b", True), ("| a", True), ("`a | b`", False), ("`a` | b", True), ("none", False)],
)
def test_a_pipe_in_code_makes_no_table(text, is_piped):
    assert read(text).piped is is_piped


@pytest.mark.parametrize(
    ("text", "fence"),
    [("```", "```"), ("````md", "````"), ("~~~ py", "~~~"), ("```a```", ""), ("- ```py", "```")],
)
def test_a_fence_is_known_by_its_marks(text, fence):
    assert read(text).fence == fence


@pytest.mark.parametrize(
    ("text", "closes"),
    [("```", True), ("  ````  ", True), ("``", False), ("```x", False), ("~~~", False)],
)
def test_a_fence_is_closed_by_as_many_marks(text, closes):
    assert read(text).closes("```") is closes


def test_containers_are_not_deeper_than_can_be_shown():
    assert read(shallow("> " * 100 + "x")).quote == DEEPEST
    assert shallow(" " * 99 + "x") == " " * 4 * DEEPEST + "x"
    assert shallow("\t- x") == "    - x"


def test_a_heading_that_never_ends_is_text():
    assert not read(tame("# " + "x" * LONGEST)).heading
    assert read(tame("# short")).heading


@pytest.mark.parametrize(
    ("text", "shown"),
    [("a\n- ", "a\n"), ("a\n- [x] ", "a\n"), ("a\n> ", "a\n"), ("a\n1. b", "a\n1. b"), ("# ", "")],
)
def test_marks_alone_are_not_shown(text, shown):
    assert text[: decided_end(text)] == shown


@pytest.mark.parametrize(
    ("text", "at"),
    [("- [ ] a", 6), ("1. [x]  a", 8), ("- [x](b)", 2), ("[ ] a", 0), ("> - a", 4), ("- [x]", 5)],
)
def test_text_begins_after_the_box_of_a_task(text, at):
    assert read(text).text_at == at


@pytest.mark.parametrize("text", ["# a", "```py", "~~~", "$$", "- # a"])
def test_headings_and_fences_are_blocks(text):
    assert read(text).is_block
    assert not read(text).flattened().is_block
