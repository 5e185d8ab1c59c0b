"""What is measured of an answer that is shown."""

import pytest

from bot.core.reply import Phase, Snapshot
from bot.core.types import Failed
from bot.metrics.figures import Figures
from bot.metrics.measured_sink import MeasuredSink
from tests.fakes import Screen
from tests.metrics.reading import value

WAITING = Snapshot(Phase.WAITING)


class Story:
    """A sink on a screen; time passes only where the test says so."""

    def __init__(self, screen=None):
        self.now, self.figures = 100.0, Figures()
        self.sink = MeasuredSink(screen or Screen(), self.figures, lambda: self.now)

    async def show(self, snapshot, *, after=0.0, took=0.0):
        self.now += after
        for call in self.sink.plan(snapshot):
            self.now += took
            await self.sink.do(call)

    def value(self, name, **labels):
        return value(self.figures, name, **labels)


async def test_placeholder_and_first_words_count_from_the_beginning():
    story = Story()
    await story.show(WAITING, took=0.3)
    await story.show(Snapshot(Phase.ANSWERING, "Be"), after=1.0, took=0.2)
    await story.show(Snapshot(Phase.ANSWERING, "Because"), after=5.0)

    assert story.value("bot_placeholder_seconds_sum") == pytest.approx(0.3)
    assert story.value("bot_placeholder_seconds_count") == 1
    assert story.value("bot_first_text_seconds_sum") == pytest.approx(1.5)
    assert story.value("bot_first_text_seconds_count") == 1


async def test_words_are_as_old_as_the_first_of_them_that_was_not_shown():
    story = Story()
    await story.show(WAITING)
    story.sink.plan(Snapshot(Phase.ANSWERING, "Be"))
    story.now += 2.0
    await story.show(Snapshot(Phase.ANSWERING, "Because"), after=1.0)

    assert story.value("bot_shown_text_age_seconds_sum") == pytest.approx(3.0)


async def test_a_message_that_stands_already_is_no_placeholder():
    screen = Screen()
    screen.frames.append(("", "waiting"))
    story = Story(screen.inherited())
    await story.show(Snapshot(Phase.ANSWERING, "Be"))

    assert story.sink.posts == screen.posts
    assert story.value("bot_placeholder_seconds_count") == 0


async def test_an_ending_is_counted_once_by_its_kind():
    story = Story()
    await story.show(Snapshot(Phase.COMPLETE, "Because"))
    await story.show(Snapshot(Phase.COMPLETE, "Because"))
    other = MeasuredSink(Screen(), story.figures, lambda: 0.0)
    other.plan(Snapshot(Phase.FAILED, failure=Failed("stalled", "e1")))

    assert story.value("bot_endings_total", kind="complete") == 1
    assert story.value("bot_endings_total", kind="stalled") == 1
