"""The part that is being written: what is settled is laid out once, the rest anew."""

from bot.rendering.flow import Code, Item, Paragraph, Table
from bot.rendering.layout.frame import PartLimits
from bot.rendering.layout.part import ROWS, AnswerFlows, OpenPart
from bot.text.runs import Run, text_of


def text(words, *, joins=False):
    return Paragraph((Run(words),), joins=joins)


def laid(flows, settled=0, *, final=False, budget=1000, **how):
    part = OpenPart(PartLimits(), budget, (0, 0), **how)
    return part.lay(AnswerFlows(flows, settled, final))


def test_all_that_fits_is_shown_and_the_part_stays_open():
    found = laid([text("one"), Code("two")])

    assert found.part.flows == (text("one"), Code("two"))
    assert not found.part.closed
    assert found.following == found.part.end == (1, 3)


def test_it_is_closed_where_something_does_not_fit():
    found = laid([text("word " * 100)], budget=200)

    assert found.part.closed
    assert found.following == found.part.end
    assert found.used <= 200


def test_what_joins_a_flow_is_shown_with_it():
    flows = [Item((Run("one"),)), text(" two", joins=True), text("three")]
    found = laid(flows)

    assert found.part.flows == (Item((Run("one two"),)), text("three"))
    assert AnswerFlows(flows, 0, final=False).whole(0, 0) == (Item((Run("one two"),)), 2, 0)


def test_joined_text_before_the_part_is_left_out():
    flows = [text("one"), text("two", joins=True), text("six", joins=True)]

    assert AnswerFlows(flows, 0, final=False).whole(0, 4) == (text("twosix"), 3, 3)


def test_at_a_stop_it_ends_though_there_is_room():
    found = laid([text("one two three"), text("four")], stop=(0, 8))

    assert found.part.flows == (text("one two"),)
    assert found.part.closed
    assert found.is_stopped


def test_a_second_table_waits_until_it_is_complete():
    table = Table((((Run("x"),),),) * 2)
    flows = [table, text("between"), table]

    assert len(laid(flows, settled=2).part.flows) == 2
    assert len(laid(flows, settled=2, final=True).part.flows) == 3


def test_laying_out_again_gives_the_same():
    flows = [text("one"), Code("two"), text("three")]
    part = OpenPart(PartLimits(), 1000, (0, 0))
    first = part.lay(AnswerFlows(flows, 2, final=False))

    assert part.lay(AnswerFlows(flows, 2, final=False)) == first
    assert part.lay(AnswerFlows([*flows, text("four")], 3, final=True)).part.flows == (
        *flows,
        text("four"),
    )


def test_no_more_of_a_long_text_is_put_together_than_a_part_may_hold():
    flows = [text("one ")] + [text("more ", joins=True)] * 1_000
    flow, end, skipped = AnswerFlows(flows, 0, final=False).whole(0, 100, 50)

    assert len(text_of(flow.runs)) < 70
    assert (end, skipped) == (1_001, 99)


def test_no_more_of_a_long_table_either():
    rows = tuple(((Run(f"{n}"),),) for n in range(50))
    flows = [Table(rows)] + [Table(rows, joins=True)] * 1_000
    flow, end, _ = AnswerFlows(flows, 0, final=False).whole(0, 0, 50)

    assert ROWS < len(flow.rows) < ROWS + 50
    assert end == 1_001
