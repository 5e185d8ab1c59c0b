"""Our furniture: a button's value comes back, a forged one does not; every ending has its words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.reply import Phase, Snapshot
from bot.core.types import Failed
from bot.slack.blocks import ending, furniture, read_value, write_value
from bot.strings import ENGLISH, LANGUAGES
from tests.fakes import turn

KEY = ("T1", "C1", "1.000100")


def test_a_key_comes_back():
    assert read_value(write_value(KEY, 3)) == (KEY, 3)
    assert len(write_value(KEY, 3)) < 2000


@given(st.one_of(st.none(), st.text(), st.integers(), st.binary()))
def test_a_forged_value_is_nothing(value):
    assert read_value(value) is None


@pytest.mark.parametrize("value", ["[1]", "3", "null", '{"t": 1, "c": "C", "ts": "1"}', "{}"])
def test_json_that_is_not_ours_is_nothing(value):
    assert read_value(value) is None


WAYS_ON = {
    Phase.CUT: ["continue"],
    Phase.EMPTY: ["retry"],
    Phase.STOPPED: ["continue"],
    Phase.FAILED: ["continue", "retry"],
}


def pressable(blocks):
    return [e["action_id"] for b in blocks if b["type"] == "actions" for e in b["elements"]]


@pytest.mark.parametrize("words", LANGUAGES.values(), ids=LANGUAGES)
@pytest.mark.parametrize("phase", [phase for phase in Phase if phase.ended])
def test_every_ending_but_the_good_one_is_said_and_the_short_ones_have_a_way_on(phase, words):
    failure = Failed("stalled", "abc123") if phase is Phase.FAILED else None
    snapshot = Snapshot(phase, "text", failure)

    blocks = furniture(snapshot, words, turn())

    assert (ending(snapshot, words) is None) == (phase is Phase.COMPLETE)
    assert [b["type"] for b in blocks][:1] == ([] if phase is Phase.COMPLETE else ["context"])
    assert pressable(blocks) == WAYS_ON.get(phase, [])


@pytest.mark.parametrize("phase", WAYS_ON)
def test_where_nothing_was_said_there_is_nothing_to_continue(phase):
    failure = Failed("stalled", "abc123") if phase is Phase.FAILED else None

    assert pressable(furniture(Snapshot(phase, " ", failure), ENGLISH, turn())) == ["retry"]


def test_the_endings_differ():
    phases = set(Phase) - {Phase.GONE}  # says the same as `stopped`, to nobody
    said = [ending(Snapshot(phase, "x"), ENGLISH) for phase in phases if phase.ended]
    said = [text for text in said if text]

    assert len(said) == len(set(said))


@pytest.mark.parametrize("phase", [Phase.WAITING, Phase.THINKING, Phase.ANSWERING])
def test_while_it_lives_there_is_a_stop_button(phase):
    (*_, last) = furniture(Snapshot(phase, "x"), ENGLISH, turn())

    assert pressable([last]) == ["stop"]
    assert read_value(last["elements"][0]["value"]) == (turn().key, 0)


def test_every_language_has_a_sentence_for_every_failure():
    assert {frozenset(words.failures) for words in LANGUAGES.values()} == {
        frozenset(ENGLISH.failures)
    }
