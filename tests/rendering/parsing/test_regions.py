"""What of a growing text is settled, and where it may be parsed piece by piece."""

import pytest
from hypothesis import given

from bot.rendering.flow import Item
from bot.rendering.layout.frame import PartLimits
from bot.rendering.parsing.links import LinkPolicy
from bot.rendering.parsing.parse import parse
from bot.rendering.parsing.regions import CODE_IN_ITEM, CROWDED, LEAF, ROWS, Scanner
from bot.rendering.renderer import Renderer
from bot.text.runs import text_of
from tests.rendering.soup import markdown, pieces, sizes


def scanned(text, lengths=None):
    scanner = Scanner()
    for piece in pieces(text, lengths or [max(1, len(text))]):
        scanner.feed(piece)
    scanner.finish()
    return scanner.take()


def shown(text):
    scanner = Scanner()
    scanner.feed(text)
    return "".join(region.text for region in scanner.take()) + scanner.open().text


@given(markdown, sizes)
def test_regions_do_not_depend_on_how_the_text_came_in(text, lengths):
    assert scanned(text, lengths) == scanned(text)


@given(markdown, sizes)
def test_what_is_settled_only_grows(text, lengths):
    scanner, closed, before = Scanner(), 0, ""
    final = "".join(region.text for region in scanned(text))
    for piece in pieces(text, lengths):
        scanner.feed(piece)
        closed += sum(len(region.text) for region in scanner.take())
        settled = final[:closed] + scanner.open().text
        assert settled.startswith(before)
        before = settled


@given(markdown)
def test_regions_parsed_one_by_one_are_the_document(text):
    regions = scanned(text)
    whole = parse("".join(region.text for region in regions), LinkPolicy())
    flows = []
    for region in regions:
        number = next(
            (
                f.number + 1
                for f in reversed(flows)
                if getattr(f, "depth", 1) == 0 and getattr(f, "number", None) is not None
            ),
            None,
        )
        flows += parse(region.text, LinkPolicy(), number if region.carries else None)
    assert flows == whole


@pytest.mark.parametrize(
    ("text", "settled"),
    [
        ("Hello wor", "Hello wor"),
        ("Hello **wor", "Hello "),
        ("Hello **world", "Hello "),
        ("Hello **world**", "Hello "),  # it may become ***
        ("Hello **world** ", "Hello **world** "),
        ("これは**太字", "これは"),
        ("`code", ""),
        ("a `code` b", "a `code` b"),
        ("see [the do", "see "),
        ("see [the docs](https://exa", "see "),
        ("see https://example.com/a", "see "),
        ("see https://example.com/a now", "see https://example.com/a now"),
        ("the", "the"),
        ("oh", "oh"),
        ("so h", "so "),  # of https
        ("# Titl", ""),
        ("# Title\n", "# Title\n"),
        ("- ", ""),
        ("- i", "- i"),
        ("1", ""),
        ("12", ""),
        ("12 monkeys", "12 monkeys"),
        ("text\n-", "text\n"),
        ("---", ""),
        ("```py", ""),
        ("```py\nx = 1", "```py\nx = 1"),
        ("```py\nx = 1\n``", "```py\nx = 1\n"),
        ("```py\nx = 1\n``x", "```py\nx = 1\n``x"),
        ("| a | b", ""),
        ("| a | b |\n", ""),
        ("| a | b |\n|--", ""),
        ("| a | b |\n|---|---|\n", "| a | b |\n|---|---|\n"),
        ("| a | b |\n|---|---|\n| 1", "| a | b |\n|---|---|\n"),
        ("| a | b |\nno", "| a | b |\nno"),
        ("> ", ""),
        ("> q", "> q"),
        ("AT&", "AT"),
        ("AT&T", "AT"),
        ("AT&T is", "AT&T is"),
        ("AT&am", "AT"),
        ("good :tad", "good "),
        ("at 10:30", "at 10:30"),
        ("hi <b", "hi "),
        ("a < b", "a < b"),
        ("wow!", "wow"),
        ("\\", ""),
    ],
)
def test_what_may_become_markup_is_held_back(text, settled):
    assert shown(text) == settled


