import io

import pytest

from bot.ask.views import PlainView, TimingView
from bot.core.types import ReasoningDelta, RefusalDelta, TextDelta


def test_thoughts_are_timed_but_no_part_of_the_answer():
    out, err = io.StringIO(), io.StringIO()
    with PlainView(out) as plain, TimingView(err) as clock:
        for event in (ReasoningDelta("hm"), TextDelta("yes")):
            plain.show(event)
            clock.show(event)

    assert out.getvalue() == "yes\n"
    assert '(thinking) "hm"' in err.getvalue()
    assert err.getvalue().endswith("1 pieces\n")


@pytest.mark.parametrize(
    ("pieces", "text"),
    [
        (["one", " two"], "one two\n"),
        (["one\n"], "one\n"),
        (["one\n", ""], "one\n"),
        ([], ""),
    ],
)
def test_plain_text_ends_with_one_line_break(pieces, text):
    out = io.StringIO()
    with PlainView(out) as plain:
        for piece in pieces:
            plain.show(TextDelta(piece))

    assert out.getvalue() == text


def test_a_refusal_is_shown_like_an_answer():
    out, err = io.StringIO(), io.StringIO()
    with PlainView(out) as plain, TimingView(err) as timing:
        for view in (plain, timing):
            view.show(RefusalDelta("No."))

    assert out.getvalue() == "No.\n"
    assert '"No."' in err.getvalue()


def test_without_an_answer_there_is_no_first_token():
    err = io.StringIO()
    with TimingView(err):
        pass

    assert err.getvalue().startswith("first token none, full answer ")
    assert err.getvalue().endswith(", 0 pieces\n")
