"""Flows as Markdown: read back, they are the same flows, and nobody is called."""

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot.rendering.flow import Code, Heading, Item, Paragraph, Table
from bot.rendering.formats.commonmark import markdown
from bot.rendering.parsing.links import LinkPolicy
from bot.rendering.parsing.parse import RULE, parse
from bot.text.runs import BOLD, CODE, ITALIC, STRIKE, Run, text_of
from tests.rendering.soup import markdown as soup

INVISIBLE = str.maketrans("", "", "\u200b\u2060")
POLICY = LinkPolicy()


def characters(runs):
    """Each character with its look; blanks have none, and many of them are one."""
    out = []
    for run in runs:
        for char in run.text.translate(INVISIBLE):
            if not char.isspace():
                out.append((char, *run[1:]))
            elif out and out[-1] in (" ", "\n"):
                out[-1] = max(out[-1], char, key=" \n".find)
            elif out:
                out.append("\n" if char == "\n" else " ")
    return tuple(out[:-1] if out and out[-1] in (" ", "\n") else out)


def one_line(runs):
    """Headings and cells have one line in Markdown."""
    return characters(run._replace(text=run.text.replace("\n", " ")) for run in runs)


def seen(flows):
    for flow in flows:
        match flow:
            case Item():
                yield "item", flow.depth, flow.number, flow.quote, characters(flow.runs)
            case Heading() if said := one_line(flow.runs):
                yield "heading", flow.level, said
            case Paragraph() if said := characters(flow.runs):
                yield "text", flow.quote, flow.depth, said
            case Code():
                yield "code", flow.text.translate(INVISIBLE), flow.language, flow.quote, flow.depth
            case Table():
                yield "table", [[one_line(cell) for cell in row] for row in flow.rows], flow.align
            case Heading() | Paragraph():
                pass
            case _:
                yield flow


def is_apart(flows):
    """No empty line in a paragraph, and no rule in a list: in Markdown both are other things."""
    texts = (text_of(flow.runs) for flow in flows if isinstance(flow, Paragraph))
    return not any(text == RULE or re.search(r"\n\s*\n", text) for text in texts)


@given(soup)
def test_what_was_parsed_reads_back_as_the_same(text):
    # Two links to one address side by side are one link, and then its label is judged anew.
    assume(text.count("https://example.com>") < 2)
    assume(text.count("me@x.example") < 2)
    flows = parse(text, POLICY)
    assume(is_apart(flows))

    assert list(seen(parse(markdown(flows), POLICY))) == list(seen(flows))


STYLED = st.lists(
    st.builds(
        Run,
        st.sampled_from(["a", "「重要」", "です。", " b ", "*", "(x)", "5%", "→", "!", "é"]),
        st.sampled_from(
            [0, BOLD, ITALIC, STRIKE, BOLD | ITALIC, BOLD | STRIKE, CODE, CODE | BOLD, 7]
        ),
        st.sampled_from(["", "", "https://example.com/a"]),
        st.just(""),
    ),
    min_size=1,
    max_size=8,
)


@given(STYLED)
def test_any_style_beside_any_other_reads_back(runs):
    flows = [Paragraph((Run("あ"), *runs, Run("い")))]

    back = parse(markdown(flows), POLICY)

    assert list(seen(back)) == list(seen(flows))


COMMONMARK = MarkdownIt("commonmark").enable("strikethrough")
MARKS = {"strong": BOLD, "em": ITALIC, "s": STRIKE}


def strictly_read(markup):
    """Each character and its styles, as a parser reads it that knows nothing of CJK."""
    (paragraph,) = [token for token in COMMONMARK.parse(markup) if token.type == "inline"]
    style = 0
    for token in paragraph.children:
        kind = token.type.partition("_")[0]
        style += MARKS.get(kind, 0) * token.nesting
        own = CODE if token.type == "code_inline" else 0
        yield from ((c, style | own) for c in token.content.translate(INVISIBLE) if c.strip())


@given(STYLED)
def test_any_style_is_read_by_a_parser_that_knows_nothing_of_cjk(runs):
    expected = [(c, run.style) for run in runs for c in run.text if c.strip()]

    assert list(strictly_read(markdown([Paragraph((Run("あ"), *runs))])))[1:] == expected


LIVE = re.compile(r"<[!@#]")
CALL = re.compile(r"@(?:here|channel|everyone)\b", re.IGNORECASE)


