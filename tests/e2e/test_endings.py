"""Every way an answer can end: visibly, each in its own words, with all that was said before."""

import json
import re
import socket

import pytest

from bot.playground.model.scripted_reply import FOREVER, Cut, Reply, sse
from bot.strings import ENGLISH
from tests.e2e.house import BOTH, Held, open_house
from tests.shown import partial

ERROR = re.compile(r"(.+?\.) [^.]+ tell my admin: error [0-9a-f]{8}\.")
CANARY = "endpoint-canary"
"""Stands in everything the endpoint says about its errors; nobody in Slack may read it."""
BOTH_WAYS = ["continue", "retry"]
SOON = {"retry-after-ms": "10"}
TOOL = {"tool_calls": [{"index": 0, "id": "c1", "function": {"name": "find", "arguments": "{}"}}]}


def failed(answer):
    """The kind of error whose sentence stands below the answer, with an id that the log knows."""
    (notice,) = answer.notices
    begin, _ = ENGLISH.incomplete.split("{sentence}")
    sentence = notice.removeprefix(begin)
    assert notice.startswith(begin) == bool(answer.text)
    (kind,) = [kind for kind, words in ENGLISH.failures.items() if sentence.startswith(words)]
    assert ERROR.fullmatch(sentence)
    return kind


def in_slack(house):
    """Everything that anybody in the workspace can read."""
    channels = house.slack.workspace.channels
    return json.dumps([house.slack.workspace.messages(channel) for channel in channels])


async def ask(house):
    return await house.ask("alice", "general", "@streambot go")


def test_every_ending_has_its_own_words():
    """Whoever reads the notice can tell what happened."""
    told = [ENGLISH.cut, ENGLISH.filtered, ENGLISH.refused, ENGLISH.empty, ENGLISH.stopped]
    told += [ENGLISH.interrupted, *ENGLISH.failures.values()]

    assert len(set(told)) == len(told)


# The model says how it ended


@pytest.mark.parametrize("transport", BOTH)
@pytest.mark.parametrize(
    ("reason", "notices", "buttons"),
    [
        ("stop", [], ["regenerate"]),
        ("length", [partial(ENGLISH.cut)], ["continue", "regenerate"]),
        ("content_filter", [partial(ENGLISH.filtered)], ["regenerate"]),
    ],
)
async def test_finish_reasons(house, reason, notices, buttons):
    """F067 F068: the text stays; a notice says why there is no more of it."""
    house.model.enqueue(Reply(["Some ", "words"], finish_reason=reason))

    answer = await ask(house)

    assert (answer.text, answer.notices, answer.buttons) == ("Some words", notices, buttons)


async def test_a_filter_that_leaves_nothing(house):
    """F068: even then there is a notice, never a blank message or an eternal placeholder."""
    house.model.enqueue(Reply([], finish_reason="content_filter"))

    answer = await ask(house)

    assert (answer.text, answer.notices, answer.buttons) == ("", [ENGLISH.filtered], ["retry"])


async def test_a_refusal(house):
    """F068: the model's own words of refusal are shown, marked as such."""
    house.model.enqueue(Reply([{"refusal": "I cannot "}, {"refusal": "help with that."}]))

    answer = await ask(house)

    assert (answer.text, answer.notices) == ("I cannot help with that.", [ENGLISH.refused])


async def test_nothing_at_all_is_asked_for_once_more(house):
    """F069: an empty answer is tried a second time before it is called that."""
    house.model.enqueue(Reply([]), Reply([]))

    answer = await ask(house)

    assert (answer.text, answer.notices, answer.buttons) == ("", [ENGLISH.empty], ["retry"])
    assert len(house.model.requests) == 2


async def test_the_second_time_may_succeed(house):
    """F069: nobody sees that the first answer was empty."""
    house.model.enqueue(Reply([]), Reply(["Here I am"]))

    answer = await ask(house)

    assert (answer.text, answer.notices) == ("Here I am", [])


# The stream breaks


