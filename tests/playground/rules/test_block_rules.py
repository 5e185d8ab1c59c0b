"""What Slack takes as blocks and what it refuses: rich text, tables, thumbs, and the total."""

import pytest
from slack_sdk.errors import SlackApiError

from bot.playground.rules.block_rules import check_blocks, units
from bot.playground.workspace.api_error import ApiError

GENERAL = "C0GENERAL"
TEXT = {"type": "text", "text": "x"}
SECTION = {"type": "rich_text_section", "elements": [TEXT]}
CELL = {"type": "raw_text", "text": "x"}


def rich(*parts):
    return {"type": "rich_text", "elements": list(parts)}


def section(*elements):
    return rich({"type": "rich_text_section", "elements": list(elements)})


def part(kind, *elements, **more):
    return rich({"type": kind, "elements": list(elements)} | more)


def listed(*items, **more):
    return part("rich_text_list", *items, **({"style": "bullet"} | more))


def link(url, **more):
    return section({"type": "link", "url": url} | more)


def table(*rows, **more):
    return {"type": "table", "rows": list(rows)} | more


def header(text):
    return {"type": "header", "text": {"type": "plain_text", "text": text}}


def thumb(**more):
    return {"text": {"type": "plain_text", "text": "Good"}, "value": "up"} | more


def thumbs(**more):
    buttons = {"positive_button": thumb(), "negative_button": thumb()}
    return {"type": "feedback_buttons", "action_id": "rate"} | buttons | more


def below(*elements):
    return {"type": "context_actions", "elements": list(elements)}


BIN = {"type": "icon_button", "icon": "trash", "text": {"type": "plain_text", "text": "Delete"}}


@pytest.mark.parametrize(
    "block",
    [
        section(TEXT | {"style": {"bold": True, "italic": True, "strike": True, "code": True}}),
        section({"type": "emoji", "name": "+1::skin-tone-2"}),
        section({"type": "user", "user_id": "U1"}, {"type": "broadcast", "range": "here"}),
        link("https://a.example/?q=1", text="a"),
        link("mailto:a@b.example"),
        link("tel:+81-3-0000-0000"),
        listed(SECTION, {"type": "rich_text_section", "elements": []}, indent=8, border=1),
        listed(SECTION, style="ordered", offset=41),
        part("rich_text_quote", TEXT, border=0),
        part("rich_text_preformatted", TEXT, language="python", border=1),
        table([CELL, CELL], [CELL, section(TEXT)]),
        table([CELL], column_settings=[{"align": "right", "is_wrapped": True}]),
        table([CELL, CELL], column_settings=[None, {}]),
        below(thumbs(), BIN),
    ],
)
def test_taken(block):
    check_blocks([block])


@pytest.mark.parametrize(
    ("block", "where"),
    [
        (rich(), "/elements"),
        (rich(TEXT), "/elements/0/type"),
        (section(TEXT | {"style": {"blink": True}}), "/elements/0/elements/0/style"),
        (section(TEXT | {"style": {"bold": "yes"}}), "/elements/0/elements/0/style"),
        (section(TEXT | {"style": ["bold"]}), "/elements/0/elements/0/style"),
        (section({"type": "text", "text": ""}), "/elements/0/elements/0/text"),
        (section({"type": "emoji", "name": "Not one"}), "/elements/0/elements/0/name"),
        (section({"type": "user"}), "/elements/0/elements/0/user_id"),
        (link("javascript:alert(1)"), "/elements/0/elements/0/url"),
        (link("https://a.example/" + "x" * 3000), "/elements/0/elements/0/url"),
        (link("https://a.example", text=""), "/elements/0/elements/0/text"),
        (listed(), "/elements/0/elements"),
        (listed(TEXT), "/elements/0/elements/0/type"),
        (listed(SECTION, style="square"), "/elements/0/style"),
        (listed(SECTION, indent=9), "/elements/0/indent"),
        (listed(SECTION, indent=-1), "/elements/0/indent"),
        (listed(SECTION, offset="1"), "/elements/0/offset"),
        (listed(SECTION, border=True), "/elements/0/border"),
        (listed({"type": "rich_text_list", "style": "bullet", "elements": [SECTION]}), "/0/type"),
        (part("rich_text_quote"), "/elements/0/elements"),
        (part("rich_text_quote", SECTION), "/elements/0/elements/0/type"),
        (part("rich_text_preformatted", {"type": "emoji", "name": "tada"}), "/elements/0/type"),
        (part("rich_text_preformatted", TEXT, language="x" * 101), "/elements/0/language"),
        (table([CELL, CELL], [CELL]), "/rows/1"),
        (table([CELL], []), "/rows/1"),
        (table(["x"]), "/rows/0/0/type"),
        (table([rich()]), "/rows/0/0/elements"),
        (table([CELL], column_settings=[{"align": "middle"}]), "/column_settings/0/align"),
        (table([CELL], column_settings=[{"width": 3}]), "/column_settings/0"),
        (below(), "/elements"),
        (below(*[BIN] * 6), "/elements"),
        (below(thumbs(positive_button=None)), "/elements/0"),
        (below(thumbs(negative_button=thumb(value=""))), "/elements/0/negative_button/value"),
        (below(thumbs(negative_button=thumb(text="Bad"))), "/elements/0/negative_button/text"),
        (below(BIN | {"icon": "copy"}), "/elements/0/icon"),
        (below({"type": "button", "text": thumb()["text"]}), "/elements/0/type"),
        ({"type": "actions", "elements": [thumbs()]}, "/elements/0/type"),
    ],
)
def test_refused(block, where):
    """As `invalid_blocks`, with a pointer to what is wrong."""
    with pytest.raises(ApiError, match=r"^invalid_blocks$") as refused:
        check_blocks([block])

    assert f"{where}]" in refused.value.extra["errors"][0]


def test_headers_cost_more_than_their_text():
    """Twenty of them leave little room: measured in real workspaces."""
    assert units(header("title")) == 105
    check_blocks([header("x" * 100)] * 50)
    with pytest.raises(ApiError, match="msg_blocks_too_long"):
        check_blocks([*[header("x" * 100)] * 49, section({"type": "text", "text": "x" * 3_500})])


async def test_the_total_is_slacks_secret(client, slack):
    """A test may lower it, for a bot that has to find out."""
    slack.backend.sizes.block_units = 600
    blocks = [section({"type": "text", "text": "x" * 601})]

    with pytest.raises(SlackApiError, match="msg_blocks_too_long"):
        await client.chat_postMessage(channel=GENERAL, text="x", blocks=blocks)


@pytest.mark.parametrize("kept", [False, True])
async def test_rich_text_may_have_to_stay(client, slack, kept):
    """Documented for edits, unknown for a bot's own messages: a switch."""
    slack.backend.sizes.keeps_rich_text = kept
    posted = await client.chat_postMessage(channel=GENERAL, text="x", blocks=[section(TEXT)])
    where = {"channel": GENERAL, "ts": posted["ts"], "text": "x"}

    await client.chat_update(**where, blocks=[header("x"), section(TEXT)])
    if kept:
        with pytest.raises(SlackApiError, match="block_mismatch"):
            await client.chat_update(**where, blocks=[header("x")])
    else:
        await client.chat_update(**where, blocks=[header("x")])
