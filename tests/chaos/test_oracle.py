"""The judge finds each thing that must not happen, and nothing in a trial where all went well."""

from dataclasses import replace

import pytest

from bot.playground.api.call_log import LoggedCall
from bot.strings import ENGLISH
from tests.chaos.oracle import Asked, Exit, Fate, History, judge

ROOM = "C0ROOM"
FIRST = Asked("Q0000", "100.000001", ROOM, "100.000001", "All of it", acknowledged=1.0)
SECOND = Asked("Q0001", "100.000002", ROOM, "100.000001", "That, too", acknowledged=2.0)


def blocks(text="", notice="", *, stop=False, button="stop"):
    made = [{"type": "markdown", "text": text}] if text else []
    made += [{"type": "context", "elements": [{"text": notice}]}] if notice else []
    buttons = {"type": "actions", "elements": [{"action_id": button}]}
    return made + ([buttons] if stop or button != "stop" else [])


def message(asked, *said, part=0, **how):
    payload = {"question": asked.ts, "part": part}
    return {"blocks": blocks(*said, **how), "metadata": {"event_payload": payload}}


def call(at=1.0, method="chat.postMessage", ts="200.1", **how):
    arguments = {"channel": ROOM, "ts": ts} | how.pop("arguments", {})
    given = {"status": 200, "response": {"ok": True, "ts": ts}} | how
    return LoggedCall(at=at, method=method, arguments=arguments, **given)


def refused(at, retry_after, **how):
    return call(at, status=429, response={"ok": False}, retry_after=retry_after, **how)


def written(*said, method="chat.update", **how):
    return call(method=method, arguments=message(FIRST, *said, **how))


WELL = History(
    asked=[FIRST, SECOND],
    messages={ROOM: [message(FIRST, "All of it"), message(SECOND, "That, too")]},
    calls=[
        written("", ENGLISH.thinking, stop=True, method="chat.postMessage"),
        written("All", stop=True),
        written("All of it"),
        written("All of it"),
    ],
    requests=[(1.0, "Q0000"), (1.5, "Q0000"), (2.0, "Q0001")],
    logs={"bot-1": '{"event": "ready"}'},
    secrets={"the key": "sk-canary"},
    exits=[Exit("bot-1", 0, frozenset({0}))],
    alone=True,
)


def standing(*messages, first=FIRST):
    """A trial in which these messages stand for the first question."""
    return replace(
        WELL,
        asked=[first, SECOND],
        messages={ROOM: [*messages, message(SECOND, "That, too")]},
    )


def found(history):
    return [(violation.rule, violation.about) for violation in judge(history)]


def test_all_went_well():
    assert judge(WELL) == []
    assert judge(History()) == []


@pytest.mark.parametrize(
    "parts",
    [("All of", "it"), ("All", "of", "it")],
)
def test_a_long_answer_may_stand_in_parts(parts):
    assert found(standing(*(message(FIRST, t, part=n) for n, t in enumerate(parts)))) == []


def test_lost():
    assert found(standing()) == [("I1", "Q0000")]


def test_never_acknowledged():
    unheard = replace(FIRST, acknowledged=None)

    assert found(standing(message(FIRST, "All of it"), first=unheard)) == [("I1", "Q0000")]


@pytest.mark.parametrize("fate", Fate)
def test_a_visible_failure_is_an_end_where_one_is_allowed(fate):
    failed = standing(message(FIRST, "All", ENGLISH.stopped), first=replace(FIRST, fate=fate))
    allowed = fate in {Fate.ENDED, Fate.FREE}

    assert found(failed) == ([] if allowed else [("I1", "Q0000")])


def test_of_what_is_free_nothing_is_expected():
    free = replace(FIRST, fate=Fate.FREE, acknowledged=None)

    assert found(standing(first=free)) == []
    assert found(standing(message(FIRST, "All", stop=True), first=free)) == []
    assert ("I2", "Q0000") in found(standing(*[message(FIRST, "All of it")] * 2, first=free))


BUSY = ENGLISH.failures["unavailable"]
RETRY = {"button": "retry"}


@pytest.mark.parametrize(
    ("said", "how", "ends"),
    [
        (["", f"{BUSY} Tell my admin."], RETRY, True),
        (["All", ENGLISH.incomplete.format(sentence=BUSY)], RETRY, True),
        (["", BUSY], {}, False),
        (["", ENGLISH.failures["internal"]], RETRY, False),
        (["All of it"], {}, True),
    ],
)
def test_a_failure_that_is_foreseen_is_an_end_with_a_button_to_ask_again(said, how, ends):
    failing = replace(FIRST, failures=frozenset({"unavailable"}))

    assert found(standing(message(FIRST, *said, **how), first=failing)) == (
        [] if ends else [("I1", "Q0000")]
    )


