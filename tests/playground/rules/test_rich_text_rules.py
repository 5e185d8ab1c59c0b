"""Rich text and tables."""

import pytest

from bot.playground.rules.block_rules import check_blocks
from bot.playground.workspace.api_error import ApiError
from tests.playground.rules.builders import (
    CELL,
    SECTION,
    TEXT,
    link,
    listed,
    part,
    rich,
    section,
    table,
)


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
    ],
)
def test_refused(block, where):
    """As `invalid_blocks`, with a pointer to the value that is wrong."""
    with pytest.raises(ApiError, match=r"^invalid_blocks$") as refused:
        check_blocks([block])

    assert f"{where}]" in refused.value.extra["errors"][0]
