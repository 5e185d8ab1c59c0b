"""What goes on is put back together."""

from hypothesis import given, settings

from bot.rendering.flow import Code, Item, Paragraph, Table
from bot.rendering.layout.joined import joined
from bot.text.runs import BOLD, Run, merged
from tests.rendering.flows import answers, torn


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


def test_like_neighbours_are_one_run():
    runs = [Run("a"), Run("b"), Run("", BOLD), Run("c", BOLD), Run(":x:", emoji="x"), Run(":x:")]

    assert merged(runs) == [Run("ab"), Run("c", BOLD), Run(":x:", emoji="x"), Run(":x:")]
