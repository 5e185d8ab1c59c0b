"""What never finds its end is shown after a while."""

import pytest

from bot.rendering.parsing.hold import hold
from bot.rendering.parsing.patience import CODE, SPAN, STRONG, TARGET


@pytest.mark.parametrize(
    ("opened", "patience"),
    [
        ("*", SPAN),
        ("_", SPAN),
        ("__", SPAN),
        ("~~", SPAN),
        ("[", SPAN),
        ("![", SPAN),
        ("[^", SPAN),
        ("\\(", SPAN),
        ("$$", SPAN),
        ("`", CODE),
        ("``", CODE),
        ("**", STRONG),
        ("<b>", STRONG),
        ("<code>", STRONG),
        ("[a](", TARGET),
        ("<https://", TARGET),
        ("<https://x|", TARGET),
        ("<!--", TARGET),
        ("https://", TARGET),
    ],
)
def test_it_does_not_wait_for_ever(opened, patience):
    assert hold(opened + "x" * (patience - len(opened) - 1)) == 0
    assert hold(opened + "x" * (patience + 1)) > patience


@pytest.mark.parametrize("mark", ["*", "`", "~", "_"])
def test_a_row_of_marks_at_the_end_does_not_wait_for_ever(mark):
    assert hold(mark * SPAN) == 0
    assert hold(mark * 2_500) == 2_500
