"""How long people wait for answers."""

import pytest

from bot.playground.workspace.timings import Timings
from tests.playground.workspace.conftest import DM, GENERAL, NOW, answer, say


@pytest.fixture
def timings(workspace):
    timings = Timings(workspace.bot)
    workspace.subscribe(timings.on_change)
    return timings


def update(workspace, ts, text, after):
    workspace.update(GENERAL, ts, text=text, now=NOW + after)


def test_an_answer_is_timed_from_its_question(workspace, timings):
    question = say(workspace, "@streambot hi")
    posted = workspace.post(
        GENERAL,
        user=workspace.bot.user_id,
        text="Thinking…",
        thread_ts=question["ts"],
        now=NOW + 1,
    )
    update(workspace, posted["ts"], "Thinking…", 2)
    update(workspace, posted["ts"], "Hello", 3)
    update(workspace, posted["ts"], "Hello there", 4)

    (times,) = timings
    assert times.as_json() == {
        "channel": GENERAL,
        "question_ts": question["ts"],
        "answer_ts": posted["ts"],
        "edits": 3,
        "placeholder_after": 1.0,
        "first_text_after": 3.0,
        "last_edit_after": 4.0,
    }


def test_in_a_dm_the_answer_may_be_outside_the_thread(workspace, timings):
    say(workspace, "hi", DM)
    answer(workspace, "…", DM)

    assert [times.placeholder_after for times in timings] == [0.0]


def test_in_a_channel_it_may_not(workspace, timings):
    say(workspace, "@streambot hi")
    answer(workspace, "…")

    assert [times.placeholder_after for times in timings] == [None]


def test_what_people_say_to_each_other_is_no_question(workspace, timings):
    say(workspace, "hi bob")

    assert list(timings) == []


def test_edits_of_people_are_not_counted(workspace, timings):
    question = say(workspace, "@streambot hi")
    workspace.edit(GENERAL, question["ts"], text="@streambot hello", now=NOW + 1)

    assert [times.edits for times in timings] == [0]
