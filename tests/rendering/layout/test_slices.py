"""Slices of a flow: two of them are the whole, and torn flows are put together again."""

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.rendering.flow import Code, Heading, Item, Paragraph, Rule, Table
from bot.rendering.layout.sizes import is_header
from bot.rendering.layout.slices import after, before, between_spans, joined, up_to
from bot.text.runs import BOLD, CODE, Run, text_of
from tests.growth import grows_with_length
from tests.rendering.flows import answers, flows, torn

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


# Put together again


@settings(max_examples=50, deadline=None)
@given(answers)
def test_what_was_torn_apart_is_whole_again(answer):
    assert list(joined(torn(answer, 15))) == answer


def test_text_that_can_join_nothing_stands_alone():
    rest = Paragraph((Run("rest"),), joins=True)
    more = Table((((Run("h"),),),), joins=True)

    assert list(joined([rest, Code("x"), rest, more])) == [rest, Code("x"), rest, more]


def test_all_that_joins_one_flow_becomes_part_of_it():
    more = [Paragraph((Run(each),), joins=True) for each in "bcd"]

    assert list(joined([Item((Run("a"),), 1, 2), *more])) == [Item((Run("abcd"),), 1, 2)]


# Up to a place that Slack has accepted


@given(texts, st.integers(1, 400))
def test_what_was_accepted_is_not_exceeded(flow, at):
    text = text_of(flow.runs)
    shown = text_of(up_to(flow, at, 0).runs)

    assert len(shown) <= max(at, 1) or shown == text
    assert text.startswith(shown)


def test_text_ends_between_two_words():
    assert up_to(Paragraph((Run("one two three"),)), 10, 0) == Paragraph((Run("one two"),))


def test_code_ends_with_a_line_and_a_table_with_a_row():
    table = Table(tuple(((Run(each),),) for each in ("head", "one", "two")))

    assert up_to(Code("one\ntwo\nthree"), 9, 0) == Code("one\ntwo")
    assert up_to(table, 9, 0) == Table(table.rows[:2])
    assert up_to(Rule(), 0, 0) == Rule()


def test_a_link_is_cut_only_where_it_begins_early():
    early = (Run("a "), Run("long label", url="https://x.example"))
    late = (Run("many words before "), Run("label", CODE))

    assert between_spans(early, 6, 12) == 6
    assert between_spans(late, 20, 24) == 18
    assert between_spans((Run(":tada:", emoji="tada"),), 3, 10) == 0


def test_white_space_at_the_end_is_gone_through_once():
    def work(length):
        before(Paragraph((Run("a"), *[Run(" ", CODE), Run(" ")] * length)), 2 * length)

    assert grows_with_length(work, 2_000)


def test_code_that_joins_code_is_its_further_lines():
    flows = [Code("a", "py", 1), Code("b", joins=True), Code("c"), Paragraph((Run("d"),))]

    assert list(joined(flows)) == [Code("a\nb", "py", 1), Code("c"), flows[-1]]
