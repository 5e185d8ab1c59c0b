"""A button's value comes back, and a forged one does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.feedback import Thumb
from bot.playground.rules.block_rules import check_blocks
from bot.slack.actions.buttons import (
    feedback,
    read_thumb,
    read_value,
    thumbs,
    write_value,
)
from bot.strings import LANGUAGES
from tests.fakes import turn

KEY = ("T1", "C1", "1.000100")


@pytest.mark.parametrize("verdict", [None, *Thumb])
def test_a_key_comes_back(verdict):
    value = write_value(KEY, 3, verdict)

    assert (read_value(value), read_thumb(value)) == ((KEY, 3), verdict)
    assert len(value) < 2000


@given(st.one_of(st.none(), st.text(), st.integers(), st.binary()))
def test_a_forged_value_is_nothing(value):
    assert read_value(value) is None
    assert read_thumb(value) is None


@pytest.mark.parametrize(
    "value",
    [
        "[1]",
        "3",
        "null",
        '{"t": 1, "c": "C", "ts": "1"}',
        '{"t": "T", "c": "C", "ts": "1", "r": -1}',
        '{"t": "T", "c": "C", "ts": "1", "r": 99999999999}',
        '{"v": ["up"]}',
        '{"v": "sideways"}',
        "{}",
        "[" * 100_000,
    ],
)
def test_json_that_is_not_ours_is_nothing(value):
    assert read_value(value) is None
    assert read_thumb(value) is None


@pytest.mark.parametrize("words", LANGUAGES.values(), ids=LANGUAGES)
def test_thumbs_carry_what_they_say_however_they_look(words):
    asked = turn(round=2)
    pair = feedback(words, asked)
    plain = thumbs(words, asked)
    values = [pair["positive_button"]["value"], pair["negative_button"]["value"]]

    assert [button["value"] for button in plain] == values
    assert [read_thumb(value) for value in values] == [Thumb.UP, Thumb.DOWN]
    assert {read_value(value) for value in values} == {(asked.key, 2)}
    assert len({button["action_id"] for button in plain}) == 2
    check_blocks([{"type": "context_actions", "elements": [pair]}])
    check_blocks([{"type": "actions", "elements": plain}])
