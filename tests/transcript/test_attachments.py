"""Attachments: forwarded messages, previews of links, and cards of other apps, as quotes."""

import pytest

from bot.transcript.attachments import LONGEST, MOST, attachment_quotes
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
        ({"blocks": [section("a"), section("b")], "text": "c"}, "> a\n>\n> b"),
        ({"message_blocks": [{"message": {"blocks": [section("said")]}}]}, "> said"),
    ],
)
def test_what_an_attachment_says(attachment, expected):
    assert quotes(attachment) == [expected]


@pytest.mark.parametrize("attachment", [{}, {"text": ""}, {"text": 1}, {"fields": "x"}])
def test_what_says_nothing_is_left_out(attachment):
    assert quotes(attachment) == []


def test_there_are_bounds():
    many = quotes(*[{"text": "a"}] * (MOST + 5))
    (long,) = quotes({"text": "a" * (LONGEST + 1)})

    assert len(many) == MOST
    assert long == f"> {'a' * LONGEST} […]"


@pytest.mark.parametrize("attachments", [None, "x", [1, "a"], {}])
def test_what_is_no_list_of_attachments_is_none(attachments):
    assert attachment_quotes({"attachments": attachments}, NAMES) == []
