"""The planner: which calls are missing between a desired and what Slack has accepted."""

import pytest

from bot.core.reply import Phase, Snapshot
from bot.core.types import CallKind, Effect
from bot.rendering.layout.frame import File
from bot.slack.answers.drafts import Draft
from bot.slack.answers.leftovers import LeftoverStep
from bot.slack.answers.messages import Messages
from bot.slack.answers.planning import Desired, Planner, Steps
from bot.slack.answers.reconciliation import Reconciliation
from bot.slack.answers.uploads import UploadStep
from bot.slack.limits import DELETE, POST, REPLIES, UPDATE, UPLOAD_SHARE
from tests.fakes import claim, turn

STEP = UploadStep(UPLOAD_SHARE, {}, File("a.csv", "csv", ""))


def draft(text, end=None):
    block = {"type": "rich_text", "text": text}
    return Draft([block], text, end, [block] if end else [])


def desired(*drafts, phase=Phase.ANSWERING, text="Because."):
    return Desired(Snapshot(phase, text), (), drafts)


def planned(messages, *drafts, closed=(), steps=None, **snapshot):
    wanted = desired(*drafts, **snapshot)
    calls = Planner(turn(), messages).calls(wanted, closed, steps or Steps())
    return [(call.effect, call.kind, call.message) for call in calls]


def accepted(*drafts):
    messages = Messages(claim())
    for number, each in enumerate(drafts, 1):
        messages.posted(f"{number}.0", each)
    return messages


def test_the_first_message_is_a_post_whatever_is_in_it():
    (call,) = Planner(turn(), accepted()).calls(desired(draft("Thinking")), (), Steps())

    assert (call.effect, call.bucket, call.kind) == (Effect.POST, POST, CallKind.FIRST)
    assert call.asker == turn().user
    assert call.draft.arguments["thread_ts"] == turn().thread.root
    assert call.draft.arguments["unfurl_links"] is call.draft.arguments["unfurl_media"] is False


def test_a_message_that_looks_right_costs_nothing():
    same = draft("Be", (0, 2))

    assert planned(accepted(same), same) == []


@pytest.mark.parametrize(
    ("before", "now", "phase", "kind"),
    [
        (draft("Thinking"), draft("Be", (0, 2)), Phase.ANSWERING, CallKind.FIRST),
        (draft("Be", (0, 2)), draft("Because", (0, 7)), Phase.ANSWERING, CallKind.MORE),
        (draft("Be", (0, 2)), draft("Be …", (0, 2)), Phase.ANSWERING, CallKind.STATUS),
        (draft("Thinking"), draft("Thinking 10 s"), Phase.THINKING, CallKind.STATUS),
        (draft("Be", (0, 2)), draft("Because", (0, 7)), Phase.COMPLETE, CallKind.LAST),
    ],
)
def test_how_urgent_an_edit_is(before, now, phase, kind):
    assert planned(accepted(before), now, phase=phase) == [(Effect.EDIT, kind, "1.0")]


def test_into_the_message_of_another_process_the_first_write_is_urgent():
    messages = Messages(claim(posts=("1.0",)))

    assert planned(messages, draft("Be", (0, 2))) == [(Effect.EDIT, CallKind.FIRST, "1.0")]


def test_earlier_parts_come_first_and_surplus_before_all():
    one, two = draft("one", (0, 3)), draft("two", (0, 6))
    messages = accepted(draft("1", (0, 1)), draft("2", (0, 2)), draft("3", (0, 3)))
    calls = planned(messages, one, two)

    assert [(effect, message) for effect, _, message in calls] == [
        (Effect.REMOVE, "3.0"),
        (Effect.EDIT, "1.0"),
        (Effect.EDIT, "2.0"),
    ]


def test_a_message_set_aside_goes_before_the_new_one_comes():
    messages = accepted(draft("Be", (0, 2)))
    messages.set_aside(0)
    calls = planned(messages, draft("Be", (0, 2)))

    assert [(effect, message) for effect, _, message in calls] == [
        (Effect.REMOVE, "1.0"),
        (Effect.POST, None),
    ]


