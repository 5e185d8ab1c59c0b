"""Open blocks of code: how their lines are moved, and what ends a document in one."""

import pytest

from bot.rendering.parsing.fences import LONGER, Fence, lengthened
from bot.rendering.parsing.lines import read


@pytest.mark.parametrize(
    ("first", "line", "moved"),
    [
        ("x = 1", "x = 1", "   x = 1"),
        ("def f():", "    pass", "       pass"),
        ("   x", "y", "y"),
        (" x", "  y", "    y"),
        ("x", "", ""),
        ("x", "```", "   ```"),
        ("\tx", "y", "y"),
    ],
)
def test_code_is_moved_by_what_its_first_line_lacks(first, line, moved):
    fence = Fence("```", column=3, quoted=False)
    fence.shift = fence.lacking(first)
    assert fence.moved(line) == moved


@pytest.mark.parametrize("fence", [Fence("```", 0, quoted=False), Fence("```", 4, quoted=True)])
def test_code_at_the_edge_or_in_a_quote_stays(fence):
    assert fence.moved("x = 1") == "x = 1"


@pytest.mark.parametrize("line", ["```markdown", "~~~~md", "  ```MDX title", "> ```{.markdown}"])
def test_the_marks_of_a_document_are_made_longer(line):
    made = lengthened(read(line))
    assert len(read(made).fence) == len(read(line).fence) + LONGER


@pytest.mark.parametrize("line", ["```", "```python", "```text markdown", "markdown", "$$"])
def test_other_lines_stay(line):
    assert lengthened(read(line)) == line


def document(*lines):
    """A document in three backticks, after these lines of it."""
    made = Fence("`" * (LONGER + 3), column=0, quoted=False, document=True)
    for line in lines:
        made.note(read(line))
    return made


@pytest.mark.parametrize(
    ("lines", "closed"),
    [
        (["# A"], True),
        (["```sh", "make"], False),
        (["```sh", "make", "```"], True),
        (["````sh", "```"], False),
        (["````sh", "```", "````"], True),
        (["```md", "```sh", "a", "```"], False),
        (["```md", "```sh", "a", "```", "```"], True),
        (["```sh", "```python", "```"], True),
        (["~~~sh"], True),
        (["- ```sh"], False),
    ],
)
def test_a_bare_fence_ends_what_was_opened_last(lines, closed):
    assert document(*lines).closed_by(read("```")) == closed


@pytest.mark.parametrize(
    ("above", "following", "opens"),
    [
        ("", "make", True),
        ("Run:", "make", True),
        ("## Layout", "src/", False),
        ("text", "make", False),
        ("", "", False),
        ("", "```python", False),
    ],
)
def test_a_bare_fence_between_an_empty_line_and_text_begins_a_block(above, following, opens):
    made = document("text", above)
    assert (made.may_open(read("```")) and made.opens(following)) == opens
