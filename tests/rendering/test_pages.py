"""Parts: a closed one never changes, nothing is lost, every one fits, cuts are natural."""

import re

from hypothesis import example, given
from hypothesis import strategies as st

from bot.rendering.escape import open_fence
from bot.rendering.pages import BLOCKS, Pages, units

SOUP = [
    "word ",
    "日本語の文。",
    "\n",
    "\n\n",
    "# head\n",
    "```py\n",
    "```\n",
    "| a |\n",
    "|---|\n",
    "-",
    "<",
    "a. ",
]
soup = st.lists(st.sampled_from(SOUP), max_size=120).map("".join)
small = st.integers(300, 600)


def bare(text):
    """Letters only: without fences that were added, entities and white space."""
    return re.sub(r"[\s`~\u2060]|py(?=\n|$)", "", text.replace("&lt;", "<").replace("&gt;", ">"))


@given(soup, small, st.lists(st.integers(0, 800), max_size=8))
def test_however_it_comes_in_the_parts_are_the_same(text, budget, cuts):
    whole = Pages(budget).parts(text)
    growing, seen = Pages(budget), []
    for cut in sorted(cuts):
        parts = growing.parts(text[:cut])
        assert seen[:-1] == parts[: max(len(seen) - 1, 0)]
        seen = parts

    assert whole == growing.parts(text)


@given(soup, small)
def test_one_character_at_a_time(text, budget):
    """F110."""
    growing = Pages(budget)
    parts = []
    for end in range(len(text) + 1):
        closed = parts[:-1]
        parts = growing.parts(text[:end])
        assert closed == parts[: len(closed)]

    assert parts == Pages(budget).parts(text)


@given(soup, small)
def test_nothing_is_lost_or_doubled(text, budget):
    """F110: of any text."""
    assert bare(text) == bare("\n".join(Pages(budget).parts(text)))


@given(soup, small)
def test_every_part_fits_and_closes_its_code(text, budget):
    for part in Pages(budget).parts(text):
        assert part.strip()
        assert units(part) <= budget + 200
        assert not open_fence(part)


def test_a_real_part_keeps_slacks_limits():
    parts = Pages().parts("# A heading\n\nSome words < & > here.\n\n" * 2000)

    assert len(parts) > 3
    assert all(len(part) <= 12_000 for part in parts)
    assert all(part.count("# ") <= BLOCKS for part in parts)


def test_it_cuts_at_a_line_then_a_sentence_then_a_word():
    lines = Pages(100).parts("x" * 70 + "\n" + "y. " * 30)
    sentences = Pages(100).parts("The cat sat. " * 20)
    japanese = Pages(100).parts("猫が座りました。" * 30)
    words = Pages(100).parts("word " * 50)

    assert lines[0] == "x" * 70
    assert sentences[0].endswith("sat.")
    assert japanese[0].endswith("。")
    assert words[0].endswith("word ")


def test_code_goes_on_as_code():
    first, second, *_ = Pages(100).parts("```python\n" + "print(1)\n" * 20 + "```\n")

    assert first.endswith("\n```")
    assert second.startswith("```python\nprint(1)")


def test_white_space_alone_is_nothing_to_show():
    assert Pages().parts(" \n\n") == []


@example("👩‍👩‍👧" * 40)
@given(st.text(alphabet="👩‍👧é🇯🇵が\u3099", max_size=200))
def test_a_family_is_not_torn_apart(text):
    for part in Pages(50).parts(text)[1:]:
        assert part[0] not in "\u200d\ufe0f\u3099"


def test_an_endless_opening_line_is_not_repeated_in_full():
    parts = Pages().parts("```" + "x" * 8000 + "\n" + "code\n" * 4000)

    assert all(len(part) <= 12_000 for part in parts)


def test_a_line_of_dashes_takes_no_time():
    """F110: a pattern that looks twice at each of them would need minutes here."""
    assert Pages(200_000).parts("-" * 100_000)