def test_what_never_closes_is_shown_in_the_end():
    opened = "Well, *this goes on " + "and on " * 30
    assert len(shown(opened)) > 200


@pytest.mark.parametrize(
    "text",
    [
        "![" * 20_000,
        "*" * 10_000 + "x",
        "> " * 10_000 + "x",
        "日本語。" * 10_000,
        "- " * 5_000 + "x",
        "`a``b```" * 4_000,
    ],
)
def test_no_region_is_long(text):
    assert max(len(region.text) for region in scanned(text)) <= LEAF + 20


LONG = {
    "rules": "---\n" * 5_000,
    "empty lines": "\n" * 20_000,
    "empty lines in a quote": "> a\n" + ">\n" * 20_000,
    "a list in a quote": "> - x\n" * 5_000,
    "a numbered list in quotes": "> > 1. x\n" * 3_000,
    "paragraphs in quotes": "> > x\n> >\n" * 3_000,
    "paragraphs in an item": "- a\n" + "  b\n\n" * 5_000,
    "code in an item": "- a\n" + "  ```\n  x\n  ```\n" * 2_000,
    "headings in an item": "- a\n" + "  # x\n" * 4_000,
    "long rows": "| a |\n|---|\n" + f"| {'x' * 300} |\n" * 90,
    "a table in a quote": "> | a |\n> |---|\n" + "> | b |\n" * 3_000,
    "a table in an item": "- x\n\n  | a |\n  |---|\n" + "  | b |\n" * 3_000,
}


@pytest.mark.parametrize("name", LONG)
def test_what_goes_on_and_on_is_many_regions(name):
    """A frame costs as much as its last region, and keeps everybody waiting for so long."""
    assert max(len(region.text) for region in scanned(LONG[name])) <= CROWDED + LEAF


LINES = ["x = 1", "  y", "", "> z", "- a", "a   b"]
CODES = {
    "a quote": ("> say\n> ```py\n", "> ", "> ```\n> more\n"),
    "an item": ("1. a\n   ```py\n", "   ", "   ```\n   tail\n   - n\n1. b\n"),
    "an item's first line": ("- ```\n", "  ", "  ```\n- b\n"),
    "an item of an item": ("- a\n  1. b\n     ```\n", "     ", "     ```\n  1. c\n- d\n"),
    "math": ("t\n$$\n", "", "$$\nx\n"),
    "a document in a quote": ("> ```md\n", "> ", "> ```\n> x\n"),
}


@pytest.mark.parametrize("name", CODES)
def test_long_code_is_parsed_in_pieces_and_is_one_block(name):
    begin, indent, end = CODES[name]
    text = begin + "".join(f"{indent}{line}\n" for line in LINES * 1_000) + end
    regions = scanned(text)
    renderer = Renderer(PartLimits(units=10**6, block=10**6))
    renderer.feed(text)
    renderer.finish()

    assert max(len(region.text) for region in regions) < CODE_IN_ITEM + 200
    assert len(regions) > 2
    assert [f for part in renderer.frame().parts for f in part.flows] == parse(text, LinkPolicy())


def test_any_number_of_empty_lines_is_one():
    texts = [region.text for region in scanned("a\n\n \n\nb\n>\n>\n> c\n```\n\n\n```\n")]
    assert "".join(texts) == "a\n\nb\n>\n> c\n```\n\n\n```\n"


def test_the_numbers_of_a_list_in_a_quote_are_carried():
    renderer = Renderer()
    renderer.feed("> 1. x\n" * 1_000 + "> y\n" + "> 1. x\n" * 1_000 + ">\n> y\n>\n> 1. z\n")
    renderer.finish()
    flows = [flow for part in renderer.frame().parts for flow in part.flows]

    assert [f.number for f in flows if isinstance(f, Item)] == [*range(1, 2_001), 1]


