"""The little HTML that is understood."""

import pytest

from bot.rendering.parsing.tags import Tag, pair_tags, tag_at


@pytest.mark.parametrize(
    ("text", "name", "closes"),
    [
        ("<b>", "b", False),
        ("</B >", "b", True),
        ("<br/>", "br", False),
        ("<br />", "br", False),
        ("<div class=\"a\" data-x='b' hidden id=c>", "div", False),
        ("<script>", "script", False),
    ],
)
def test_a_tag(text, name, closes):
    tag = tag_at(f"a{text} b>", 1)

    assert (tag.source, tag.name, tag.closes) == (text, name, closes)


@pytest.mark.parametrize(
    "text", ["<", "< b>", "<b", "<b <i>", "<1>", "<!here>", "<@U1>", '<b a="', "<b,>"]
)
def test_no_tag(text):
    assert tag_at(text, 0) is None


def test_tags_are_paired_by_name_and_the_rest_is_text():
    names = ["b", "/i", "i", "/b", "b", "summary"]
    tags = [Tag(f"<{name}>", name.strip("/"), name.startswith("/")) for name in names]
    pair_tags(tags)

    assert [tag.text for tag in tags] == ["", "</i>", "<i>", "", "<b>", ""]
