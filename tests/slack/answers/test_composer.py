"""The composer: which messages show a snapshot, and what changes after Slack refused one."""

import re

import pytest

from bot.core.reply import Phase, Snapshot
from bot.slack.answers.blocks import ANCHOR, notice
from bot.slack.answers.composer import SLICE, Composer, said
from bot.slack.answers.forms import Form, Forms
from bot.slack.capabilities import Capabilities
from bot.slack.limits import part_limits


def live(text):
    return Snapshot(Phase.ANSWERING, text)


def done(text, phase=Phase.COMPLETE):
    return Snapshot(phase, text)


def composer(below=lambda snapshot: [], **known):
    return Composer(Capabilities(**known), below)


def drawn(composed, snapshot, *notices):
    composed.feed(snapshot)
    return composed.draw(snapshot, notices)


def kinds(draft):
    return [block["type"] for block in draft.blocks]


def test_before_there_is_text_one_message_has_what_stands_below():
    (draft,) = drawn(composer(lambda snapshot: [notice("Thinking")]), Snapshot())

    assert (draft.end, draft.answer, draft.text) == (None, [], "Thinking")
    assert kinds(draft) == ["context"]


def test_what_stands_below_has_no_markup_in_a_notification():
    thought = "is <https://evil.example|google.com> & <!here> @here? " + "漢<" * 700
    (draft,) = drawn(composer(lambda snapshot: [notice("Thinking", thought)]), Snapshot())

    assert not re.search(r"[<>]|&(?!(?:amp|lt|gt);)|@here", draft.text)
    assert len(draft.text.encode()) <= 3_000


def test_only_the_last_message_has_what_stands_below():
    drafts = drawn(composer(lambda snapshot: [notice("Writing")]), live("word " * 3000), "Note")

    assert [kinds(draft) for draft in drafts] == [
        ["rich_text"],
        ["rich_text", "context", "context"],
    ]
    assert [block["elements"][0]["text"] for block in drafts[1].blocks[1:]] == ["Note", "Writing"]


def test_an_answer_of_which_nothing_is_seen_is_empty():
    seen = []
    drawn(composer(lambda snapshot: seen.append(snapshot) or []), done(" \n"))

    assert (seen[0].phase, seen[0].text) == (Phase.EMPTY, "")


def test_drawing_twice_draws_the_same():
    composed = composer()
    snapshot = live("# Head\n\n" + "word " * 3000)

    assert drawn(composed, snapshot) == drawn(composed, snapshot) == composed.draw(snapshot)


def test_feedback_buttons_are_suspected_before_the_form():
    capabilities = Capabilities()

    def below(snapshot):
        plain = capabilities.forms.plain_feedback
        return [{"type": "actions" if plain else "context_actions", "elements": []}]

    composed, snapshot = Composer(capabilities, below), done("Because.")
    (draft,) = drawn(composed, snapshot)

    assert composed.evade(0, draft, "invalid_blocks", lambda: composed.draw(snapshot))
    (plain,) = composed.draw(snapshot)
    assert kinds(plain) == ["rich_text", "actions"]
    assert capabilities.forms.plain_feedback


def test_a_form_that_is_refused_gives_way_to_the_next():
    composed, snapshot = composer(), done("**Because.**")
    shown = []
    for _ in Form:
        (draft,) = drawn(composed, snapshot)
        shown.append(kinds(draft))
        more = composed.evade(0, draft, "invalid_blocks", lambda: composed.draw(snapshot))

    assert shown == [["rich_text"], ["markdown"], ["section"]]
    assert not more


def test_a_part_that_is_too_large_is_made_smaller():
    composed, snapshot = composer(), done("word " * 1500)
    (draft,) = drawn(composed, snapshot)

    assert composed.evade(0, draft, "msg_too_long", lambda: composed.draw(snapshot))
    smaller, *_ = drawn(composed, snapshot)
    assert smaller.end < draft.end


def test_rich_text_comes_first_where_a_message_must_keep_it():
    composed, snapshot = composer(lambda snapshot: [notice("Stopped")]), done("", Phase.STOPPED)
    (draft,) = drawn(composed, snapshot)

    assert composed.evade(0, draft, "block_mismatch", lambda: composed.draw(snapshot))
    (anchored,) = drawn(composed, snapshot)
    assert anchored.blocks == [ANCHOR, *draft.blocks]


@pytest.mark.parametrize("ended", [True, False])
def test_a_part_that_is_given_up_is_the_last_one(ended):
    composed, snapshot = composer(limits=part_limits()), live("word " * 3000)
    first, _ = drawn(composed, snapshot)
    composed.accepted(0, first, "1.0")
    if ended:
        composed.end_with(0)
    else:
        composed.end_before(1)

    assert [draft.end for draft in drawn(composed, snapshot)] == [first.end]
    assert composed.cut_short


def test_what_our_notices_say_is_the_text_where_nothing_else_is():
    assert said([notice("One.", "Two."), {"type": "actions", "elements": []}]) == "One. Two."


@pytest.mark.parametrize("phase", [phase for phase in Phase if phase.ended])
@pytest.mark.parametrize("form", list(Form))
def test_only_what_broke_off_loses_the_marks_that_nothing_closes(phase, form):
    """A whole answer may mean its star."""
    (draft,) = drawn(composer(forms=Forms(form)), done("Call it **so", phase))

    assert ("*" not in draft.text) == phase.broke_off
    assert draft.text.endswith("so")


LONG = "".join(
    f"{n}. Some *words*, and `code` beside them.\n\nA paragraph.\n\n" for n in range(150)
)


def test_a_long_text_is_laid_out_in_slices_and_shown_the_same():
    composed, steps = composer(), 0
    for _ in composed.prepare(done(LONG)):
        steps += 1

    assert steps > len(LONG) / SLICE, "some characters, a region or a part at a time"
    assert composed.prepare(done(LONG)) is None
    assert [draft.text for draft in drawn(composed, done(LONG))] == [
        draft.text for draft in drawn(composer(), done(LONG))
    ]


def test_a_short_text_needs_no_slices():
    assert composer().prepare(live("word " * 100)) is None


def test_what_was_laid_out_in_part_goes_on_with_a_newer_text():
    composed = composer()
    next(composed.prepare(live(LONG[: 10 * SLICE])))

    assert drawn(composed, done(LONG))[0].text == drawn(composer(), done(LONG))[0].text
