"""A flow in two: together they are the whole."""

from hypothesis import given
from hypothesis import strategies as st

from bot.rendering.flow import Heading, Item, Paragraph
from bot.rendering.layout.halves import after, before
from bot.rendering.layout.sizes import is_header
from bot.text.runs import BOLD, Run, text_of
from tests.rendering.flows import flows

texts = flows.filter(lambda flow: isinstance(flow, Paragraph | Heading | Item))


@given(texts, st.integers(0, 400))
def test_nothing_is_lost_but_white_space_at_the_cut(flow, at):
    text = text_of(flow.runs)

    assert text_of(before(flow, at).runs) == text[:at].rstrip()
    assert text_of(after(flow, at).runs) == text[at:]


@given(texts, st.integers(0, 400))
def test_no_run_is_empty(flow, at):
    assert all(run.text for run in (*before(flow, at).runs, *after(flow, at).runs))


def test_styles_and_links_go_on():
    flow = Paragraph((Run("ab", BOLD), Run("cd", url="https://x.example")), 1, 2)

    assert before(flow, 3) == Paragraph((flow.runs[0], flow.runs[1]._replace(text="c")), 1, 2)
    assert after(flow, 3) == Paragraph((flow.runs[1]._replace(text="d"),), 1, 2)


def test_the_rest_of_an_item_stands_below_its_text():
    assert after(Item((Run("ab"),), 1, 7, 1), 1) == Paragraph((Run("b"),), 1, 2)


def test_both_halves_of_a_heading_are_bold_text():
    flow = Heading((Run("word " * 60),), 1)

    assert not is_header(flow)
    assert not is_header(before(flow, 50))
    assert after(flow, 250) == Paragraph((Run("word " * 10, BOLD),))
