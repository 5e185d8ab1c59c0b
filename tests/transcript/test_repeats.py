"""What a message's text says beyond its blocks."""

import pytest

from bot.transcript.repeats import is_filler, repeats, unsaid
from tests.growth import grows_with_length


@pytest.mark.parametrize(
    ("text", "said", "expected"),
    [
        ("Deploy done", "## Deploy\n\n**done** at 5", ""),
        ("Deploy of the shop done", "deploy: shop DONE", ""),
        ("Deploy failed", "Deploy", "Deploy failed"),
        ("Deploy\nfailed at step 3", "Deploy", "failed at step 3"),
        ("a1\n\nb1\n\nc1", "b1", "a1\n\nc1"),
        (":tada: Deploy", "🎉 Deploy", ""),
        ("done, not failed", "done, failed", "done, not failed"),
        ("```\na1\nb1\n```", "a1", "```\na1\nb1\n```"),
        ("```\na1\n```", "a1", ""),
        ("障害を検知", "東京: 障害を検知しました", ""),
        ("障害を復旧", "東京: 障害を検知しました", "障害を復旧"),
        ("[no preview available]", "a1", ""),
        ("", "a1", ""),
        ("a1", "", "a1"),
        ("a", "", "a"),
        ("a", "a b1", ""),
    ],
)
def test_nothing_is_said_twice(text, said, expected):
    assert unsaid(text, said) == expected


def test_a_repetition_has_the_same_words_in_the_same_order():
    assert repeats("Nightly *report*!", "> the nightly report of 5 May")
    assert not repeats("Nightly report", "> report, nightly")
    assert not repeats("port", "report")


def test_slack_itself_fills_in_when_an_app_gave_no_text():
    assert is_filler("This content can’t be displayed. ")
    assert not is_filler("content")


def test_long_texts_cost_no_more_than_their_length():
    def work(length):
        lines, words = "a1 b2 :c: 障害\n" * length, "".join(f"w{n} " for n in range(2 * length))
        assert unsaid(lines, words)
        assert unsaid("\n \n" * 3 * length + "x", words)
        assert not repeats(lines, words)

    assert grows_with_length(work, 1000)
