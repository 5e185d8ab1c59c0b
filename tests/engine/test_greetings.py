"""Whether a bare mention is a greeting: what is looked up before, and when nothing is."""

import pytest

from bot.core.reply import Phase, Snapshot
from bot.core.types import Order
from bot.engine.greetings import looked_up, newest
from bot.errors import StoreError
from tests.fakes import Pages, claim, turn

BARE = turn(text="", whole=False)


class Known:
    """A journal that has this to tell of a question."""

    def __init__(self, known=None, error=None):
        self.known = known
        self.error = error

    async def question(self, key):
        if self.error:
            raise self.error
        return self.known


async def look(asked, journal, pages=None):
    return await looked_up(asked, journal, pages, pages)


async def test_the_second_event_says_that_it_is_a_question():
    pages, more = Pages(), turn(text="", has_more=True)
    found = await look(claim(BARE), Known(more), pages)

    assert found == claim(more)
    assert (pages.learned, pages.looked_up) == (["U1"], [])


async def test_the_second_event_says_that_it_is_a_greeting():
    pages = Pages()
    found = await look(claim(BARE), Known(turn(text="")), pages)

    assert (found.turn.asks, pages.looked_up) == (False, [])


@pytest.mark.parametrize("journal", [Known(BARE), Known(), Known(error=StoreError("closed"))])
async def test_without_a_second_event_slack_is_asked(journal):
    pages = Pages()
    pages.came = {"has_more": True}
    found = await look(claim(BARE), journal, pages)

    assert (found.turn.asks, pages.looked_up) == (True, [BARE.key])


@pytest.mark.parametrize(
    "asked",
    [
        claim(turn(text="")),
        claim(turn(whole=False)),
        claim(turn("2.0", root="1.0", text="", whole=False)),
        claim(BARE, order=Order.WITHDRAWN),
        claim(BARE, ending=Snapshot(Phase.COMPLETE, "Hello")),
    ],
)
async def test_nothing_is_looked_up_for_any_other_turn(asked):
    pages = Pages()

    assert await look(asked, Known(error=AssertionError()), pages) is asked
    assert (pages.learned, pages.looked_up) == ([], [])


async def test_the_newest_of_a_question_is_what_the_journal_has():
    more = turn(has_more=True)

    assert await newest(turn(), Known(more)) == more
    assert await newest(turn(), Known(error=StoreError("closed"))) == turn()
