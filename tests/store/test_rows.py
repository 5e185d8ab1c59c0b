"""Rows and values: there and back, and what somebody's editor has made of them."""

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.reply import Phase, Snapshot
from bot.core.turns import Again, TurnState
from bot.core.types import Failed, LeftOut, Order, Unseen, Usage
from bot.store import rows
from tests.fakes import turn

anything = st.text(st.characters(exclude_categories=()))
failures = st.builds(
    Failed, anything, anything, st.none() | st.floats(allow_nan=False, allow_infinity=False)
)


@given(
    st.builds(
        Snapshot,
        st.sampled_from(Phase),
        anything,
        st.none() | failures,
        st.none() | st.builds(Usage, st.integers(), st.integers()),
        st.floats(0, 1e9),
        anything,
        greets=st.booleans(),
        first=st.booleans(),
        left_out=st.lists(
            st.builds(LeftOut, st.sampled_from(Unseen), st.integers(0, 999)), max_size=3
        ).map(tuple),
    )
)
def test_an_ending_comes_back(ending):
    written = rows.write_ending(ending)

    assert written.isascii()
    assert "\0" not in written
    assert rows.read_ending(written) == ending


def test_an_ending_of_the_first_release_can_be_read():
    written = '{"phase": "complete", "text": "Hi", "failure": null, "usage": [3, 4]}'

    assert rows.read_ending(written) == Snapshot(Phase.COMPLETE, "Hi", None, Usage(3, 4))


@given(anything)
def test_any_text_can_be_stored(text):
    kept = rows.storable(text)

    kept.encode()
    assert "\0" not in kept
    assert kept == text or "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text)


@given(st.recursive(st.none() | st.booleans() | st.integers() | anything, st.lists) | anything)
def test_garbage_is_nothing(garbage):
    text = str(garbage)

    assert rows.read_ending(text) is None
    assert rows.read_posts(text) in {None, ()} or garbage == "[]"
    assert rows.read_order(text) is None or text in set(Order)


@pytest.mark.parametrize("text", ["", "[", "[1]", '"x"', "{}", "[" * 100_000, None])
def test_posts_that_cannot_be_read(text):
    assert rows.read_posts(text) is None


@given(st.integers(0, 2**33), st.integers(0, 2**33), st.integers(0, 999_999), st.integers(0, 9))
def test_a_ts_orders_by_time(one, two, fraction, other):
    early, late = sorted([(one, fraction), (two, other)])

    assert rows.moment("{}.{:06}".format(*early)) <= rows.moment("{}.{:06}".format(*late))


@given(anything)
def test_any_ts_is_a_number_that_fits(ts):
    assert 0 <= rows.moment(ts) < 2**63
    assert rows.moment("9" * 50 + ".1") == 2**63 - 1


def test_a_state_that_nobody_knows_is_told_by_the_end():
    row = {"asker": "U1", "round": 0, "state": "napping", "asked_for": None, "fence": 1}

    assert rows.turn_record(SimpleNamespace(**row, ended_at=None)).state is TurnState.ANSWERING
    assert rows.turn_record(SimpleNamespace(**row, ended_at=1.0)).state is TurnState.FAILED


@pytest.mark.parametrize(
    ("order", "gone"), [(None, False), ("stop", False), ("withdrawn", True), ("orphaned", True)]
)
def test_a_deleted_question_is_known(order, gone):
    row = {"asker": "U1", "round": 0, "state": "delivered", "asked_for": order, "ended_at": 1.0}

    assert rows.turn_record(SimpleNamespace(**row, fence=1)).gone is gone


@pytest.mark.parametrize(
    ("state", "posts", "columns"),
    [
        ("delivered", '["1.1", "1.2"]', ("orphaned", False, 2)),
        ("delivered", "[", ("orphaned", False, 0)),
        ("incomplete", '["1.1", "1.2"]', ("withdrawn", True, 1)),
        ("stopped", '["1.1", "1.2"]', ("withdrawn", True, 1)),
        ("failed", '["1.1", "1.2"]', ("withdrawn", True, 1)),
        ("of a newer version", '["1.1", "1.2"]', ("orphaned", False, 2)),
    ],
)
def test_what_a_deletion_makes_of_an_ended_turn(state, posts, columns):
    """All messages of an answer that stays are kept; of one that goes there may be more."""
    taken_back = rows.taken_back(SimpleNamespace(state=state, posts=posts, kept=1))

    assert taken_back == dict(zip(("asked_for", "doubtful", "kept"), columns, strict=True))


@pytest.mark.parametrize(
    ("again", "posts", "kept", "goes_on"),
    [
        (Again.WHOLE, '["1.1", "1.2"]', 0, False),
        (Again.LAST, '["1.1", "1.2"]', 1, True),
        (Again.MORE, '["1.1", "1.2"]', 2, True),
        # Nothing is known to stand there: then the whole question is asked.
        (Again.MORE, "[", 0, False),
    ],
)
def test_which_messages_stay_when_it_is_asked_again(again, posts, kept, goes_on):
    columns = rows.asked_again(SimpleNamespace(posts=posts, kept=1), again)

    assert columns == {"kept": kept, "goes_on": goes_on}


@pytest.mark.parametrize("phase", Phase)
def test_every_way_to_end_has_a_state(phase):
    assert rows.ended_state(phase.value).ended
    assert rows.ended_state("cut") is TurnState.INCOMPLETE
    assert rows.ended_state("complete") is TurnState.DELIVERED
    assert rows.ended_state("stopped") is TurnState.STOPPED
    assert rows.ended_state("interrupted") is TurnState.FAILED
    assert rows.ended_state("what?") is TurnState.FAILED


def test_a_direct_message_has_no_root():
    assert rows.columns(turn(root=None))["thread"] == ""
