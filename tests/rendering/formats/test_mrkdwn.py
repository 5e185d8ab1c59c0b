"""Flows as mrkdwn: markers where Slack reads them, and nothing live but links."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.playground.page.html.markup import Names
from bot.playground.page.html.mrkdwn import to_html
from bot.rendering.flow import Code, Heading, Item, Paragraph, Rule, Table
from bot.rendering.formats.mrkdwn import mrkdwn
from bot.rendering.parsing.links import LinkPolicy
from bot.rendering.parsing.parse import parse
from bot.text.runs import BOLD, CODE, ITALIC, STRIKE, Run
from tests.rendering.flows import answers
from tests.rendering.soup import markdown as soup

URL = "https://example.com/a"
J = "\u2060"
TOKENS = ["<!channel>", "<!here|here>", "<@U1>", "<#C1|g>", "@here", "@Channel", "&lt;!here&gt;"]
ANGLE = re.compile(r"<([^<>|]*)(?:\|[^<>|]*)?>")
CALL = re.compile(r"@(?:here|channel|everyone)\b", re.IGNORECASE)


def is_inert(markup):
    """Every `<` begins a link, there is no other, and nobody is called."""
    targets = ANGLE.findall(markup)
    return (
        all(re.match(r"https?://|mailto:|tel:", target) for target in targets)
        and not CALL.search(ANGLE.sub("", markup))
        and "<" not in ANGLE.sub("", markup)
    )


@given(
    soup
    | st.lists(st.sampled_from([*TOKENS, "`", "\n", "**", "](https://e.com/<>|)", "[", "```"])).map(
        "".join
    )
)
def test_nothing_is_live_but_links(text):
    assert is_inert(mrkdwn(parse(text, LinkPolicy())))


@given(answers)
def test_nothing_is_live_in_any_flows(answer):
    assert is_inert(mrkdwn(answer))


WORDS = st.sampled_from(["word", "太字", "「重要」", "two words", "注意：", "x=1", "。"])
STYLES = st.sampled_from([BOLD, ITALIC, STRIKE, BOLD | ITALIC, BOLD | STRIKE, CODE])
TAGS = {BOLD: "strong", ITALIC: "em", STRIKE: "s", CODE: "code"}


@given(WORDS, WORDS, WORDS, STYLES)
def test_a_style_is_seen_wherever_it_stands(before, inside, after, style):
    drawn = to_html(
        mrkdwn([Paragraph((Run(before), Run(inside, style), Run(after)))]), Names({}, {})
    )

    found = re.search(r"<(?:strong|em|s|code)>.*</(?:strong|em|s|code)>", drawn)
    assert re.sub(r"<[^>]*>|\u200b", "", found[0]) == inside
    assert {tag for bit, tag in TAGS.items() if style & bit} == set(
        re.findall(r"<(\w+)>", found[0])
    )


def text(*runs):
    return Paragraph(tuple(Run(run) if isinstance(run, str) else run for run in runs))


@pytest.mark.parametrize(
    ("flow", "expected"),
    [
        (text("a < b & c"), "a &lt; b &amp; c"),
        (text("a ", Run("b", BOLD), " c"), "a *b* c"),
        (text("これは", Run("太字", BOLD), "です"), "これは *太字* です"),
        (text("a", Run(" b ", ITALIC), "c"), "a _b_ c"),
        (text(Run("one\ntwo", BOLD)), "*one*\n*two*"),
        (text(Run("b ", BOLD), Run("both", BOLD | ITALIC)), "*b _both_*"),
        (text("コード", Run("f(x)", CODE), "を"), "コード `f(x)` を"),
        (text(Run("a`b", CODE)), f"a{J}`{J}b".replace(f"{J}`{J}", "`")),
        (text(Run("終わり。", BOLD), "次"), "*終わり。\u200b* 次"),
        (text("5 * 3, snake_case"), "5 * 3, snake_case"),
        (text("a *b* c"), f"a {J}*{J}b{J}*{J} c"),
        (text(":tada: at 10:30"), f":{J}tada: at 10:30"),
        (text("> a"), f"{J}&gt; a"),
        (text(Run(":tada:", emoji="tada")), ":tada:"),
        (text(Run("a|b", 0, f"{URL}?x=1|2&y")), f"<{URL}?x=1%7C2&amp;y|a∣b>"),
        (text(Run("a\nb", BOLD, URL)), f"*<{URL}|a>*\n*<{URL}|b>*"),
        (text(Run("x", 0, "javascript:alert(1)")), "x"),
        (text("@HERE"), f"@{J}HERE"),
        (Heading((Run("Head"),), 2), "*Head*"),
        (Item((Run("a\nb"),), 1, 10), "    10. a\n        b"),
        (Paragraph((Run("a\nb"),), quote=2), "> a\n> b"),
        (Code("x < `1`\n```", "py"), f"```\nx &lt; `1`\n`{J}`{J}`\n```"),
        (Rule(), "———"),
        (Table((((Run("h"),),), ((Run("1"),),))), "```\nh\n─\n1\n```"),
    ],
)
def test_each_flow_has_its_mrkdwn(flow, expected):
    assert mrkdwn([flow]) == expected


def test_lists_stand_close_and_paragraphs_apart():
    flows = [text("a"), Item((Run("b"),)), Item((Run("c"),), 1), text("d"), text("e"), Code("f")]

    assert mrkdwn(flows) == "a\n• b\n    • c\n\nd\n\ne\n```\nf\n```"
