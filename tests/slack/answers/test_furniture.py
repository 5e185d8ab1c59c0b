"""Our furniture: every ending has its words and its way on, and readers choose what else."""

from dataclasses import replace

import pytest

from bot.core.endings import ending, unseen
from bot.core.reply import Phase, Snapshot
from bot.core.types import Failed, LeftOut, Unseen
from bot.playground.rules.block_rules import check_blocks
from bot.slack.actions.buttons import read_value
from bot.slack.answers.furniture import (
    KEPT,
    RATED,
    UNSIGNED,
    AnyForms,
    Furniture,
    FurnitureStyle,
)
from bot.strings import ENGLISH, LANGUAGES
from tests.fakes import turn
from tests.shown import partial

ALL = frozenset({"model", "seconds", "caution"})
WAYS_ON = {
    Phase.COMPLETE: ["regenerate"],
    Phase.CUT: ["continue", "regenerate"],
    Phase.FILTERED: ["regenerate"],
    Phase.REFUSED: ["regenerate"],
    Phase.EMPTY: ["retry"],
    Phase.STOPPED: ["continue", "regenerate"],
    Phase.FAILED: ["continue", "retry"],
}
ENDED = [phase for phase in Phase if phase.ended]
WHOLE = Snapshot(Phase.COMPLETE, "text", seconds=12.4, first=True)


def ended(phase, text="text"):
    return Snapshot(phase, text, Failed("stalled", "abc123") if phase is Phase.FAILED else None)


def below(snapshot, words=ENGLISH, asked=None, *, plain=False, **style):
    blocks = Furniture(FurnitureStyle(**style), AnyForms(plain)).below(
        snapshot, words, asked or turn()
    )
    check_blocks(blocks)
    return blocks


def pressable(blocks):
    return [e["action_id"] for b in blocks if b["type"] == "actions" for e in b["elements"]]


def said(blocks):
    return [e["text"] for b in blocks if b["type"] == "context" for e in b["elements"]]


def rated(blocks):
    return any(block["type"] == "context_actions" for block in blocks)


@pytest.mark.parametrize("words", LANGUAGES.values(), ids=LANGUAGES)
@pytest.mark.parametrize("phase", ENDED)
def test_every_ending_but_the_good_one_is_said_and_has_a_way_on(phase, words):
    blocks = below(ended(phase), words)

    assert bool(ending(ended(phase), words)) == (phase is not Phase.COMPLETE)
    assert said(blocks) == ([ending(ended(phase), words)] if phase is not Phase.COMPLETE else [])
    assert pressable(blocks) == WAYS_ON.get(phase, [])
    assert [block["type"] for block in blocks][:2] == [
        *(["context"] if phase is not Phase.COMPLETE else []),
        *(["actions"] if phase in WAYS_ON else []),
        *(["context_actions"] if phase is Phase.COMPLETE else []),
    ]


@pytest.mark.parametrize("phase", ENDED)
def test_where_nothing_was_said_there_is_nothing_to_continue_or_to_rate(phase):
    blocks = below(ended(phase, " "), model="m", footer=ALL)

    assert pressable(blocks) == (
        ["retry"] if phase in WAYS_ON and phase is not Phase.COMPLETE else []
    )
    assert not rated(blocks)
    assert "m" not in said(blocks)


@pytest.mark.parametrize("phase", ENDED)
def test_what_ended_as_it_should_can_be_rated(phase):
    assert rated(below(ended(phase))) == (phase in RATED)


def test_a_slack_without_feedback_buttons_gets_plain_ones():
    blocks = below(WHOLE, plain=True)

    assert pressable(blocks) == ["regenerate", "feedback_up", "feedback_down"]
    assert not rated(blocks)


def test_the_endings_differ():
    phases = set(ENDED) - {Phase.GONE}  # says the same as `stopped`, to nobody
    texts = [text for phase in phases if (text := ending(Snapshot(phase, "x"), ENGLISH))]

    assert len(texts) == len(set(texts))


@pytest.mark.parametrize("phase", [Phase.WAITING, Phase.THINKING, Phase.ANSWERING])
@pytest.mark.parametrize("text", ["", "x"])
def test_while_it_lives_there_is_a_stop_button_and_no_other(phase, text):
    blocks = below(Snapshot(phase, text), model="m", footer=ALL)
    [actions] = [block for block in blocks if block["type"] == "actions"]

    assert pressable(blocks) == ["stop"]
    assert read_value(actions["elements"][0]["value"]) == (turn().key, 0)
    assert not rated(blocks)


def test_the_status_stands_above_the_button():
    waiting = below(Snapshot(Phase.THINKING, seconds=20))
    writing = below(Snapshot(Phase.ANSWERING, "Hi", seconds=20))

    assert [block["type"] for block in waiting] == ["context", "actions"]
    assert [block["type"] for block in writing] == ["context", "actions"]
    assert (said(waiting), said(writing)) == (["Thinking … 20 s"], ["Writing …"])


