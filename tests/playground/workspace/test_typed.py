"""What the composer makes of typed text."""

import pytest

from bot.playground.workspace.typed import typed


def test_what_is_typed_is_kept_as_text_with_entities_and_as_rich_text(workspace):
    written = typed("@streambot is *1 < 2* & `a<b`?", workspace.users.values())

    assert written.text == "<@U0STREAMBOT> is *1 &lt; 2* &amp; `a&lt;b`?"
    assert written.blocks[0]["elements"][0]["elements"] == [
        {"type": "user", "user_id": "U0STREAMBOT"},
        {"type": "text", "text": " is "},
        {"type": "text", "text": "1 < 2", "style": {"bold": True}},
        {"type": "text", "text": " & "},
        {"type": "text", "text": "a<b", "style": {"code": True}},
        {"type": "text", "text": "?"},
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("@nobody there", "@nobody there"),
        ("mail me@alice.org", "mail me@alice.org"),
        ("@here look", "<!here> look"),
        ("see https://example.org/a?b=1&c=2.", "see <https://example.org/a?b=1&amp;c=2>."),
        ("```\n@streambot\n```", "```@streambot```"),
        (":tada: 10:30:15", ":tada: 10:30:15"),
        ("2*3*4 snake_case_name", "2*3*4 snake_case_name"),
        ("", ""),
    ],
)
def test_mrkdwn_of_what_is_typed(workspace, text, expected):
    assert typed(text, workspace.users.values()).text == expected