def outside_code(flows):
    """The Markdown without code, where `@here` is only text."""
    return markdown(flow for flow in flows if not isinstance(flow, Code))


TOKENS = ["<!channel>", "<!here|here>", "<!subteam^S1|@x>", "<@U1>", "<#C1|g>", "@here", "@Channel"]


@given(
    st.lists(st.sampled_from([*TOKENS, "`", "```\n", "\n", "> ", "- ", "\\", "**", "|", "&lt;"]))
)
def test_no_token_is_live_wherever_it_stands(pieces):
    assert not LIVE.search(markdown(parse("".join(pieces), POLICY)))


@given(st.lists(st.sampled_from([*TOKENS, "\n", "> ", "- ", "\\", "**", "|", "a", "日"])))
def test_nobody_is_called_in_text(pieces):
    assert not CALL.search(markdown(parse("".join(pieces), POLICY)))


def text(content, style=0, url=""):
    return Paragraph((Run(content, style, url),))


@pytest.mark.parametrize(
    ("flow", "expected"),
    [
        (text("a < b & c > d &lt; x_y_z 5*3 ~1"), r"a &lt; b & c &gt; d &amp;lt; x_y_z 5\*3 \~1"),
        (text("# a\n- b\n1. c\n===\n|---|"), "\\# a\n\\- b\n1\\. c\n\\===\n\\|---|"),
        (text("[a](b) [c]: d [^1]"), r"[a\](b) [c]: d [\^1]"),
        (text("[c]: d"), r"[c\]: d"),
        (text(":tada: 10:30 http://x"), r"\:tada: 10:30 http\://x"),
        (text("a b", 0, "https://e.com/(x_y"), r"[a b](https://e.com/\(x_y)"),
        (text("[1]", BOLD, "https://e.com/"), r"**[\[1\]](https://e.com/)**"),
        (text("a`b", CODE), "``a`b``"),
        (text("`<!here>`", CODE), "`` `<\u2060!here>` ``"),
        (
            Paragraph((Run("これは"), Run("「x」", BOLD), Run("です"))),
            "これは**\u200b「x」\u200b**です",
        ),
        (Paragraph((Run("a"), Run("b", BOLD), Run("c", ITALIC))), "a**b**\u200b*c*"),
        (Paragraph((Run("one\ntwo"),), quote=2), "> > one\n> > two"),
        (Heading((Run("C #"),), 3), r"### C \#"),
        (Item((Run("☑ done"),)), "- [x] done"),
        (Item((Run("[x] x"),)), "- &#91;x] x"),
        (Item((Run("a\n\nb"),), number=12), "12. a\n\n    b"),
        (Code("a ```` b", "md"), "`````md\na ```` b\n`````"),
        (Code(""), "```\n```"),
        (
            Table((((Run("a|b"),), ()), ((Run("x\ny"),), (Run("c|d", CODE),))), ("", "right")),
            "| a\\|b |  |\n| --- | ---: |\n| x y | `c\\|d` |",
        ),
    ],
)
def test_each_flow_has_its_markdown(flow, expected):
    assert markdown([flow]) == expected


def test_items_stand_in_each_other_and_numbers_stay():
    flows = [
        Item((Run("a"),), number=9),
        Item((Run("b"),), depth=1),
        Code("x", depth=2),
        Paragraph((Run("c"),), depth=1),
        Item((Run("d"),), number=10),
        Item((Run("e"),), number=1),
    ]

    assert markdown(flows) == ("9. a\n   - b\n\n     ```\n     x\n     ```\n\n   c\n\n10. d\n1) e")
    assert parse(markdown(flows), POLICY) == flows


def test_what_goes_on_is_one_flow_again():
    flows = [
        Table((((Run("a"),),), ((Run("1"),),))),
        Table((((Run("a"),),), ((Run("2"),),)), joins=True),
        Item((Run("one "),)),
        Paragraph((Run("and more"),), joins=True),
    ]

    assert markdown(flows) == "| a |\n| --- |\n| 1 |\n| 2 |\n\n- one and more"


def test_a_part_that_begins_within_a_list_is_no_code():
    flows = [Paragraph((Run("rest"),), depth=3), Item((Run("next"),), depth=2, number=4)]

    assert markdown(flows) == "rest\n\n4. next"
