"""Ways round a refusal: the tables say what comes next, and all of them end."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.answers.drafts import Draft
from bot.slack.answers.evasion import (
    HOPELESS,
    MISMATCH,
    NOT_FOUND,
    SHRINKS,
    STUCK,
    TOO_LARGE,
    UNSHOWABLE,
    Change,
    PartState,
    Shape,
    Way,
    way_round,
)
from bot.slack.answers.forms import Form

SAID = Draft([{"type": "rich_text"}], "Because.", (0, 8), [{"type": "rich_text"}])
BARE = Draft([{"type": "context"}])
CODES = sorted(TOO_LARGE | UNSHOWABLE | HOPELESS | {NOT_FOUND, "edit_window_closed"})


def test_a_message_that_is_missed_is_waited_for_then_written_anew_then_left():
    state, ways = PartState.EDITABLE, []
    for _ in range(5):
        way, state = way_round(state, NOT_FOUND, is_last=True, is_deleted=False)
        ways.append(way)

    assert ways == [Way.WAIT, Way.REWRITE, Way.WAIT, Way.NONE, Way.NONE]


@pytest.mark.parametrize("state", [PartState.EDITABLE, PartState.MISSED])
def test_a_message_that_may_not_be_edited_is_written_anew_once(state):
    way, after = way_round(state, "edit_window_closed", is_last=True, is_deleted=False)
    again, _ = way_round(after, "edit_window_closed", is_last=True, is_deleted=False)

    assert (way, again) == (Way.REWRITE, Way.NONE)


def test_only_the_last_part_is_written_anew():
    """Another message would stand below the parts that follow."""
    found = way_round(PartState.EDITABLE, "cant_update_message", is_last=False, is_deleted=False)

    assert found == (Way.LEAVE, PartState.CLOSED)


@pytest.mark.parametrize("state", PartState)
def test_what_somebody_deleted_is_left(state):
    found = way_round(state, NOT_FOUND, is_last=True, is_deleted=True)

    assert found == (Way.LEAVE, PartState.CLOSED)


@pytest.mark.parametrize(("state", "code"), [*product(PartState, sorted(HOPELESS))])
def test_where_nobody_reads_there_is_no_way(state, code):
    assert way_round(state, code, is_last=True, is_deleted=False) == (Way.NONE, state)


@given(st.lists(st.sampled_from(CODES), min_size=6, max_size=20), st.booleans())
def test_edits_are_given_up_in_the_end(codes, is_last):
    """Whatever Slack says, at most four times there is another way."""
    state, ways = PartState.EDITABLE, []
    for code in codes:
        way, state = way_round(state, code, is_last=is_last, is_deleted=False)
        ways.append(way)
        if state is PartState.CLOSED:
            break

    assert len([way for way in ways if way is not Way.NONE]) <= 4
    assert ways.count(Way.REWRITE) <= 1


def test_the_newest_kind_of_block_is_suspected_first():
    shape = Shape(Form.RICH)

    assert shape.next_change(SAID, "invalid_blocks", has_feedback=True) is Change.PLAIN_FEEDBACK
    shape.suspects_feedback = True
    assert shape.next_change(SAID, "invalid_blocks", has_feedback=True) is Change.NEXT_FORM


@pytest.mark.parametrize("code", sorted(TOO_LARGE))
def test_a_part_is_made_smaller_so_often_and_no_more(code):
    assert Shape(Form.RICH).next_change(SAID, code, has_feedback=True) is Change.SHRINK
    assert Shape(Form.RICH, shrinks=SHRINKS).next_change(SAID, code, has_feedback=True) is None


def test_a_message_without_rich_text_is_anchored_once():
    shape = Shape(Form.RICH)

    assert shape.next_change(BARE, MISMATCH, has_feedback=False) is Change.ANCHOR
    shape.anchored = True
    assert shape.next_change(BARE, MISMATCH, has_feedback=False) is None


@pytest.mark.parametrize("code", sorted(STUCK))
def test_what_says_nothing_or_is_final_has_no_other_look(code):
    assert Shape(Form.RICH).next_change(BARE, code, has_feedback=False) is None
    assert Shape(Form.RICH, final=True).next_change(SAID, code, has_feedback=False) is None


def test_below_the_simplest_form_there_is_none():
    assert Shape(Form.TEXT).next_change(SAID, "invalid_blocks", has_feedback=False) is None
