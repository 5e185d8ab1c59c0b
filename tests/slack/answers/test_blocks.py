"""Blocks of our own are told from those that carry the answer."""

from bot.slack.answers.blocks import notice, without_furniture


def test_only_the_answer_is_left():
    answer = [{"type": "rich_text"}, {"type": "table"}, {"type": "markdown"}, {"type": "section"}]
    ours = [notice("Stopped."), {"type": "actions"}, {"type": "context_actions"}]

    assert without_furniture([*answer, *ours]) == answer


def test_what_a_notice_says_is_never_markup():
    elements = notice("*one*", "<!channel>")["elements"]

    assert [each["text"] for each in elements] == ["*one*", "<!channel>"]
    assert {each["type"] for each in elements} == {"plain_text"}
