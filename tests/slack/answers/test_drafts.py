"""Drafts: whether they have rich text, which Slack does not let a message lose."""

import pytest

from bot.slack.answers.blocks import notice
from bot.slack.answers.drafts import Draft


@pytest.mark.parametrize(
    ("blocks", "rich"),
    [
        ([], False),
        ([notice("Thinking")], False),
        ([{"type": "markdown", "text": "a"}], False),
        ([{"type": "header"}, {"type": "rich_text", "elements": []}], True),
    ],
)
def test_rich_text_is_seen_wherever_it_stands(blocks, rich):
    assert Draft(blocks).is_rich is rich


def test_a_draft_without_an_end_shows_nothing_of_the_answer():
    assert (Draft().end, Draft().answer) == (None, [])
