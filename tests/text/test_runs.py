"""Runs: put together where a reader sees no difference."""

from hypothesis import given
from hypothesis import strategies as st

from bot.text.runs import BOLD, CODE, ITALIC, PLAIN, Run, merged, text_of

RUNS = st.lists(
    st.builds(
        Run,
        st.sampled_from(["", "a", "b\n", ":tada:"]),
        st.sampled_from([PLAIN, BOLD, BOLD + ITALIC, CODE]),
        st.sampled_from(["", "https://a.example"]),
        st.sampled_from(["", "tada"]),
    ),
    max_size=8,
)


def test_neighbours_that_look_alike_are_one():
    runs = [Run("a"), Run("b"), Run("c", BOLD), Run("", ITALIC), Run("d", BOLD)]

    assert merged(runs) == [Run("ab"), Run("cd", BOLD)]


def test_emoji_stay_alone():
    tada = Run(":tada:", emoji="tada")

    assert merged([tada, tada, Run("a")]) == [tada, tada, Run("a")]


def test_links_are_one_where_they_lead_to_the_same_place():
    one, other = "https://a.example", "https://b.example"
    runs = [Run("a", url=one), Run("b", url=one), Run("c", url=other)]

    assert merged(runs) == [Run("ab", url=one), Run("c", url=other)]


@given(RUNS)
def test_nothing_is_lost_and_nothing_is_left_to_merge(runs):
    whole = merged(runs)

    assert text_of(whole) == text_of(runs)
    assert merged(whole) == whole
    assert all(run.text for run in whole)
