"""Our furniture: a button's value comes back, a forged one does not; every ending has its words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.reply import Phase, Snapshot
from bot.core.types import Failed
from bot.slack.blocks import ending, furniture, read_value, write_value
from bot.strings import ENGLISH, LANGUAGES

KEY = ("T1", "C1", "1.0001")


def test_a_key_comes_back():
    assert read_value(write_value(KEY)) == KEY
    assert len(write_value(KEY)) < 2000


@given(st.one_of(st.none(), st.text(), st.integers(), st.binary()))
def test_a_forged_value_is_nothing(value):
    assert read_value(value) is None


@pytest.mark.parametrize("value", ["[1]", "3", "null", '{"t": 1, "c": "C", "ts": "1"}', "{}"])
def test_json_that_is_not_ours_is_nothing(value):
    assert read_value(value) is None


@pytest.mark.parametrize("words", LANGUAGES.values(), ids=LANGUAGES)
@pytest.mark.parametrize("phase", [phase for phase in Phase if phase.ended])
def test_every_ending_but_the_good_one_is_said_and_none_has_a_button(phase, words):
    failure = Failed("stalled", "abc123") if phase is Phase.FAILED else None
    snapshot = Snapshot(phase, "text", failure)

    blocks = furniture(snapshot, words, KEY)

    assert (ending(snapshot, words) is None) == (phase is Phase.COMPLETE)
    assert [block["type"] for block in blocks] == ([] if phase is Phase.COMPLETE else ["context"])


def test_the_endings_differ():
    said = [ending(Snapshot(phase, "x"), ENGLISH) for phase in Phase if phase.ended]
    said = [text for text in said if text]

    assert len(said) == len(set(said))


@pytest.mark.parametrize("phase", [Phase.WAITING, Phase.THINKING, Phase.ANSWERING])
def test_while_it_lives_there_is_a_stop_button(phase):
    assert furniture(Snapshot(phase, "x"), ENGLISH, KEY)[-1]["elements"][0]["action_id"] == "stop"


def test_every_language_has_a_sentence_for_every_failure():
    assert {frozenset(words.failures) for words in LANGUAGES.values()} == {
        frozenset(ENGLISH.failures)
    }
