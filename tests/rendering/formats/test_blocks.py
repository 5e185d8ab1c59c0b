"""Flows as blocks: the forms Slack documents, within its limits, and never restyled later."""

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings

from bot.playground.rules.block_rules import check_blocks
from bot.rendering.flow import Code, Heading, Item, Paragraph, Rule, Table
from bot.rendering.formats.blocks import blocks
from bot.text.runs import BOLD, CODE, Run
from tests.rendering.flows import answers, grown, torn, total


def runs(text, style=0, url=""):
    return (Run(text, style, url),)


def one(flow):
    (block,) = blocks([flow])
    return block


def parts(*flows):
    """The elements of the one rich_text block that these flows make."""
    (block,) = blocks(flows)
    assert block["type"] == "rich_text"
    return block["elements"]


def read(part):
    return "".join(each["text"] for each in part["elements"])


@settings(max_examples=50, deadline=None)
@given(answers)
def test_slack_takes_them(answer):
    one_table, size, kept = True, 0, []
    for flow in answer:
        size += len(json.dumps(blocks([flow])))
        if isinstance(flow, Table):
            kept += [flow] * one_table
            one_table = False
        elif size < 9000:
            kept.append(flow)

    check_blocks(blocks(kept))


@settings(max_examples=50, deadline=None)
@given(answers)
def test_only_text_links_and_emoji_stand_in_them(answer):
    made = json.dumps(blocks(answer))

    for kind in ("user", "usergroup", "broadcast", "channel", "team", "image", "markdown"):
        assert f'"type": "{kind}"' not in made


def shown(made):
    """What a client draws, character by character: each with its look and the block it is in."""
    for block in made:
        if block["type"] == "rich_text":
            for part in block["elements"]:
                for section in part["elements"] if part["type"] == "rich_text_list" else [part]:
                    yield {**{k: v for k, v in part.items() if k != "elements"}, "and": "begins"}
                    yield from drawn(section)
        elif block["type"] == "table":
            for row in block["rows"]:
                for cell in row:
                    yield "cell"
                    yield from drawn(cell["elements"][0]) if "elements" in cell else cell["text"]
        else:
            yield block


def drawn(section):
    for each in section["elements"]:
        look = {key: value for key, value in each.items() if key != "text"}
        yield from ((char, look) for char in each.get("text", "-"))


@settings(max_examples=30, deadline=None)
@given(answers)
def test_what_is_drawn_stays_when_more_comes(answer):
    final = list(shown(blocks(answer)))

    for steps in range(0, total(answer), 1 + total(answer) // 20):
        so_far = list(shown(blocks(grown(answer, steps)[0])))
        # A blank stands in for the text of an item that has none yet.
        while so_far and so_far[-1] in ((" ", {"type": "text"}), " "):
            so_far.pop()
        assert so_far == final[: len(so_far)]


@settings(max_examples=50, deadline=None)
@given(answers)
def test_what_was_torn_apart_looks_as_if_it_was_not(answer):
    assert blocks(torn(answer, 20)) == blocks(answer)


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        (Heading(runs("a"), 2), "header"),
        (Heading((Run("a "), Run("b", BOLD), Run(":x:", emoji="x")), 1), "header"),
        (Heading(runs("a"), 3), "rich_text"),
        (Heading(runs("a" * 150), 1), "header"),
        (Heading(runs("a" * 151), 1), "rich_text"),
        (Heading(runs("a", CODE), 1), "rich_text"),
        (Heading(runs("a", 0, "https://a.example"), 1), "rich_text"),
    ],
)
def test_a_heading_is_a_header_where_one_can_hold_it(heading, kind):
    assert one(heading)["type"] == kind


def test_any_other_heading_is_bold():
    (section,) = parts(Heading((Run("a"), Run("f()", CODE)), 4))

    assert [each["style"] for each in section["elements"]] == [
        {"bold": True},
        {"bold": True, "code": True},
    ]


def test_paragraphs_share_a_section_with_empty_lines_between():
    (section,) = parts(Heading(runs("head"), 3), Paragraph(runs("one")), Paragraph(runs("two")))

    assert section["type"] == "rich_text_section"
    assert read(section) == "head\n\none\n\ntwo"
    assert [each["text"] for each in section["elements"]] == [
        "head",
        "\n\none",
        "\n\ntwo",
    ]


def test_an_empty_line_stands_below_a_list_and_none_above():
    before, items, after = parts(Paragraph(runs("a")), Item(runs("b")), Paragraph(runs("c")))

    assert (read(before), read(items["elements"][0]), read(after)) == ("a", "b", "\nc")


