"""The reply's table: every event in every phase, whole and in pieces."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.reply import EVENTS, FINISHES, LIVE, TRANSITIONS, Phase, Pieces, Reply, Snapshot
from bot.core.types import (
    Begun,
    Deleted,
    Elapsed,
    Failed,
    Finish,
    FinishReason,
    First,
    Greeting,
    Interrupted,
    LeftOut,
    Opened,
    Queued,
    ReasoningDelta,
    RefusalDelta,
    Stopped,
    TextDelta,
    ToolCallDelta,
    Unseen,
    Usage,
    Withdrawn,
)

ENDINGS = [
    *(Finish(reason) for reason in FinishReason),
    Stopped(),
    Interrupted(),
    Failed("stalled", "abc"),
]
events = st.one_of(
    st.builds(TextDelta, st.text(max_size=5)),
    st.builds(ReasoningDelta, st.text(max_size=5)),
    st.builds(RefusalDelta, st.text(max_size=5)),
    st.sampled_from([Opened(), Queued(), Begun(), First(), LeftOut(Unseen.OLDEST, 2)]),
    st.builds(Elapsed, st.floats(0, 100)),
    st.just(Usage(3, 4)),
    st.just(ToolCallDelta(0, "id", "name", "{}")),
    st.sampled_from(ENDINGS),
)


def fed(*happened):
    reply = Reply()
    for event in happened:
        reply.feed(event)
    return reply.snapshot()


def test_the_table_knows_every_event_in_every_live_phase():
    lives = {event: LIVE for event in EVENTS if event is not Finish}

    assert lives | dict.fromkeys([Deleted, Withdrawn], frozenset(Phase)) == {
        event: frozenset(row) for event, row in TRANSITIONS.items()
    }


def test_every_finish_reason_ends_the_reply():
    assert set(FinishReason) == set(FINISHES)
    assert all(phase.ended for phase in FINISHES.values())


@pytest.mark.parametrize(
    ("happened", "phase"),
    [
        ([], Phase.WAITING),
        ([Opened()], Phase.WAITING),
        ([Queued()], Phase.QUEUED),
        ([Queued(), Begun()], Phase.WAITING),
        ([Queued(), Stopped()], Phase.STOPPED),
        ([TextDelta("a"), Queued()], Phase.ANSWERING),
        ([ReasoningDelta("hm")], Phase.THINKING),
        ([ReasoningDelta("hm"), TextDelta("a")], Phase.ANSWERING),
        ([TextDelta("a"), ReasoningDelta("hm")], Phase.ANSWERING),
        ([TextDelta("a"), Finish(FinishReason.STOP)], Phase.COMPLETE),
        ([TextDelta("a"), Finish(FinishReason.LENGTH)], Phase.CUT),
        ([Finish(FinishReason.CONTENT_FILTER)], Phase.FILTERED),
        ([RefusalDelta("no"), Finish(FinishReason.STOP)], Phase.REFUSED),
        ([Finish(FinishReason.STOP)], Phase.EMPTY),
        ([Finish(FinishReason.TOOL_CALLS)], Phase.EMPTY),
        ([TextDelta(" \n"), Finish(FinishReason.STOP)], Phase.EMPTY),
        ([TextDelta("a"), Stopped()], Phase.STOPPED),
        ([Interrupted()], Phase.INTERRUPTED),
        ([TextDelta("a"), Failed("stalled", "1")], Phase.FAILED),
        ([TextDelta("a"), Deleted()], Phase.GONE),
        ([TextDelta("a"), Finish(FinishReason.STOP), Deleted()], Phase.GONE),
        ([TextDelta("a"), Withdrawn()], Phase.WITHDRAWN),
        ([TextDelta("a"), Finish(FinishReason.STOP), Withdrawn()], Phase.WITHDRAWN),
        ([Queued(), Withdrawn(), Begun(), TextDelta("a")], Phase.WITHDRAWN),
        ([Deleted(), Withdrawn()], Phase.WITHDRAWN),
        ([Withdrawn(), Deleted()], Phase.WITHDRAWN),
    ],
)
def test_endings(happened, phase):
    assert phase == fed(*happened).phase


@given(st.lists(events, max_size=12))
def test_the_first_ending_wins_and_text_before_it_is_kept(happened):
    end = next((i for i, e in enumerate(happened) if e in ENDINGS), len(happened))
    text = "".join(e.text for e in happened[:end] if isinstance(e, TextDelta | RefusalDelta))

    snapshot = fed(*happened)

    assert text == snapshot.text
    assert snapshot.ended == (end < len(happened))
    assert fed(*happened[: end + 1]) == snapshot


@given(st.text(min_size=1), st.data())
def test_pieces_give_the_same_picture_as_the_whole(text, data):
    cut = data.draw(st.integers(0, len(text)))
    done = Finish(FinishReason.STOP)

    assert fed(TextDelta(text), done) == fed(TextDelta(text[:cut]), TextDelta(text[cut:]), done)
    assert fed(TextDelta(text), done) == fed(*map(TextDelta, text), done)


def test_reasoning_is_not_part_of_the_answer():
    assert fed(ReasoningDelta("secret thoughts"), TextDelta("Hi")).text == "Hi"


def thought(*texts, limit):
    reply = Reply(thoughts=limit)
    for text in texts:
        reply.feed(ReasoningDelta(text))
    return reply.snapshot().thoughts


def test_of_the_reasoning_the_end_is_kept_if_anything():
    assert thought("some ", "thoughts", limit=0) == ""
    assert thought("some ", "thoughts", limit=10) == "e thoughts"
    assert thought("some ", "thoughts", limit=100) == "some thoughts"


@given(st.lists(st.text(max_size=6)), st.integers(1, 9))
def test_however_it_comes_the_same_is_kept(pieces, limit):
    kept, looked = Pieces(limit=limit), Pieces(limit=limit)
    for piece in pieces:
        kept.add(piece)
        looked.add(piece)
        assert looked.whole == looked.whole

    assert kept.whole == looked.whole == "".join(pieces)[-limit:]


def test_a_tool_is_named_until_something_else_comes():
    call = ToolCallDelta(0, "id", "search", "")
    more = ToolCallDelta(0, None, None, '{"q":')

    assert fed(call).tool == fed(call, more).tool == "search"
    assert fed(call, TextDelta("Found")).tool == ""
    assert fed(call, ReasoningDelta("hm")).tool == ""
    assert fed(TextDelta("Let me see"), call).tool == "search"


def test_time_and_place_are_part_of_the_picture():
    snapshot = fed(First(), Elapsed(10), TextDelta("a"), Elapsed(12.5), Finish(FinishReason.STOP))

    assert (snapshot.seconds, snapshot.first, snapshot.greets) == (12.5, True, False)
    assert (fed().seconds, fed().first, fed(Greeting()).greets) == (0, False, True)


def test_a_picture_that_is_taken_up_stays_as_it_is():
    snapshot = Snapshot(Phase.CUT, "Hi", None, Usage(3, 4), 12.5, "So", first=True)

    assert Reply(snapshot, thoughts=10).snapshot() == snapshot


def test_content_is_not_in_the_repr():
    """Snapshots end up in logs and tracebacks; what people say does not."""
    assert "Hello" not in repr(fed(TextDelta("Hello")))
    assert "Hello" not in repr(Snapshot(thoughts="Hello"))


def test_what_was_left_out_is_told_once_and_counted_together():
    snapshot = fed(
        LeftOut(Unseen.OLDEST, 2), LeftOut(Unseen.FILES), LeftOut(Unseen.OLDEST, 3), TextDelta("a")
    )

    assert snapshot.left_out == (LeftOut(Unseen.OLDEST, 5), LeftOut(Unseen.FILES))
