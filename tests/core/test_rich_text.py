"""Blocks, as the model reads them: what people typed and the bot's own answers."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.mrkdwn import to_markdown
from bot.core.rich_text import Names, from_blocks

NAMES = Names({"U1": "Alice"}.get, {"C1": "general"})


def name(user):
    return {"U1": "Alice", "UBOT": "Bot"}.get(user, user)


def text(value, **style):
    return (
        {"type": "text", "text": value, "style": style}
        if style
        else {
            "type": "text",
            "text": value,
        }
    )


def section(*elements):
    return {"type": "rich_text_section", "elements": list(elements)}


def rich(*parts):
    return {"type": "rich_text", "elements": list(parts)}


def items(*texts, style="bullet", **more):
    elements = [section(text(each)) for each in texts]
    return {"type": "rich_text_list", "style": style, "elements": elements} | more


def read(*blocks, **more):
    return to_markdown({"text": "fallback", "blocks": list(blocks)} | more, name, bot_user="UBOT")


@pytest.mark.parametrize(
    ("element", "expected"),
    [
        (text("a < b &amp; c"), "a < b &amp; c"),
        (text("bold", bold=True), "**bold**"),
        (text("all", bold=True, italic=True, strike=True), "**_~~all~~_**"),
        (text(" edges ", bold=True), "x **edges** y"),
        (text("a`b", code=True), "``a`b``"),
        (text("*c* <@U1>", code=True), "`*c* <@U1>`"),
        (text("two\nlines", italic=True), "_two_\n_lines_"),
        ({"type": "user", "user_id": "U1"}, "@Alice"),
        ({"type": "user", "user_id": "UBOT"}, "@Bot"),
        ({"type": "channel", "channel_id": "C1"}, "#general"),
        ({"type": "channel", "channel_id": "C2"}, "#C2"),
        ({"type": "broadcast", "range": "here"}, "@here"),
        ({"type": "usergroup", "usergroup_id": "S1"}, "@S1"),
        ({"type": "emoji", "name": "tada", "unicode": "1f389"}, "🎉"),
        ({"type": "emoji", "name": "ours"}, ":ours:"),
        ({"type": "emoji", "name": "bad", "unicode": "d800"}, ":bad:"),
        ({"type": "link", "url": "https://x.dev"}, "https://x.dev"),
        ({"type": "link", "url": "https://x.dev", "text": "docs"}, "[docs](https://x.dev)"),
        ({"type": "date", "timestamp": 5, "fallback": "today"}, "today"),
        ({"type": "color", "value": "#ff0000"}, "#ff0000"),
        ({"type": "news", "text": "later"}, "later"),
    ],
)
def test_each_element_has_its_markdown(element, expected):
    around = [text("x"), element, text("y")]
    message = {"text": "<#C1|general>", "blocks": [rich(section(*around))]}

    got = to_markdown(message, name, bot_user="UBOT")

    assert got == (expected if expected.startswith("x ") else f"x{expected}y")


def test_lists_nest_and_count():
    block = rich(
        section(text("Steps:\n")),
        items("one", "two\nmore", style="ordered", offset=2),
        items("deep", indent=1),
        section(text("done")),
    )

    assert read(block) == "Steps:\n\n3. one\n4. two\n   more\n    - deep\n\ndone"


def test_code_and_quotes_stand_on_their_own():
    block = rich(
        {"type": "rich_text_preformatted", "language": "py", "elements": [text("a = '```'\n")]},
        {"type": "rich_text_quote", "elements": [text("one\ntwo")]},
        items("in a quote", border=1),
    )

    assert read(block) == "````py\na = '```'\n````\n\n> one\n> two\n\n> - in a quote"


def test_the_bots_mention_at_the_beginning_is_left_out():
    bot, alice = ({"type": "user", "user_id": user} for user in ("UBOT", "U1"))

    assert read(rich(section(bot, text(" ask "), alice, text(" not "), bot))) == (
        "ask @Alice not @Bot"
    )


def test_own_answers_are_read_back_without_their_furniture():
    cell = {"type": "raw_text", "text": "a|b"}
    rich_cell = rich(section(text("bold", bold=True)))

    assert read(
        {"type": "header", "text": {"type": "plain_text", "text": "Title"}},
        {"type": "markdown", "text": "a &lt; b\n```\n&lt;\n```\n`&gt;` &gt; &amp;"},
        {"type": "divider"},
        {"type": "table", "rows": [[cell, rich_cell], [cell]]},
        {"type": "image", "alt_text": "a cat", "image_url": "https://x"},
        {"type": "context", "elements": [{"type": "plain_text", "text": "Stopped."}]},
        {"type": "actions", "elements": []},
    ) == (
        "## Title\n\na < b\n```\n&lt;\n```\n`&gt;` > &amp;\n\n---\n\n"
        "| a\\|b | **bold** |\n| --- | --- |\n| a\\|b |  |\n\n(image: a cat)"
    )


@pytest.mark.parametrize(
    ("posted", "expected"),
    [
        ("`a` &lt; `&lt;` &gt;", "`a` < `&lt;` >"),
        ("``a ` &lt;`` &lt;", "``a ` &lt;`` <"),
        ("x ``` &lt; `` ``` &lt;", "x ``` &lt; `` ``` <"),
        ("x ``` &lt; `` &lt; ` &lt;", "x ``` < `` < ` <"),
        ("~~~\n` &lt;\n~~~\n&lt; `", "~~~\n` &lt;\n~~~\n< `"),
        ("> ```\n> &lt;\n> ```\n&lt;", "> ```\n> &lt;\n> ```\n<"),
        ("```\n`` ``` &lt;\n``` &lt;", "```\n`` ``` &lt;\n``` <"),
        ("```\n&lt;", "```\n&lt;"),
    ],
)
def test_code_ends_where_as_many_backticks_stand_as_it_began_with(posted, expected):
    """Entities are read as what they stand for everywhere but in code."""
    assert read({"type": "markdown", "text": posted}) == expected


def test_many_backticks_take_no_longer_than_other_text():
    """Whoever writes runs that never close must not slow down everybody's conversations."""
    runs = " x".join("`" * length for length in range(1, 500))
    began = time.perf_counter()

    assert read({"type": "markdown", "text": f"a {runs} &lt;"}) == f"a {runs} <"
    assert time.perf_counter() - began < 1


def test_cards_show_their_text_and_fields():
    fields = [{"type": "mrkdwn", "text": "*k*"}, {"type": "plain_text", "text": "v &amp; w"}]
    card = {"type": "section", "text": {"type": "mrkdwn", "text": "by <@U1>"}, "fields": fields}

    assert read(card) == "by @Alice\n**k**\nv & w"


def test_a_placeholder_says_nothing():
    assert read({"type": "context", "elements": []}, {"type": "actions"}) == ""


def test_text_is_read_where_the_blocks_are_not_understood():
    assert read({"type": "video"}) == "fallback"
    assert read() == "fallback"
    assert to_markdown({"text": "fallback", "blocks": "junk"}, name) == "fallback"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["type", "text", "elements", "rows", "style", "url", "unicode", "offset", "fields"]
            ),
            inner
            | st.sampled_from(
                [
                    "rich_text",
                    "rich_text_list",
                    "rich_text_section",
                    "table",
                    "emoji",
                    "mrkdwn",
                    "text",
                ]
            ),
            max_size=4,
        )
    ),
    max_leaves=20,
)


@given(JSON)
def test_no_blocks_are_too_strange(junk):
    from_blocks([junk], NAMES)
    from_blocks(junk, NAMES)
