"""Blocks, as the model reads them: cards of other apps, and the bot's own answers."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rendering.flow import Heading
from bot.rendering.formats.blocks import blocks
from bot.rendering.parsing.links import LinkPolicy
from bot.rendering.parsing.parse import parse
from bot.transcript.authors import mentioned
from bot.transcript.blocks import from_blocks
from bot.transcript.message import to_markdown
from bot.transcript.rich_text import Names
from bot.transcript.untyped import LONGEST
from tests.growth import grows_with_length

NAMES = Names({"U1": "Alice"}.get, {"C1": "general"})


def name(user):
    return {"U1": "Alice", "UBOT": "Bot"}.get(user, user)


def rich(*texts):
    section = {"type": "rich_text_section", "elements": list(texts)}
    return {"type": "rich_text", "elements": [section]}


def read(*found, **more):
    """One of the bot's own messages."""
    message = {"text": "fallback", "blocks": list(found), "user": "UBOT"} | more
    return to_markdown(message, name, bot_user="UBOT", ours={"UBOT"})


def heard(*found, **more):
    """A message of another app."""
    message = {"text": "", "blocks": list(found), "bot_id": "B1"} | more
    return to_markdown(message, name, bot_user="UBOT", ours={"UBOT"})


def test_own_answers_are_read_back_without_their_furniture():
    cell = {"type": "raw_text", "text": "a|b"}
    rich_cell = rich({"type": "text", "text": "bold", "style": {"bold": True}})

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

    def work(times):
        runs = " x".join("`" * length for length in range(1, 50)) * times
        assert read({"type": "markdown", "text": f"a {runs} &lt;"}).endswith(" <")

    assert grows_with_length(work, 2)


def test_cards_show_their_text_and_fields():
    fields = [{"type": "mrkdwn", "text": "*k*"}, {"type": "plain_text", "text": "v &amp; w"}]
    card = {"type": "section", "text": {"type": "mrkdwn", "text": "by <@U1>"}, "fields": fields}

    assert read(card) == "by @Alice\n**k**\nv & w"


def mrkdwn(text):
    return {"type": "mrkdwn", "text": text}


def button(label, **more):
    return {"type": "button", "text": {"type": "plain_text", "text": label}} | more


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        ({"type": "context", "elements": [mrkdwn("*a*"), mrkdwn("b")]}, "**a** · b"),
        (
            {"type": "actions", "elements": [button("Go"), button("Stop")]},
            "(button: Go) (button: Stop)",
        ),
        (
            {"type": "actions", "elements": [button("Go", url="https://x.dev")]},
            "[Go](https://x.dev)",
        ),
        ({"type": "section", "text": mrkdwn("a"), "accessory": button("Go")}, "a\n(button: Go)"),
        (
            {
                "type": "input",
                "label": mrkdwn("Why"),
                "hint": mrkdwn("short"),
                "element": {"type": "plain_text_input", "initial_value": "cold"},
            },
            "Why: (field: cold)\nshort",
        ),
        (
            {
                "type": "video",
                "title": mrkdwn("V"),
                "title_url": "https://v.dev",
                "author_name": "K",
            },
            "(video: [V](https://v.dev))\nK",
        ),
        ({"type": "video", "alt_text": "a cat"}, "(video: a cat)"),
        ({"type": "file", "external_id": "F9"}, "(file: F9)"),
        ({"type": "file", "external_id": "F9", "file": {"name": "a.pdf"}}, "(file: a.pdf)"),
        ({"type": "file"}, "(file: unnamed)"),
        ({"type": "call", "call": {"name": "Sync"}}, "(call: Sync)"),
        (
            {
                "type": "call",
                "call": {"v1": {"date_start": 1, "active_participants": [{"slack_id": "U1"}]}},
            },
            "(call: call) · start 1970-01-01 00:00 UTC · Alice",
        ),
        ({"type": "rich_text_section", "elements": [{"type": "text", "text": "a"}]}, "a"),
        ({"type": "new", "words": "a *b*"}, "a **b**"),
    ],
)
def test_what_other_apps_have_to_say(block, expected):
    assert heard(block) == expected


def test_furniture_is_ours_by_its_author_not_by_its_type():
    footer = {"type": "context", "elements": [mrkdwn("small")]}
    buttons = {"type": "actions", "elements": [button("Retry", action_id="retry")]}

    assert read(footer, buttons) == ""
    assert heard(footer, buttons) == "small\n\n(button: Retry)"
    assert from_blocks([footer], NAMES) == "small"
    assert from_blocks([footer], NAMES, ours=True) == ""


def test_a_placeholder_says_nothing():
    assert read({"type": "context", "elements": []}, {"type": "actions"}) == ""


def test_text_is_read_where_the_blocks_are_not_understood():
    assert heard({"type": "section"}, text="fallback") == "fallback"
    assert read() == "fallback"
    assert to_markdown({"text": "fallback", "blocks": "junk"}, name) == "fallback"


def test_a_heading_is_one_line():
    header = {"type": "header", "text": {"type": "plain_text", "text": "R&amp;D\n# now"}}

    assert read(header) == "## R&D # now"


