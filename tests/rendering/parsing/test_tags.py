"""The little HTML that is understood."""

import pytest

from bot.rendering.parsing.tags import Tag, may_become_tag, pair_tags, tag_at


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
    still_open = pair_tags(tags)

    assert [tag.text for tag in tags] == ["", "</i>", "<i>", "", "<b>", ""]
    assert {tag.source for tag in still_open} == {"<i>", "<b>", "<summary>"}


def test_a_tag_reaches_to_the_end_of_the_one_that_closes_it():
    tags = [tag_at("<b>a</b>", 0), tag_at("<b>a</b>", 4)]
    pair_tags(tags)

    assert [tag.reach for tag in tags] == [8, 0]


@pytest.mark.parametrize(
    "text",
    ["<b>", "</kbd>", "<br />", "<div class='a b' id=x hidden>", '<span\nstyle = "color: red" />'],
)
def test_every_beginning_of_a_tag_may_become_one(text):
    assert all(may_become_tag(text[:end], 0) for end in range(1, len(text)))
    assert not may_become_tag(text + "x", 0)


@pytest.mark.parametrize(
    "text", ["< ", "<1", "<b,", "<b 1", "<custom ", "<b <", "<b a=b`", "<b a=>"]
)
def test_what_becomes_no_tag(text):
    assert not may_become_tag(text, 0)
