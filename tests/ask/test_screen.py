import contextlib
import io

import pytest
from rich.console import Console

from bot.ask.screen import MarkdownView, Tail, as_broken_off, settled
from bot.core.types import ReasoningDelta, TextDelta
from tests.growth import grows_with_length


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


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Some **bold and `code", "Some bold and code"),
        ("One.\n\nSee [the label](https://exam", "See the label"),
        ("- a\n- **b", "• b"),
        ("| a | b |\n|---|---|\n| 1 | **2", "1 2"),
        # Nothing is half open here.
        ("http://a.example/x_y and 5 * 3", "http://a.example/x_y and 5 * 3"),
    ],
)
def test_what_is_half_open_where_it_breaks_off_is_shown_as_its_words(text, shown):
    out = io.StringIO()
    with MarkdownView(Console(file=out, force_terminal=False, width=60)) as screen:
        screen.show(TextDelta(text))
        screen.break_off()

    assert " ".join(out.getvalue().rstrip().splitlines()[-1].split()) == shown


def test_ctrl_c_breaks_it_off_too():
    out = io.StringIO()
    view = MarkdownView(Console(file=out, force_terminal=False, width=60))
    with contextlib.suppress(KeyboardInterrupt), view:
        view.show(TextDelta("Some **bold"))
        raise KeyboardInterrupt

    assert out.getvalue().strip() == "Some bold"


def test_as_long_as_more_may_come_nothing_is_closed():
    out = io.StringIO()
    with MarkdownView(Console(file=out, force_terminal=False, width=60)) as screen:
        screen.show(TextDelta("Some **bold"))

    assert out.getvalue().strip() == "Some **bold"


def test_a_block_of_any_size_is_closed():
    """In Slack it would be several messages, or a file."""
    code = "```\n" + "line\n" * 5000 + "end"
    table = "| a |\n|---|\n" + "| b |\n" * 500 + "| **end"

    assert as_broken_off(code).count("line") == 5000
    assert as_broken_off(table).count("| b |") == 500
    assert as_broken_off(table).endswith("| **end** |")


def test_a_long_block_is_shown_as_fast_as_a_short_one():
    """What a piece costs must not grow with the block it belongs to."""

    def work(lines):
        with MarkdownView(Console(file=io.StringIO(), force_terminal=False, width=60)) as screen:
            screen.show(TextDelta("```\n"))
            for _ in range(lines):
                screen.show(TextDelta("wo"))
                screen.show(TextDelta("rd\n"))

    assert grows_with_length(work, 300)


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
