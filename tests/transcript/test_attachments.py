"""Attachments: forwarded messages, previews of links, and cards of other apps, as quotes."""

import pytest

from bot.transcript.attachments import (
    DEEPEST,
    LONGEST,
    LONGEST_PREVIEW,
    MOST,
    attachment_quotes,
)
from bot.transcript.rich_text import Names

NAMES = Names(lambda user: {"U1": "Alice"}.get(user, user))


def quotes(*attachments):
    return attachment_quotes({"attachments": [*attachments]}, NAMES)


def section(text):
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


@pytest.mark.parametrize(
    ("attachment", "expected"),
    [
        ({"text": "*a* <@U1>"}, "> **a** @Alice"),
        ({"fallback": "a"}, "> a"),
        ({"pretext": "before", "text": "a"}, "> before\n> a"),
        ({"author_name": "Bob", "text": "a"}, "> Bob:\n> a"),
        (
            {"title": "A page", "title_link": "https://a.example", "text": "a"},
            "> [A page](https://a.example)\n> a",
        ),
        ({"fields": [{"title": "State", "value": "*up*"}]}, "> State: **up**"),
        ({"blocks": [section("a"), section("b")], "text": "c"}, "> c\n> a\n>\n> b"),
        ({"blocks": [section("a1"), section("b1")], "text": "a1 b1"}, "> a1\n>\n> b1"),
        ({"message_blocks": [{"message": {"blocks": [section("said")]}}]}, "> said"),
        ({"author_name": "Bob", "author_subname": "bobby", "text": "a"}, "> Bob (bobby):\n> a"),
        (
            {"author_name": "Bob", "author_link": "https://b.example", "text": "a"},
            "> [Bob](https://b.example):\n> a",
        ),
        ({"author_name": "B", "author_link": "https://b", "is_share": 1, "text": "a"}, "> B:\n> a"),
        ({"service_name": "Tube", "title": "A &amp; B"}, "> Tube\n> A & B"),
        ({"title": "<https://a.example|A>"}, "> [A](https://a.example)"),
        ({"text": "a", "footer": "CI", "ts": 0.0}, "> a\n> CI"),
        ({"footer": "CI"}, "> CI"),
        ({"text": "a", "ts": 1772000000}, "> a\n> 2026-02-25 06:13 UTC"),
        ({"text": "a", "ts": "1772000000.000100"}, "> a\n> 2026-02-25 06:13 UTC"),
        ({"text": "a", "ts": "soon"}, "> a"),
        ({"text": "a", "ts": 1e300}, "> a\n> " + str(int(1e300))),
        ({"text": "a", "ts": float("inf")}, "> a"),
        ({"image_url": "https://a/b.png"}, "> (image: https://a/b.png)"),
        ({"thumb_url": "https://a/t.png", "text": "a"}, "> a\n> (image: https://a/t.png)"),
        ({"fields": [{"value": 4}, {"title": "T", "value": None}]}, "> 4\n> T: "),
        ({"text": "a", "actions": [{"text": "Go", "url": "https://g"}]}, "> a\n> [Go](https://g)"),
        (
            {"actions": [{"type": "select", "text": "Who", "options": [{"text": "Al"}]}]},
            "> (menu: Who: Al)",
        ),
        ({"text": "disk is full", "fallback": "Disk full"}, "> disk is full"),
        ({"text": "full", "fallback": "Disk full"}, "> Disk full\n> full"),
        ({"text": "full", "fallback": "[6:00] Bob: full", "is_share": True}, "> full"),
        ({"is_share": True, "fallback": "[6:00] Bob: full"}, "> [6:00] Bob: full"),
        ({"fallback": "[no preview available]", "blocks": [section("a")]}, "> a"),
        ({"is_share": True, "files": [{"name": "a.pdf"}]}, "> (shared a file: a.pdf)"),
        ({"text": "a", "attachments": [{"text": "b"}]}, "> a\n> > b"),
    ],
)
def test_what_an_attachment_says(attachment, expected):
    assert quotes(attachment) == [expected]


@pytest.mark.parametrize("attachment", [{}, {"text": ""}, {"text": True}, {"fields": 1}, {"ts": 5}])
def test_what_says_nothing_is_left_out(attachment):
    assert quotes(attachment) == []


def test_there_are_bounds():
    many = quotes(*[{"text": "a"}] * (MOST + 5))
    (long,) = quotes({"text": "a" * (LONGEST + 1)})
    (preview,) = quotes({"text": "a" * LONGEST, "from_url": "https://a.example"})
    nested = {"text": "deepest"}
    for level in range(DEEPEST):
        nested = {"text": f"level {level}", "attachments": [nested]}
    (deep,) = quotes(nested)

    assert len(many) == MOST
    assert long == f"> {'a' * LONGEST} […]"
    assert preview == f"> {'a' * LONGEST_PREVIEW} […]"
    assert "level 0" in deep
    assert "deepest" not in deep


def test_a_forwarded_answer_of_ours_has_no_furniture():
    footer = {"type": "context", "elements": [{"type": "plain_text", "text": "some-model"}]}
    inner = {"message": {"blocks": [section("high"), footer]}}
    named = {"message": {"blocks": [section("high"), footer], "bot_id": "BOURS"}}
    ours = Names(NAMES.user, ours={"UOURS", "BOURS"})

    def told(attachment):
        return attachment_quotes({"attachments": [attachment]}, ours)

    assert told({"is_share": True, "author_id": "UOURS", "message_blocks": [inner]}) == ["> high"]
    assert told({"is_share": True, "message_blocks": [named]}) == ["> high"]
    assert told({"is_share": True, "message_blocks": [inner]}) == ["> high\n>\n> some-model"]
    assert told({"bot_id": "BOURS", "blocks": [section("high"), footer]}) == ["> high"]


@pytest.mark.parametrize("attachments", [None, "x", [1, "a"], {}])
def test_what_is_no_list_of_attachments_is_none(attachments):
    assert attachment_quotes({"attachments": attachments}, NAMES) == []
