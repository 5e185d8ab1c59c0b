"""Markdown as flows: every block, where it stands, and what it says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rendering.flow import Code, Heading, Item, Paragraph, Rule, Table
from bot.rendering.parsing.links import LinkPolicy
from bot.rendering.parsing.parse import RULE, parse
from bot.text.runs import BOLD, CODE, ITALIC, Run, text_of
from tests.growth import grows_with_length

POLICY = LinkPolicy()


def flows(text, number=None):
    return parse(text, POLICY, number)


def paragraph(text, **place):
    return Paragraph((Run(text),), **place)


def item(text, depth=0, number=None, quote=0):
    return Item((Run(text),) if text else (), depth, number, quote)


def row(*cells):
    return tuple((Run(cell),) if cell else () for cell in cells)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("a\nb\n\nc", [paragraph("a\nb"), paragraph("c")]),
        ("# a `b`\n## c ##\n#", [Heading((Run("a "), Run("b", CODE)), 1), Heading((Run("c"),), 2)]),
        ("a\n***\nb\n- - -", [paragraph("a"), Rule(), paragraph("b"), Rule()]),
        ("a\n---", [paragraph("a"), Rule()]),
        ("<div>\n\na\n\n</div>\n\n<!-- b -->", [paragraph("a")]),
        ("<p>\na\n</p>", [paragraph("a")]),
        (
            "> a\n> b\n>\n> > c\n\nd",
            [paragraph("a\nb", quote=1), paragraph("c", quote=2), paragraph("d")],
        ),
        ("> # a\n> ---", [Paragraph((Run("a", BOLD),), quote=1), paragraph(RULE, quote=1)]),
        ("> - a\n> - b", [item("a", quote=1), item("b", quote=1)]),
    ],
)
def test_blocks(text, expected):
    assert flows(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("- a\n- b", [item("a"), item("b")]),
        ("- a\n\n- b", [item("a"), item("b")]),
        ("- a\n\n* b\n+ c", [item("a"), item("b"), item("c")]),
        ("3. a\n4. b\n9. c", [item("a", number=3), item("b", number=4), item("c", number=5)]),
        ("7) a\n8) b", [item("a", number=7), item("b", number=8)]),
        ("1. a\n1) b", [item("a", number=1), item("b", number=1)]),
        ("- a\n  1. b\n     - c\n- d", [item("a"), item("b", 1, 1), item("c", 2), item("d")]),
        ("- a\n\n  b\n\n  c\n- d", [item("a\n\nb\n\nc"), item("d")]),
        ("- a\n  - b\n\n  c", [item("a"), item("b", 1), paragraph("c", depth=1)]),
        (
            "1. a\n   ```py\n   x\n   ```\n   b\n2. c",
            [
                item("a", number=1),
                Code("x", "py", depth=1),
                paragraph("b", depth=1),
                item("c", number=2),
            ],
        ),
        ("-\n- a\n-", [item(""), item("a"), item("")]),
        ("- - a", [item(""), item("a", 1)]),
        ("- # a\n- > b", [Item((Run("a", BOLD),)), item(""), paragraph("b", quote=1, depth=1)]),
        ("- a\n\n  ***\n", [item("a"), paragraph(RULE, depth=1)]),
        ("- a\n\nb", [item("a"), paragraph("b")]),
        ("- <!-- a -->\n- b", [item(""), item("b")]),
        (
            "- [ ] a\n- [x] b **c**\n- [X] d\n- [x]\n- [y] e",
            [
                item("☐ a"),
                Item((Run("☑ b "), Run("c", BOLD))),
                item("☑ d"),
                item("☑ "),
                item("[y] e"),
            ],
        ),
        ("- a\n\n  [x] b", [item("a\n\n[x] b")]),
        ("[x] a", [paragraph("[x] a")]),
        ("- [x](https://a.example) b", [Item((Run("x", 0, "https://a.example"), Run(" b")))]),
    ],
)
def test_lists(text, expected):
    assert flows(text) == expected


def test_a_list_goes_on_with_the_numbers_of_the_one_before():
    assert flows("1. a\n2. b\n\ntext\n\n1. c", 5) == [
        item("a", number=5),
        item("b", number=6),
        paragraph("text"),
        item("c", number=1),
    ]
    assert flows("- a\n\n1. b", 5) == [item("a"), item("b", number=1)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("```py\na\n\nb\n```", Code("a\n\nb", "py")),
        ("~~~\n```\n~~~", Code("```")),
        ("````md\n```\n````", Code("```", "md")),
        ("```js\na", Code("a", "js")),
        ("```\n\n```", Code("")),
        ("```c++ title=x\na\n```", Code("a", "c++")),
        ("``` {.python}\na\n```", Code("a", "python")),
        ("```<script>\na\n```", Code("a")),
        ("```\n<!channel> **a** &amp;\n```", Code("<!channel> **a** &amp;")),
        ("> ```\n> a\n> ```", Code("a", quote=1)),
        ("$$\nx_1\n$$", Code("x_1", "tex")),
    ],
)
def test_code(text, expected):
    assert flows(text) == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("| a | b |\n|---|---|\n| 1 | 2 |", Table((row("a", "b"), row("1", "2")), ("", ""))),
        ("a | b\n--- | ---\n1 | 2", Table((row("a", "b"), row("1", "2")), ("", ""))),
        ("|a|b|c|\n|:-|-:|:-:|", Table((row("a", "b", "c"),), ("left", "right", "center"))),
        (
            "|a|b|\n|-|-|\n|1|\n|1|2|3|",
            Table((row("a", "b"), row("1", ""), row("1", "2")), ("", "")),
        ),
        ("|a \\| b|\n|-|\n|x<br>y|", Table((row("a | b"), row("x\ny")), ("",))),
        ("|a|\n|-|\n|**b**|", Table((row("a"), ((Run("b", BOLD),),)), ("",))),
    ],
)
def test_tables(text, expected):
    assert flows(text) == [expected]


def test_a_pipe_alone_makes_no_table():
    assert flows("a | b\nc") == [paragraph("a | b\nc")]


def test_a_table_ends_where_something_else_begins():
    assert flows("|a|\n|-|\n|b|\n> c\n\n|d|") == [
        Table((row("a"), row("b")), ("",)),
        paragraph("c", quote=1),
        paragraph("|d|"),
    ]


def test_a_heading_keeps_its_styles():
    assert flows("## *a* [b](https://b.example)") == [
        Heading((Run("a", ITALIC), Run(" "), Run("b", 0, "https://b.example")), 2)
    ]


LINES = [
    *(
        "# a",
        "a **b**",
        "- a",
        "  - b",
        "1. c",
        "   d",
        "> e",
        "> - f",
        "```",
        "```py",
        "$$",
        "\\[",
    ),
    *("| a | b |", "|---|---|", "---", "", "", "    g", "- [x] h", "<div>", "\\]", "日本語。", ">"),
]
document = st.lists(st.sampled_from(LINES), max_size=14).map("\n".join)


@given(document)
def test_flows_are_as_they_are_described(text):
    for flow in flows(text):
        if isinstance(flow, Paragraph | Heading):
            assert text_of(flow.runs).strip()
        if isinstance(flow, Code):
            assert not flow.text.endswith("\n")
        if isinstance(flow, Table):
            assert {len(row) for row in flow.rows} == {len(flow.align)}


@given(document, document)
def test_a_heading_parts_what_is_before_from_what_follows(before, after):
    """Unless the first half ends in something open: that goes on."""
    if "`" in before or "$$" in before or "\\[" in before:
        return

    assert flows(f"{before}\n\n# a\n\n{after}") == [
        *flows(f"{before}\n"),
        Heading((Run("a"),), 1),
        *flows(after),
    ]


FENCED = [
    "```",
    "````",
    "~~~",
    "~~~~",
    "\n",
    "\n\n",
    "x",
    "  ",
    "\t",
    "`",
    "# a",
    "    ```",
    "> ",
    "- ",
]


@given(
    st.sampled_from(["```", "````", "```py", "~~~", "~~~ a`b"]), st.lists(st.sampled_from(FENCED))
)
def test_code_alone_is_read_as_any_other(fence, lines):
    text = f"{fence}\n{''.join(lines)}\n"
    assert parse(text, LinkPolicy()) == parse(f"x\n\n{text}", LinkPolicy())[1:]


@pytest.mark.parametrize(
    ("begin", "piece"),
    [("- a\n\n", "  b\n\n"), ("", "<b> </b><i> </i>"), ("> - a\n>\n", ">   b\n>\n")],
)
def test_the_pieces_of_a_text_are_put_together_once(begin, piece):
    def work(length):
        flows(begin + piece * length)

    assert grows_with_length(work, 200)
