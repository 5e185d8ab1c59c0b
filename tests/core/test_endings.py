"""Endings: each that is not complete says what happened; where a part is there, that it is one."""

import pytest

from bot import errors
from bot.core.endings import ending, unseen
from bot.core.reply import BROKEN_OFF, Phase, Reply, Snapshot
from bot.core.types import (
    Deleted,
    Failed,
    Finish,
    FinishReason,
    Interrupted,
    LeftOut,
    RefusalDelta,
    Stopped,
    TextDelta,
    Unseen,
)
from bot.strings import ENGLISH, LANGUAGES

EVERY_LANGUAGE = pytest.mark.parametrize("words", LANGUAGES.values(), ids=LANGUAGES)


def kinds(error):
    return {error.kind}.union(*map(kinds, error.__subclasses__()))


FAILURES = sorted(kinds(errors.ModelError) | ENGLISH.failures.keys())
"""Every reason to fail: what the endpoint does, what Slack refuses, what we give up."""

EVENTS = {
    **{reason.value: Finish(reason) for reason in FinishReason},
    "stopped": Stopped(),
    "interrupted": Interrupted(),
    "deleted": Deleted(),
    **{kind: Failed(kind, "abc123", 30) for kind in FAILURES},
}
"""Every event that ends a reply."""


def ended(event, *before):
    reply = Reply()
    for each in (*before, event):
        reply.feed(each)
    return reply.snapshot()


@EVERY_LANGUAGE
@pytest.mark.parametrize("event", EVENTS.values(), ids=EVENTS)
def test_every_ending_that_is_not_complete_says_so_in_the_same_manner(event, words):
    """What happened, in the same words with and without text; before them, that it is a part."""
    part, nothing = ended(event, TextDelta("Half of it")), ended(event)
    said = ending(part, words)

    if part.phase is Phase.COMPLETE:
        assert said == ""
        assert ending(nothing, words) == words.empty
    else:
        assert said == words.incomplete.format(sentence=ending(nothing, words))


@EVERY_LANGUAGE
def test_a_refusal_is_whole(words):
    """What the model says is all that it wanted to say, unless that broke off, too."""
    refusal = RefusalDelta("I cannot help with that.")

    assert ending(ended(Finish(FinishReason.STOP), refusal), words) == words.refused
    assert ending(ended(Stopped(), refusal), words) == words.incomplete.format(
        sentence=words.stopped
    )


@EVERY_LANGUAGE
def test_no_sentence_says_by_itself_that_the_answer_is_a_part(words):
    """It would be said twice, or of an answer of which nothing is there."""
    mark = words.incomplete.format(sentence="").strip()
    sentences = [words.stopped, words.cut, words.filtered, words.interrupted, words.shortened]

    assert mark
    assert not [each for each in [*sentences, *words.failures.values()] if mark in each]


def test_every_phase_that_broke_off_can_be_told():
    """A phase that is added needs a sentence, or is complete, or nothing is left of it."""
    assert all(ending(Snapshot(phase, "text"), ENGLISH) for phase in BROKEN_OFF)
    assert {phase for phase in Phase if phase.ended} - BROKEN_OFF == {
        Phase.COMPLETE,
        Phase.REFUSED,
        Phase.EMPTY,
        Phase.WITHDRAWN,
    }


@EVERY_LANGUAGE
def test_what_the_model_did_not_see_is_one_line(words):
    """Each kind has words of its own; messages that are counted are so in the line."""
    parts = [LeftOut(what, 7) for what in Unseen]
    lines = [unseen(ended(Finish(FinishReason.STOP), part), words) for part in parts]
    line = unseen(ended(Finish(FinishReason.STOP), *parts), words)

    assert len(set(lines)) == len(Unseen) == len(words.unseen_parts)
    assert [("7" in each) for each in lines] == [what is Unseen.OLDEST for what in Unseen]
    assert line.count(words.comma) >= len(Unseen) - 1
    assert "\n" not in line
    assert unseen(ended(Finish(FinishReason.STOP)), words) == ""