@pytest.mark.parametrize(
    ("end", "kind"),
    [
        ([], "connection_lost"),
        ([Cut.CLOSE], "connection_lost"),
        ([Cut.RESET], "connection_lost"),
        ([sse({"error": {"message": CANARY, "type": "odd"}})], "stream_error"),
        ([sse({"error": {"message": CANARY, "code": "server_error"}})], "unavailable"),
        ([b'data: {"choices": ' + CANARY.encode() + b"\n\n"], "garbled"),
        ([b"data: \xff\xfe\xfd\n\n"], "garbled"),
        ([TOOL, sse({"choices": [{"index": 0, "finish_reason": "tool_calls"}]})], "tool_missing"),
    ],
    ids=[
        "no finish_reason",
        "closed",
        "reset",
        "error",
        "known error",
        "no JSON",
        "no text",
        "tool call",
    ],
)
async def test_a_stream_that_breaks(house, end, kind):
    """F063 F064 F071 F072: what was said stays, what broke is told, nothing is asked again."""
    pieces = Held("Half of it", after=end)
    house.model.enqueue(Reply(pieces, finish_reason=None))
    question = await house.say("alice", "general", "@streambot go")
    await house.begun(question, "Half of it")
    pieces.release()

    answer = await house.ended(question)

    assert (answer.text, failed(answer), answer.buttons) == ("Half of it", kind, BOTH_WAYS)
    assert len(house.model.requests) == 1
    assert CANARY not in in_slack(house)


@pytest.mark.parametrize(
    ("pieces", "settings", "text", "kind"),
    [
        ([FOREVER], {"bot_first_token_timeout": 0.1}, "", "first_token_timeout"),
        (["Half", FOREVER], {"bot_stall_timeout": 0.1}, "Half", "stalled"),
        (["Half", FOREVER], {"bot_turn_timeout": 0.2}, "Half", "turn_timeout"),
        (["Half", *[b": ping\n\n", 0.02] * 500], {"bot_stall_timeout": 0.1}, "Half", "stalled"),
    ],
    ids=["no word", "silence", "no end", "keep-alives"],
)
async def test_deadlines(pieces, settings, text, kind):
    """F059 F060 F061 F062: each ends the answer in its own words, and the model is left alone."""
    async with open_house(**settings) as house:
        house.model.enqueue(Reply(pieces))

        answer = await ask(house)
        await house.left_alone(house.model.requests[0])

        assert (answer.text, failed(answer)) == (text, kind)
        assert answer.buttons == (BOTH_WAYS if text else ["retry"])


@pytest.mark.parametrize("form", ["rich", "markdown", "text"])
@pytest.mark.parametrize("reason", ["length", "content_filter", None])
async def test_what_was_half_open_is_shown_as_its_words(form, reason):
    """However it ends and is shown, no raw marks are left on the screen."""
    async with open_house(bot_render=form) as house:
        house.model.enqueue(Reply(["See [the ", "docs](https://exa"], finish_reason=reason))

        answer = await ask(house)

        assert answer.text == "See the docs"
        assert answer.messages[0]["text"] == "See the docs"


async def test_a_whole_answer_keeps_its_marks(house):
    """They may mean themselves."""
    house.model.enqueue(Reply(["A lone *star and [a bracket"]))

    assert (await ask(house)).text == "A lone *star and [a bracket"


# The endpoint refuses


@pytest.mark.parametrize(
    ("reply", "kind", "requests"),
    [
        (Reply.error(401, CANARY, "invalid_api_key"), "unauthorized", 1),
        (Reply.error(403, CANARY), "forbidden", 1),
        (Reply.error(404, CANARY, "model_not_found"), "model_not_found", 1),
        (Reply.error(400, CANARY), "rejected", 1),
        (Reply.error(400, CANARY, "context_length_exceeded"), "context_too_long", 1),
        (Reply.error(429, CANARY, "insufficient_quota", headers=SOON), "quota", 1),
        (Reply.error(429, CANARY, "rate_limit_exceeded", headers=SOON), "rate_limited", 3),
        (Reply.error(500, CANARY, headers=SOON), "unavailable", 3),
        (Reply.error(503, CANARY, headers=SOON), "unavailable", 3),
        (Reply(status=502, body=f"<html>{CANARY}</html>", headers=SOON), "unavailable", 3),
        (Reply(body=f"<html>{CANARY}", headers={"Content-Type": "text/html"}), "garbled", 1),
    ],
    ids=lambda value: None if isinstance(value, Reply) else str(value),
)
async def test_a_refused_request(house, reply, kind, requests):
    """F070 F075 F076 F077 F078: a sentence with an id; what may pass is tried twice more."""
    house.model.enqueue(*[reply] * 3)

    answer = await ask(house)

    assert (answer.text, failed(answer), answer.buttons) == ("", kind, ["retry"])
    assert len(house.model.requests) == requests
    assert CANARY not in in_slack(house)