def test_files_come_before_the_ending_and_after_every_new_message():
    messages = accepted(draft("one", (0, 3)), draft("2", (0, 4)))
    last, more = draft("two", (0, 6)), draft("three", (0, 9))
    done = {"steps": Steps(upload=STEP), "phase": Phase.COMPLETE}
    edited = planned(messages, draft("one", (0, 3)), last, **done)
    posted = planned(messages, draft("one", (0, 3)), last, more, **done)

    assert [effect for effect, *_ in edited] == [Effect.UPLOAD, Effect.EDIT]
    assert [effect for effect, *_ in posted] == [Effect.EDIT, Effect.POST, Effect.UPLOAD]


@pytest.mark.parametrize(
    ("phase", "kinds"),
    [
        (Phase.THINKING, [CallKind.STATUS]),
        (Phase.ANSWERING, [CallKind.MORE, CallKind.STATUS]),
        (Phase.COMPLETE, [CallKind.LAST, CallKind.LAST]),
        (Phase.GONE, [CallKind.LAST, CallKind.LAST]),
        (Phase.INTERRUPTED, [CallKind.LAST]),
    ],
)
@pytest.mark.parametrize("method", [REPLIES, UPDATE])
def test_a_leftover_comes_after_all_that_the_answer_has_to_say(phase, kinds, method):
    """Before the answer ends only from what nobody else wants; one interrupted leaves it."""
    step = LeftoverStep("0.5", method, {})
    before = draft("Be", (0, 2))
    now = before if phase is Phase.THINKING else draft("Because", (0, 7))
    calls = planned(accepted(before), now, phase=phase, steps=Steps(leftover=step))

    assert [kind for _, kind, _ in calls] == kinds
    if phase is not Phase.INTERRUPTED:
        assert calls[-1][0] is (Effect.READ if method == REPLIES else Effect.EDIT)
        assert calls[-1][2] == "0.5"


@pytest.mark.parametrize("phase", [Phase.THINKING, Phase.ANSWERING])
def test_a_leftover_that_hurries_comes_right_after_the_first_post(phase):
    step, now = LeftoverStep("0.5", UPDATE, {}, hurries=True), draft("Because", (0, 7))
    thinking = planned(accepted(), now, phase=phase, steps=Steps(leftover=step))
    posted = planned(accepted(draft("Be", (0, 2))), now, phase=phase, steps=Steps(leftover=step))

    assert [effect for effect, *_ in thinking] == [Effect.POST, Effect.EDIT]
    assert posted == [(Effect.EDIT, CallKind.FIRST, "0.5"), (Effect.EDIT, CallKind.MORE, "1.0")]


def test_a_part_that_takes_no_more_is_left_alone():
    assert planned(accepted(draft("Be", (0, 2))), draft("Because", (0, 7)), closed={0}) == []


def test_an_answer_that_was_deleted_gets_no_new_message():
    messages = accepted(draft("one", (0, 3)))
    calls = planned(messages, draft("1", (0, 1)), draft("2", (0, 2)), phase=Phase.GONE)

    assert [effect for effect, *_ in calls] == [Effect.EDIT]


def test_buckets_are_named_by_their_methods():
    messages = accepted(draft("1", (0, 1)), draft("2", (0, 2)))
    calls = Planner(turn(), messages).calls(desired(draft("one", (0, 3))), (), Steps())

    assert [call.bucket for call in calls] == [DELETE, UPDATE]


def test_a_search_is_urgent():
    search = Reconciliation(turn(), 1.0)
    call = Planner(turn(), accepted()).look(search)

    assert (call.effect, call.kind, call.draft.search) == (Effect.READ, CallKind.FIRST, search)


@pytest.mark.parametrize("text", ["", "Be"])
def test_a_call_says_whether_the_answer_speaks_in_it(text):
    (call,) = Planner(turn(), accepted()).calls(desired(draft("?"), text=text), (), Steps())

    assert call.speaks is bool(text)