ANSWER = """
## Plan for next week

Some **bold**, _italic_, ~~old~~, `code` and **`both`** of 2 \\* 3 \\* 4; **「太字」**です。
A [link](https://x.dev/a_(b)), https://x.dev/c. And :tada: done.

1. one
2. two
   - deep
     - deeper **still**

       with a second paragraph
   - level
3. three

```python
def f(a):
    return "```"
```

4. four
1) again

> quoted *text*
> - with a list
>   1. in it

---

| Name | Number | Note |
|:-----|-------:|:----:|
| a \\| b | 1 | **x** `y` |
| ç | 2 | [z](https://x.dev) |

- ☐ open
- last ~5 ~6 and a * star
"""


@pytest.mark.parametrize(
    "markdown", [ANSWER, "", "just text", "- \n- a", "# C#\n\n---\n\n`` a`b ``"]
)
def test_what_the_bot_answered_is_read_back(markdown):
    """Slack has headings of one level, and columns stand left where nothing else is said."""
    flows = parse(markdown.replace(":-----", "------"), LinkPolicy())

    back = parse(read(*blocks(flows), text=""), LinkPolicy())

    assert back == [replace(each, level=2) if isinstance(each, Heading) else each for each in flows]


KINDS = """
    rich_text rich_text_section rich_text_list rich_text_quote rich_text_preformatted text link user
    usergroup channel broadcast emoji date color markdown section header table image mrkdwn
    plain_text raw_text ordered context actions input video file call button overflow image
    static_select checkboxes plain_text_input feedback_buttons data_table raw_number unknown
""".split()  # noqa: SIM905 (a list would have a line for each)
KEYS = """
    type text blocks elements rows style url unicode name skin_tone offset indent border language
    fields column_settings align attachments message_blocks message title title_link author_name
    fallback pretext value timestamp format user_id channel_id bold code accessory label hint
    element options option_groups initial_option initial_users initial_date_time placeholder
    footer ts files image_url actions author_subname is_share from_url call v1 caption
    words panel user bot_id
""".split()  # noqa: SIM905

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(KEYS), inner | st.sampled_from(KINDS), max_size=5)
    ),
    max_leaves=20,
)


@given(JSON)
def test_no_blocks_are_too_strange(junk):
    from_blocks([junk], NAMES)
    from_blocks(junk, NAMES)


@given(st.dictionaries(st.sampled_from(["text", "blocks", "attachments"]), JSON | st.lists(JSON)))
def test_no_message_is_too_strange(junk):
    to_markdown(junk, name, bot_user="UBOT", ours={"UBOT"}).encode()
    to_markdown(junk | {"bot_id": "B1"}, name, bot_user="UBOT").encode()
    mentioned(junk)


def nested(depth):
    found = []
    for _ in range(depth):
        found = [{"type": "rich_text", "elements": found, "message": {"blocks": found}}]
    return found


ROW = [{"type": "raw_text", "text": "x|"}]
ITEM = {"type": "rich_text_section", "elements": [{"type": "text", "text": "a\n" * 20}]}
STYLED = {
    "type": "text",
    "text": "*_`~ \n",
    "style": {"bold": True, "italic": True, "strike": True},
}
HUGE = {
    "deep": nested(20_000),
    "many blocks": [{"type": "divider"}] * 100_000,
    "many rows": [{"type": "table", "rows": [ROW * 1_000, *[ROW] * 10_000]}],
    "many items": [
        {
            "type": "rich_text",
            "elements": [{"type": "rich_text_list", "indent": n, "elements": [ITEM]}],
        }
        for n in range(1_000)
    ],
    "many styles": [rich(*[STYLED, {"type": "text", "text": "a"}] * 5_000)],
    "marks": [rich({"type": "text", "text": "*_`~\\[" * 20_000})],
    "backslashes": [rich({"type": "text", "text": "\\" * 100_000}, STYLED)],
    "brackets": [rich({"type": "link", "url": "https://x", "text": "[" * 100_000})],
    "long address": [rich({"type": "link", "url": f"https://x/{'(' * 100_000}"})],
    "unknown": [{"type": "new", "words": ["a b " * 20_000] * 5, "more": nested(20_000)}],
    "wide": [{"type": "new", "panels": [[{"text": "x"}] * 200] * 200}],
    "many buttons": [{"type": "actions", "elements": [button("b " * 30, url="https://x")] * 5_000}],
    "many options": [
        {"type": "actions", "elements": [{"type": "overflow", "options": [button("o")] * 9_000}]}
    ],
    "points": [rich({"type": "emoji", "unicode": "1f389-" * 100_000})],
}


@pytest.mark.parametrize("kind", HUGE)
def test_whatever_is_sent_takes_little_room(kind):
    """And little time: the time a test may take is limited for all."""
    blocks = HUGE[kind]
    text = "\n".join(f"{number} *a* :b:" for number in range(10_000))
    for message in (
        {"text": text, "blocks": blocks, "bot_id": "B1"},
        {"text": text, "attachments": [{"blocks": blocks, "fallback": text}], "bot_id": "B1"},
    ):
        assert len(to_markdown(message, name)) <= LONGEST