def test_what_slack_gave_up_telling_of_may_be_unanswered():
    """Where the bot has heard of it all the same, its answer must be whole."""
    unheard = replace(FIRST, fate=Fate.UNHEARD, acknowledged=None)

    assert found(standing(first=unheard)) == []
    assert found(standing(message(FIRST, "All of it"), first=unheard)) == []
    assert found(standing(message(FIRST, "All", stop=True), first=unheard)) == [("I4", "Q0000")]
    assert found(standing(message(FIRST, "", BUSY, **RETRY), first=unheard)) == [("I1", "Q0000")]
    assert ("I2", "Q0000") in found(standing(*[message(FIRST, "All of it")] * 2, first=unheard))


def test_answered_twice():
    assert ("I2", "Q0000") in found(standing(*[message(FIRST, "All of it")] * 2))


def test_a_part_twice():
    parts = [message(FIRST, "All of"), *[message(FIRST, "it", part=1)] * 2]

    assert ("I2", "Q0000") in found(standing(*parts))


def test_without_a_mark():
    assert found(standing(message(FIRST, "All of it"), {"blocks": blocks("?")})) == [("I2", "")]


def test_nobody_asked():
    stranger = replace(FIRST, ts="300.1")

    assert found(standing(message(FIRST, "All of it"), message(stranger, "?"))) == [("I2", "300.1")]


def test_partial_and_silent_about_it():
    assert ("I3", "Q0000") in found(standing(message(FIRST, "All")))


def test_not_what_the_model_said():
    other = replace(FIRST, fate=Fate.ENDED)

    assert found(standing(message(FIRST, "Of it", ENGLISH.stopped), first=other)) == [
        ("I3", "Q0000")
    ]


@pytest.mark.parametrize(
    "left",
    [
        message(FIRST, "All of it", stop=True),
        message(FIRST, "", ENGLISH.thinking),
        message(FIRST, "", ENGLISH.queued),
    ],
)
def test_left_hanging(left):
    assert found(standing(left)) == [("I4", "Q0000")]


def test_the_older_one_after_the_newer_one():
    requests = [(1.0, "Q0000"), (2.0, "Q0001"), (3.0, "Q0000")]

    assert found(replace(WELL, requests=requests)) == [("I6", "Q0000")]


def test_who_was_heard_later_may_come_later():
    """Slack delivered them out of order; nobody could know."""
    late = replace(FIRST, acknowledged=3.0)
    requests = [(2.0, "Q0001"), (3.0, "Q0000")]

    assert found(replace(WELL, asked=[late, SECOND], requests=requests)) == []


def test_threads_know_no_order_among_each_other():
    elsewhere = replace(SECOND, thread="100.000002")
    requests = [(2.0, "Q0001"), (3.0, "Q0000")]

    assert found(replace(WELL, asked=[FIRST, elsewhere], requests=requests)) == []


def test_a_secret_in_a_log():
    assert found(replace(WELL, logs={"bot-1": "key=sk-canary"})) == [("I8", "bot-1")]


@pytest.mark.parametrize("bad", ["Traceback (most recent call last):", '{"level": "critical"}'])
def test_a_bug_in_a_log(bad):
    assert found(replace(WELL, logs={"bot-1": bad})) == [("process", "bot-1")]


def test_another_exit_than_expected():
    exits = [Exit("bot-1", 0, frozenset({-9})), Exit("bot-2", None, frozenset({0}))]

    assert found(replace(WELL, exits=exits)) == [("process", "bot-1"), ("process", "bot-2")]


def test_too_early_after_a_refusal():
    calls = [refused(1.0, 2, method="chat.update"), call(2.5, "chat.update")]

    assert found(replace(WELL, calls=calls)) == [("G12", "chat.update")]
    assert found(replace(WELL, calls=calls, alone=False)) == []


def test_patient_after_a_refusal():
    """What was on its way may arrive; other methods and, of posts, other channels are open."""
    calls = [
        refused(1.0, 2),
        call(1.1),
        call(2.0, "chat.update"),
        call(2.0, arguments={"channel": "C0OTHER"}),
        call(3.1),
    ]

    assert found(replace(WELL, calls=calls)) == []


def test_written_over_after_its_end():
    stale = [*WELL.calls, written("All", stop=True)]

    assert found(replace(WELL, calls=stale)) == [("stale", "Q0000")]