@pytest.mark.parametrize(
    ("footer", "shown"),
    [
        (ALL, ["m1 · 12 s · AI can be wrong"]),
        ({"model"}, ["m1"]),
        ({"seconds"}, ["12 s"]),
        ({"caution"}, ["AI can be wrong"]),
        (set(), []),
    ],
)
def test_each_part_of_the_footer_can_be_left_out(footer, shown):
    assert said(below(WHOLE, model="m1", footer=frozenset(footer))) == shown


def test_caution_is_advised_once_a_conversation():
    again = Snapshot(Phase.COMPLETE, "text", seconds=0.1)

    assert said(below(again, model="m1", footer=ALL)) == ["m1 · 1 s"]


def test_a_time_that_nobody_knows_is_not_told():
    """Endings that an older version has kept do not say how long they took."""
    assert said(below(Snapshot(Phase.COMPLETE, "text"), model="m1", footer=ALL)) == ["m1"]


def test_a_notice_and_the_footer_share_a_block():
    blocks = below(Snapshot(Phase.CUT, "text", seconds=3), model="m1", footer=ALL)

    assert said(blocks) == [partial(ENGLISH.cut), "m1 · 3 s"]
    assert [block["type"] for block in blocks] == ["context", "actions", "context_actions"]


def test_a_greeting_is_neither_rated_nor_made_again():
    assert below(replace(WHOLE, greets=True), model="m1", footer=ALL) == []
    assert pressable(below(ended(Phase.FAILED, ""), asked=turn(text=" "))) == ["retry"]


THINKING = Snapshot(Phase.THINKING, thoughts="First this. Then <!channel> that", seconds=10)


def test_reasoning_is_not_shown_unless_it_is_asked_for():
    assert said(below(THINKING)) == ["Thinking … 10 s"]


def test_reasoning_as_a_status_is_its_last_sentence():
    [status, thought] = said(below(THINKING, reasoning="status"))

    assert (status, thought) == ("Thinking … 10 s", "Then <\u2060!channel> that")
    assert said(below(Snapshot(Phase.ANSWERING, "Hi", thoughts="So."), reasoning="status")) == [
        "Writing …"
    ]


def test_reasoning_as_a_quote_stands_while_it_thinks_and_at_the_end():
    whole = Snapshot(Phase.COMPLETE, "Hi", thoughts="So it is.")
    [block] = [b for b in below(whole, reasoning="quote") if b["type"] == "context"]

    assert "First this." in said(below(THINKING, reasoning="quote"))[-1]
    assert block["elements"] == [
        {"type": "plain_text", "text": "Reasoning: So it is.", "emoji": False}
    ]
    assert said(below(whole, reasoning="status")) == []


@pytest.mark.parametrize("words", LANGUAGES.values(), ids=LANGUAGES)
@pytest.mark.parametrize("phase", Phase)
@pytest.mark.parametrize("text", ["", "text"])
def test_it_is_never_more_than_five_blocks_and_slack_takes_them(phase, text, words):
    failure = Failed("stalled", "abc123")
    snapshot = Snapshot(phase, text, failure, None, 99.0, "考え" * 5000, "tool" * 99, first=True)

    for plain in (True, False):
        blocks = below(snapshot, words, plain=plain, model="m" * 80, footer=ALL, reasoning="quote")
        assert len(blocks) <= 5
    # Notifications take what notices say where there is no answer yet: 4,000 bytes at the most.
    assert text or len(" ".join(said(blocks)).encode()) < 3000


def test_what_is_kept_of_the_reasoning_is_what_can_be_shown():
    assert KEPT["hide"] == 0
    assert KEPT["quote"] <= 2900


@pytest.mark.parametrize(
    ("phase", "signed"),
    [(Phase.FAILED, True), (Phase.STOPPED, True), (Phase.GONE, False), (Phase.INTERRUPTED, False)],
)
def test_what_broke_off_is_signed_too_if_anything_was_said(phase, signed):
    """It may be the first answer of its conversation, the one that advises caution."""
    failure = Failed("connection_lost", "e1") if phase is Phase.FAILED else None
    blocks = below(Snapshot(phase, "text", failure, first=True), model="m1", footer=ALL)
    assert ("m1 · AI can be wrong" in said(blocks)) is signed
    assert not any("m1" in line for line in said(below(Snapshot(phase, "", failure), footer=ALL)))


@pytest.mark.parametrize("phase", ENDED)
def test_what_the_model_did_not_see_stands_between_the_ending_and_the_footer(phase):
    """Where there is an answer that somebody may believe to know all."""
    snapshot = replace(ended(phase), left_out=(LeftOut(Unseen.FILES),), first=True)
    line = unseen(snapshot, ENGLISH)

    assert said(below(snapshot, model="m1", footer=ALL))[-2:] == (
        [line, f"m1 · {ENGLISH.caution}"]
        if phase not in UNSIGNED
        else said(below(ended(phase), model="m1", footer=ALL))
    )
    assert line not in said(below(replace(snapshot, text=" "), model="m1", footer=ALL))
