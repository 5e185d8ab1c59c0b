import io
import time

import pytest
from rich.console import Console

from bot.ask.screen import MarkdownView, Tail, settled
from bot.core.types import ReasoningDelta, TextDelta


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("one", ""),
        ("one\n\ntwo", "one\n\n"),
        ("one\n\n```\na\n\nb", "one\n\n"),
        ("```\na\n\nb\n```\nafter", "```\na\n\nb\n```\n"),
        ("- a\n- b\n\n- c", ""),
        ("| a |\n|---|\n| 1 |\n\nafter", "| a |\n|---|\n| 1 |\n\n"),
    ],
)
def test_the_last_block_is_not_settled(text, kept):
    assert text[: settled(text)] == kept


def test_on_a_terminal_markdown_is_rendered_piece_by_piece():
    out = io.StringIO()
    console = Console(file=out, force_terminal=False, width=60)
    with MarkdownView(console) as screen:
        for piece in ("# Ti", "tle\n\nSome **bo", "ld** [text](https://e.example)\n\n- x", "\n"):
            screen.show(TextDelta(piece))

    lines = [line.strip() for line in out.getvalue().splitlines()]
    assert [line for line in lines if line] == [
        "Title", "Some bold text (https://e.example)", "• x",
    ]  # fmt: skip


def test_a_long_block_is_shown_as_fast_as_a_short_one():
    """What a piece costs must not grow with the block it belongs to."""
    began = time.perf_counter()
    with MarkdownView(Console(file=io.StringIO(), force_terminal=False, width=60)) as screen:
        screen.show(TextDelta("```\n"))
        for _ in range(3000):
            screen.show(TextDelta("wo"))
            screen.show(TextDelta("rd\n"))
        took = time.perf_counter() - began

    assert took < 3


def test_reasoning_is_not_shown():
    out = io.StringIO()
    with MarkdownView(Console(file=out, force_terminal=False, width=60)) as screen:
        screen.show(ReasoningDelta("hm"))
        screen.show(TextDelta("yes"))

    assert out.getvalue().split() == ["yes"]


def test_of_a_block_higher_than_the_terminal_the_end_is_shown():
    out = io.StringIO()
    console = Console(file=out, force_terminal=False, width=20, height=6)
    console.print(Tail("\n".join(f"- {n}" for n in range(20))))

    lines = [line.rstrip() for line in out.getvalue().splitlines()]
    assert lines == [f" • {n}" for n in range(16, 20)]