async def test_trouble_that_passes_is_never_seen(house):
    """F075 F076: a retry before the first token that succeeds leaves no trace in the answer."""
    house.model.enqueue(
        Reply.error(500, CANARY, headers=SOON),
        Reply.error(429, CANARY, headers=SOON),
        Reply(["All is well"]),
    )

    answer = await ask(house)

    assert (answer.text, answer.notices) == ("All is well", [])


async def test_the_id_leads_to_the_log(house):
    """The id that people see stands in the log beside the endpoint's code, not its message."""
    house.model.enqueue(Reply.error(403, CANARY, "no_such_right"))

    answer = await ask(house)

    (entry,) = [entry for entry in house.logs if entry["event"] == "answer failed"]
    assert answer.notices[0].endswith(f"Please tell my admin: error {entry['error_id']}.")
    assert "code=no_such_right" in entry["detail"]
    assert CANARY not in str(house.logs)


async def test_nobody_there():
    """F058: a closed port is said to be one, after two more attempts."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    async with open_house(openai_base_url=f"http://127.0.0.1:{port}/v1") as house:
        answer = await ask(house)

        assert (answer.text, failed(answer)) == ("", "connection_refused")
        assert answer.buttons == ["retry"]


# Endpoints differ


async def test_an_endpoint_that_cannot_stream():
    """OPENAI_STREAM=false asks for one piece, and shows it."""
    async with open_house(openai_stream=False) as house:
        house.model.enqueue(Reply(["All ", "at ", "once"], finish_reason="length"))

        answer = await ask(house)

        assert (answer.text, answer.notices) == ("All at once", [partial(ENGLISH.cut)])
        assert not house.model.requests[0].body.get("stream")


async def test_reasoning_is_not_shown(house):
    """What a model thinks before it speaks stays with it, under either name."""
    thoughts = [{"reasoning_content": CANARY}, {"reasoning": CANARY}]
    house.model.enqueue(Reply([*thoughts, "Forty-two"]))

    answer = await ask(house)

    assert answer.text == "Forty-two"
    assert CANARY not in in_slack(house)


def chunk(content=None, reason=None):
    delta = {"content": content} if content else {}
    return sse({"choices": [{"index": 0, "delta": delta, "finish_reason": reason}]})


async def test_chunks_without_choices(house):
    """F074: Azure begins with one, and usage comes in one."""
    house.model.enqueue(
        Reply.raw(
            sse({"choices": [], "prompt_filter_results": [{"prompt_index": 0}]}),
            chunk("Well "),
            chunk("done", "stop"),
            sse({"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 2}}),
            sse("[DONE]"),
        )
    )

    answer = await ask(house)

    assert (answer.text, answer.notices) == ("Well done", [])


async def test_characters_that_come_in_pieces(house):
    """F072: a letter whose bytes arrive one by one is whole in Slack."""
    whole = chunk("東京🗼です") + chunk(reason="stop") + sse("[DONE]")
    at = whole.index("東".encode())
    pieces = [whole[:at], *(whole[n : n + 1] for n in range(at, at + 16)), whole[at + 16 :]]
    paced = [part for piece in pieces for part in (piece, 0.002)]
    house.model.enqueue(Reply.raw(*paced))

    answer = await ask(house)

    assert (answer.text, answer.notices) == ("東京🗼です", [])


async def test_a_parameter_that_the_endpoint_does_not_know(house):
    """F077: it is left out from then on, and the question is answered."""
    house.model.refused_parameters.add("stream_options")

    first, second = await ask(house), await ask(house)

    assert "" not in {first.text, second.text}
    assert first.notices == second.notices == []
    sent = ["stream_options" in request.body for request in house.model.requests]
    assert sent == [True, False, False]