def test_the_text_of_a_crowded_item_goes_on_below_it():
    renderer = Renderer()
    renderer.feed("- a\n\n" + "  word\n\n" * 600 + "  - deep\n\n  word\n\nend\n")
    renderer.finish()
    first, *_, deep, word, end = [f for part in renderer.frame().parts for f in part.flows]

    assert len(text_of(first.runs)) > CROWDED // 2
    assert (deep.depth, word.depth, end.depth) == (1, 1, 0)


def test_a_long_paragraph_is_cut_where_nothing_is_open():
    text = "**太字**です。これは文です。" * 400
    regions = scanned(text)
    assert len(regions) > 1
    assert all(region.text.endswith("。") or region.text.endswith("。\n") for region in regions)
    assert "".join(r.text[r.joins :] for r in regions) == text + "\n"


def test_a_long_table_goes_on_with_its_header():
    text = "| n | m |\n|---|---|\n" + "".join(f"| {n} | x |\n" for n in range(ROWS * 2 + 5))
    _, *rest = scanned(text)
    assert len(rest) == 2
    assert all(r.joins and r.text.startswith("| n | m |\n|---|---|\n| ") for r in rest)


def test_code_that_stands_too_far_out_in_a_list_is_moved():
    [region] = scanned("1. Do this:\n   ```py\ndef f():\n    pass\n   ```\n")
    assert region.text == "1. Do this:\n   ```py\n   def f():\n       pass\n   ```\n"


def test_the_numbers_of_a_list_are_carried():
    regions = scanned("1. a\n1. b\n\n1. c\n\ntext\n\n1. d\n2) e\n")
    assert [region.carries for region in regions] == [False, True, True, False, False, False]


@pytest.mark.parametrize(
    "outside",
    [
        "  ```\n  ls\n  ```",
        "\n  text\n",
        ">",
        "  > said",
        " ---",
        "  ## more",
        "   ```\n   x\n   ```\ny",
    ],
)
def test_they_are_not_carried_over_what_stands_in_no_item(outside):
    text = f"1. a\n{outside}\n1. b\n"
    *_, last = scanned(text)

    assert not last.carries
    assert [flow.number for flow in parse(text, LinkPolicy()) if isinstance(flow, Item)] == [1, 1]


@pytest.mark.parametrize(
    "inside",
    [
        "   ```\n   ls\n   ```",
        "\n   text\n",
        "   >",
        "   > said",
        "   - x\n\n     text\n",
        "text",
        "\n\n",
    ],
)
def test_they_are_carried_over_what_stands_in_the_item(inside):
    text = f"1. a\n{inside}\n1. b\n"
    *_, last = scanned(text)

    assert last.carries
    numbers = [flow.number for flow in parse(text, LinkPolicy()) if isinstance(flow, Item)]
    assert [number for number in numbers if number] == [1, 2]


def test_a_crowded_item_is_parsed_in_pieces():
    text = (
        "1. top\n"
        + "".join(f"   1. **inner** {n}\n      - deep\n" for n in range(300))
        + "2. next\n"
    )
    regions = scanned(text)
    assert max(len(region.text) for region in regions) < 2 * CROWDED
    assert {region.depth for region in regions} >= {0, 1}


def test_bullets_that_stand_too_far_out_below_a_number_are_moved_into_it():
    text = "1. one\n  - a\n    - deep\n  - b\n2. two\n\n  - c\n\n  more\n\nend\n"
    items = [flow for region in scanned(text) for flow in parse(region.text, LinkPolicy())]
    depths = [(flow.runs[0].text, flow.depth) for flow in items]
    assert depths == [
        ("one", 0), ("a", 1), ("deep", 2), ("b", 1), ("two", 0), ("c", 1), ("more", 1), ("end", 0),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text", ["- a\n - b\n", "1. a\n  2. b\n", "para\n  - b\n", "> 1. a\n>  - b\n"]
)
def test_other_lists_stay_as_they_are(text):
    assert "".join(region.text for region in scanned(text)) == text