def test_what_goes_on_in_an_item_stands_close_to_it():
    *_, after = parts(Item(runs("a")), Item(runs("b"), 1), Paragraph(runs("c"), depth=1))

    assert read(after) == "c"


def test_a_quote_holds_its_paragraphs_and_stands_apart_from_text():
    quote, section = parts(
        Paragraph(runs("a"), quote=1), Paragraph(runs("b"), quote=2), Paragraph(runs("c"))
    )

    assert (quote["type"], read(quote)) == ("rich_text_quote", "a\n\nb")
    assert (section["type"], read(section)) == ("rich_text_section", "c")


def test_in_a_quote_lists_and_code_have_a_border():
    items, quote, code = parts(
        Item(runs("a"), quote=1), Paragraph(runs("b"), quote=1), Code("x", quote=1)
    )

    assert (items["border"], read(quote), code["border"]) == (1, "\nb", 1)
    assert "border" not in one(Code("x"))["elements"][0]


def listed(*items):
    return [
        (each["style"], each["indent"], each.get("offset", 0), len(each["elements"]))
        for each in parts(*items)
    ]


def test_items_share_a_list_as_long_as_their_numbers_follow():
    def item(number, depth=0):
        return Item(runs("x"), depth, number)

    assert listed(item(3), item(4), item(None, 1), item(5), item(1), item(2)) == [
        ("ordered", 0, 2, 2),
        ("bullet", 1, 0, 1),
        ("ordered", 0, 4, 1),
        ("ordered", 0, 0, 2),
    ]


def test_lists_are_indented_as_deep_as_slack_can():
    assert [each[1] for each in listed(*(Item(runs("x"), depth) for depth in (1, 8, 30)))] == [
        1,
        8,
        8,
    ]


def test_number_zero_is_text_since_slack_counts_from_one():
    zero, one_ = parts(Item(runs("a"), number=0), Item(runs("b"), number=1))

    assert (read(zero), one_["style"], one_.get("offset")) == ("0. a", "ordered", None)


def test_code_has_its_language_and_is_never_empty():
    assert parts(Code("x = 1", "python")) == [
        {
            "type": "rich_text_preformatted",
            "language": "python",
            "elements": [{"type": "text", "text": "x = 1"}],
        }
    ]
    assert read(parts(Code(""))[0]) == " "
    assert "language" not in parts(Code("x"))[0]


def test_an_item_without_text_keeps_its_place():
    assert read(parts(Item((), number=1))[0]["elements"][0]) == " "


def test_a_table_has_text_in_simple_cells_and_rich_text_in_others():
    table = Table(
        ((runs("a"), runs("b"), runs("c")), (runs("x", BOLD), (), (Run(":x:", emoji="x"),))),
        ("", "right", "center"),
    )
    made = one(table)

    assert made["column_settings"] == [
        {"align": align, "is_wrapped": True} for align in ("left", "right", "center")
    ]
    assert made["rows"][0] == [{"type": "raw_text", "text": text} for text in "abc"]
    assert [cell["type"] for cell in made["rows"][1]] == ["rich_text", "raw_text", "rich_text"]
    assert made["rows"][1][1]["text"] == " "


def test_further_rows_join_their_table_without_its_header():
    table = Table(((runs("h"),), (runs("1"),)))
    further = replace(table, rows=((runs("h"),), (runs("2"),)), joins=True)

    assert [row[0]["text"] for row in one_of(table, further)["rows"]] == ["h", "1", "2"]


def one_of(*flows):
    (block,) = blocks(flows)
    return block


def test_further_text_joins_the_text_before():
    def more(text):
        return Paragraph(runs(text), joins=True)

    items, section = parts(
        Item(runs("a")), more(" b"), more(" c"), Paragraph(runs("d")), more("e"), more("f")
    )

    assert (read(items["elements"][0]), read(section)) == ("a b c", "\ndef")
    assert read(parts(more("rest"))[0]) == "rest"


def test_a_rule_is_a_divider_and_parts_the_text():
    assert [
        block["type"] for block in blocks([Paragraph(runs("a")), Rule(), Paragraph(runs("b"))])
    ] == [
        "rich_text",
        "divider",
        "rich_text",
    ]


def test_nothing_to_read_makes_nothing():
    assert blocks([]) == blocks([Paragraph(()), Heading((), 1), Paragraph(runs(""))]) == []
