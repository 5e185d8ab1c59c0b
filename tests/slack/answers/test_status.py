"""What is said while an answer grows: true, short, and harmless whatever the model thinks."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.reply import Phase, Snapshot
from bot.core.types import Hold, Queued
from bot.slack.answers.status import LONGEST_SENTENCE, end_of, inert, last_sentence, status
from bot.strings import ENGLISH, JAPANESE


@pytest.mark.parametrize(
    ("snapshot", "said"),
    [
        (Snapshot(), "Thinking …"),
        (Snapshot(Phase.QUEUED), "Waiting for the answer above …"),
        (Snapshot(Phase.QUEUED, queued=Queued()), "Waiting for the answer above …"),
        (
            Snapshot(Phase.QUEUED, queued=Queued(Hold.OTHERS, 2)),
            "Waiting in line, 2 before you …",
        ),
        (Snapshot(Phase.QUEUED, queued=Queued(Hold.OTHERS)), "Waiting in line, you are next …"),
        (
            Snapshot(Phase.QUEUED, queued=Queued(Hold.OWN, 3)),
            "Waiting for your other questions, 3 before this one …",
        ),
        (Snapshot(Phase.QUEUED, seconds=5), "Waiting for the answer above …"),
        (Snapshot(Phase.THINKING, seconds=9.99), "Thinking … 9 s"),
        (Snapshot(Phase.WAITING, seconds=20.01), "Thinking … 20 s"),
        (
            Snapshot(seconds=2, rests_until=7.5),
            "The model's service is having trouble; trying again in 6 s …",
        ),
        (Snapshot(seconds=8, rests_until=7.5), "Thinking … 8 s"),
        (Snapshot(Phase.THINKING, tool="search", seconds=20), "Using search …"),
        (Snapshot(Phase.ANSWERING, " \n", seconds=20), "Thinking … 20 s"),
        (Snapshot(Phase.ANSWERING, "Hi", seconds=20), "Writing …"),
        (Snapshot(Phase.ANSWERING, "Hi", tool="search"), "Using search …"),
        (Snapshot(Phase.ANSWERING, "Hi", slowed=True), "Slowed by Slack's limits …"),
        # Nothing is late that has not been said.
        (Snapshot(Phase.THINKING, slowed=True), "Thinking …"),
    ],
)
def test_it_says_what_is_going_on(snapshot, said):
    assert status(snapshot, ENGLISH) == said


def test_it_counts_in_japanese():
    assert status(Snapshot(seconds=20), JAPANESE) == "考えています… 20秒"


@pytest.mark.parametrize(
    ("thoughts", "sentence"),
    [
        ("", ""),
        (" \n ", ""),
        ("One", "One"),
        ("One. Two", "Two"),
        ("One. Two.", "Two."),
        ("One. Two. ", "Two."),
        ("Version 3.11 is out", "Version 3.11 is out"),
        ("一つ目。二つ目", "二つ目"),
        ("First line\nSecond   line", "Second line"),
        ("x" * 500, "x" * 149 + "…"),
    ],
)
def test_the_last_sentence(thoughts, sentence):
    assert last_sentence(thoughts) == sentence


@given(st.text(st.sampled_from("ab .。\n<!@#here\u202e\U000e0041\ud800")))
def test_thoughts_are_one_line_and_harmless(thoughts):
    line = last_sentence(thoughts)

    assert len(line) <= LONGEST_SENTENCE
    assert "\n" not in line
    assert not {"\u202e", "\U000e0041", "\ud800"} & {*line}
    assert not any(token in line for token in ("<!", "<@", "<#", "@here"))
    assert len(end_of(thoughts, 10)) <= 10


def test_the_end_of_long_thoughts_is_marked():
    assert end_of("x" * 20 + "end", 10) == "…xxxxxxend"
    assert end_of(" short ", 10) == "short"


CALL = re.compile("<[!@#]|@(?:here|channel|everyone)(?![a-z0-9_])", re.IGNORECASE)


@pytest.mark.parametrize("call", ["@everyone1", "@hereby", "@channel_a", "<!here>", "<@U1>"])
def test_what_is_cut_calls_nobody(call):
    for before in range(200):
        text = f"{'x' * before}{call}{'y' * 200}"
        said = status(Snapshot(Phase.THINKING, tool=text), ENGLISH)
        for shown in (said, last_sentence(text), end_of(text, 205)):
            assert not CALL.search(shown)


@pytest.mark.parametrize("name", ["<!channel>", "@everyone", "a\u202eb"])
def test_a_tool_cannot_call_anybody_by_its_name(name):
    said = status(Snapshot(Phase.THINKING, tool=name), ENGLISH)

    assert name not in said
    assert inert(name) in said
