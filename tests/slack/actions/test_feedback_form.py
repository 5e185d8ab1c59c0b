"""The form behind a thumb that is down: Slack takes it, and what comes back is not trusted."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.feedback import LONGEST_REASON, Fault
from bot.slack.actions.feedback_form import (
    CALLBACK_ID,
    FAULTS,
    REASON,
    FilledForm,
    build_form,
    read_form,
)
from bot.strings import ENGLISH, LANGUAGES

KEY = ("T1", "C1", "1.000100")
WHERE = {"channel": "C1", "thread_ts": "1.000100"}

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["values", FAULTS, REASON, "value", "x"]), inner)
    ),
    max_leaves=8,
)


def filled(options=(), text=None, words=ENGLISH):
    view = build_form(words, KEY, 2, WHERE)
    chosen = [{"value": option} for option in options]
    values = {
        FAULTS: {FAULTS: {"type": "checkboxes", "selected_options": chosen}},
        REASON: {REASON: {"type": "plain_text_input", "value": text}},
    }
    return view | {"state": {"values": values}}


@pytest.mark.parametrize("words", LANGUAGES.values(), ids=LANGUAGES)
def test_it_keeps_to_slacks_limits(words):
    view = build_form(words, KEY, 2, WHERE)

    assert view["callback_id"] == CALLBACK_ID
    assert all(len(view[part]["text"]) <= 24 for part in ("title", "submit", "close"))
    assert len(view["private_metadata"]) <= 3000
    assert all(block["optional"] for block in view["blocks"])
    options = view["blocks"][0]["element"]["options"]
    assert [option["value"] for option in options] == list(Fault)
    assert all(len(option["text"]["text"]) <= 75 for option in options)


def test_it_comes_back_as_it_was_filled_in():
    view = filled(["long", "wrong", "made up"], "  too long \n", LANGUAGES["ja"])

    assert read_form(view) == FilledForm(KEY, 2, WHERE, (Fault.WRONG, Fault.LONG), "too long")
    assert read_form(filled()) == FilledForm(KEY, 2, WHERE)


def test_a_reason_has_an_end():
    assert len(read_form(filled(text="x" * 5000)).reason) == LONGEST_REASON
    assert "secret" not in repr(read_form(filled(text="secret")))


@given(json_values)
def test_a_form_may_hold_anything(values):
    view = build_form(ENGLISH, KEY, 2, WHERE)

    assert read_form(view | {"state": values}).key == KEY
    assert read_form(view | {"private_metadata": json.dumps(values)}) is None
    assert read_form({"private_metadata": values}) is None
