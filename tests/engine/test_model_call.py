"""Asking: retries before the first token, none after it, deadlines on time, and the breaker."""

import asyncio
import socket
import sys
from contextlib import ExitStack, suppress
from dataclasses import dataclass

import pytest
from structlog.testing import capture_logs

from bot.core.breaker import Breaker, BreakerLimits, State
from bot.core.prompt import LEFT_OUT, TokenScale, raw_count
from bot.core.types import (
    Finish,
    FinishReason,
    LeftOut,
    Message,
    Opened,
    ReasoningDelta,
    RefusalDelta,
    Resting,
    TextDelta,
    ToolCallDelta,
    Unseen,
    Usage,
)
from bot.engine.model_call import Deadlines, ask
from bot.errors import (
    ConnectionLost,
    ContextTooLong,
    FirstTokenTimeout,
    ModelRateLimited,
    ModelRejected,
    ModelResting,
    ModelStalled,
    ModelUnauthorized,
    ModelUnavailable,
    ModelUnreachable,
    ToolMissing,
    TurnTimeout,
)
from bot.llm.chat_completions import OpenAIModel
from bot.llm.client import make_client
from bot.strings import ENGLISH, JAPANESE
from tests.fakes import ScriptModel
from tests.llm.endpoint import HANG, Endpoint, data, delta, head
from tests.simulated_loop import simulated

QUICK = Deadlines(first_token=0.2, silence=0.2, turn=0.6, retry_window=0.3, retry_pause=0.01)
DONE = Finish(FinishReason.STOP)
PROMPT = [Message("user", "why?")]


async def answered(model, *, deadlines=QUICK, prompt=PROMPT, **more):
    """The events that came, and the error that ended it."""
    events, error = [], None
    try:
        async for event in ask(model, prompt, deadlines, **more):
            events.append(event)  # noqa: PERF401 - what came before an error counts
    except Exception as raised:  # noqa: BLE001 - whatever it was
        error = raised
    return events, error


async def asked(*scripts, **more):
    """The events, the error, and the model that followed these scripts."""
    model = ScriptModel(*scripts)
    return *await answered(model, **more), model


async def timed(work):
    loop = asyncio.get_running_loop()
    began = loop.time()
    return await work, loop.time() - began


async def test_events_pass_as_they_come():
    script = [Opened(), ReasoningDelta("hm"), TextDelta("Hi"), DONE]

    events, error, _ = await asked(script)

    assert (events, error) == (script, None)


@pytest.mark.parametrize("broken", [ModelUnavailable(), ModelRateLimited(), ConnectionLost()])
async def test_before_the_first_token_it_asks_again_twice(broken):
    """F076 (and F075 without a Retry-After): two more attempts, no third one."""
    good = [TextDelta("Hi"), DONE]

    assert (await asked([broken], [Opened(), broken], good))[:2] == (good, None)
    _, error, model = await asked([broken], [broken], [broken], good)

    assert (error, len(model.prompts)) == (broken, 3)


async def test_what_cannot_help_is_not_tried_again():
    """F077."""
    _, error, model = await asked([ModelUnauthorized()], [TextDelta("Hi"), DONE])

    assert (type(error), len(model.prompts)) == (ModelUnauthorized, 1)


@pytest.mark.parametrize(
    ("retry_after", "calls", "least", "most"),
    [(2, 3, 4, 6), (19, 2, 19, 20), (20, 2, 20, 20), (21, 1, 0, 0), (600, 1, 0, 0)],
)
def test_a_wait_is_kept_where_it_fits_the_window(retry_after, calls, least, most):
    """F075: never asked before it is time, nor waited for in vain; the error knows how long."""
    busy = [ModelRateLimited(retry_after=retry_after)]
    work = timed(asked(busy, busy, busy, deadlines=Deadlines()))
    (_, error, model), took = simulated(work)

    assert (error.retry_after, len(model.prompts)) == (retry_after, calls)
    assert least <= took <= most + 0.001


@pytest.mark.parametrize(
    ("wait", "english", "japanese"),
    [
        (30.2, "in about 31 seconds", "約31秒後"),
        (90, "in about 90 seconds", "約90秒後"),
        (91, "in about 2 minutes", "約2分後"),
        (600, "in about 10 minutes", "約10分後"),
        (7300, "in about 3 hours", "約3時間後"),
        (0.01, "in a minute", "1分ほど"),
        (1e300, "in a minute", "1分ほど"),
        (None, "in a minute", "1分ほど"),
    ],
)
def test_the_sentence_says_how_long(wait, english, japanese):
    """F075: where it is known, and can be waited for."""
    assert english in ENGLISH.failure("rate_limited", "1f", wait)
    assert japanese in JAPANESE.failure("rate_limited", "1f", wait)


def test_the_id_of_an_error_stands_as_each_language_writes_it():
    assert ENGLISH.failure("internal", "1f").endswith("my side. Please tell my admin: error 1f.")
    assert JAPANESE.failure("internal", "1f").endswith(
        "発生しました。管理者にお知らせください（エラー 1f）。"
    )


@pytest.mark.parametrize("words", [ENGLISH, JAPANESE])
def test_only_some_sentences_do(words):
    """F075 F079: a wait changes no other."""
    kinds = {kind for kind in words.failures if "30" in words.failure(kind, "x", 30)}

    assert kinds == words.waits.keys() == ENGLISH.waits.keys()
    assert {ModelResting.kind, ModelRateLimited.kind} <= kinds


def test_those_who_failed_together_do_not_come_back_together():
    """F076."""

    async def many():
        broken = [ModelUnavailable()], [TextDelta("Hi"), DONE]
        works = (timed(asked(*broken, deadlines=Deadlines())) for _ in range(20))
        return {took for _, took in await asyncio.gather(*works)}

    pauses = simulated(many())
    assert len(pauses) > 10
    assert all(0.5 <= pause <= 0.75 for pause in pauses)


async def test_after_the_first_token_nothing_is_asked_again():
    """F063 F064: what was said is never taken back."""
    events, error, model = await asked([TextDelta("Hi"), ConnectionLost()], [TextDelta("Hi"), DONE])

    assert events == [TextDelta("Hi")]
    assert (type(error), len(model.prompts)) == (ConnectionLost, 1)


async def test_an_empty_answer_is_asked_for_once_more():
    """F069."""
    empty, good = [Opened(), DONE], [TextDelta("Hi"), DONE]

    assert (await asked(empty, good))[0] == good
    events, error, model = await asked(empty, empty, good)

    assert (events, error, len(model.prompts)) == (empty, None, 2)


async def test_a_filtered_answer_is_not_an_empty_one():
    """F068."""
    filtered = [Opened(), Finish(FinishReason.CONTENT_FILTER)]

    assert (await asked(filtered, [TextDelta("Hi"), DONE]))[0] == filtered


@pytest.mark.parametrize(
    ("script", "expected", "after"),
    [
        ([Opened(), 9.0], FirstTokenTimeout, 0.2),
        ([Opened(), 0.15, Opened(), 9.0], FirstTokenTimeout, 0.2),
        ([TextDelta("a"), 9.0], ModelStalled, 0.2),
        ([TextDelta("a"), 0.1, Opened(), 9.0], ModelStalled, 0.2),
        ([TextDelta("a"), 0.05] * 40, TurnTimeout, 0.6),
    ],
    ids=["nothing", "a role is no token", "silence", "a role is no life", "drip"],
)
def test_deadlines(script, expected, after):
    """F059 F060 F062."""
    (_, error, model), took = simulated(timed(asked(script)))

    assert type(error) is expected
    assert took == pytest.approx(after, abs=0.01)
    assert model.closed == 1


async def test_leaving_early_closes_the_stream():
    model = ScriptModel([TextDelta("a"), 9.0])
    events = ask(model, PROMPT, QUICK)
    await anext(events)
    await events.aclose()

    assert model.closed == 1


# Deadlines: G09

A = TextDelta("a")
SHAPES = {
    "F059 nothing": ([9999.0], FirstTokenTimeout, 120),
    "F059 a head": ([Opened(), 9999.0], FirstTokenTimeout, 120),
    "F059 a role again and again": ([Opened(), 50.0] * 99, FirstTokenTimeout, 120),
    "F059 usage again and again": ([Usage(1, 2), 50.0] * 99, FirstTokenTimeout, 120),
    "F060 text, then nothing": ([70.0, A, 9999.0], ModelStalled, 100),
    "F060 a thought, then nothing": ([70.0, ReasoningDelta("a"), 9999.0], ModelStalled, 100),
    "F060 a refusal, then nothing": ([70.0, RefusalDelta("a"), 9999.0], ModelStalled, 100),
    "F060 text, then roles": ([A, *[Opened(), 10.0] * 99], ModelStalled, 30),
    "F060 text, then usage": ([A, *[Usage(1, 2), 10.0] * 99], ModelStalled, 30),
    "F062 a drip": ([A, 29.0] * 99, TurnTimeout, 600),
    "F062 thoughts without an end": ([ReasoningDelta("a"), 29.0] * 99, TurnTimeout, 600),
}


@pytest.mark.parametrize("name", SHAPES)
def test_every_deadline_is_kept(name):
    """F059 F060 F062: to the hundredth of a second, on the clock of the loop."""
    script, expected, after = SHAPES[name]
    (_, error, model), took = simulated(timed(asked(script, deadlines=Deadlines())))

    assert type(error) is expected
    assert took == pytest.approx(after, abs=0.01)
    assert model.closed == 1


SCALED = Deadlines(first_token=0.6, silence=0.6, turn=1.2, retries=0)
SAID = data(delta(content="a"))
ROLE = data(delta(role="assistant", content=""))
COMMENTS = (b": ping\n\n", 0.05) * 99
STALLS = {
    "F059 no byte": ([HANG], FirstTokenTimeout, 0.6),
    "F059 half a head": ([head()[:30], HANG], FirstTokenTimeout, 0.6),
    "F059 a head": ([head(), HANG], FirstTokenTimeout, 0.6),
    "F059 a role": ([head(), ROLE, HANG], FirstTokenTimeout, 0.6),
    "F061 comments": ([head(), *COMMENTS], FirstTokenTimeout, 0.6),
    "F061 comments after text": ([head(), SAID, *COMMENTS], ModelStalled, 0.6),
    "F061 empty chunks": ([head(), *(data({"choices": []}), 0.05) * 99], FirstTokenTimeout, 0.6),
    "F060 text, then nothing": ([head(), SAID, HANG], ModelStalled, 0.6),
    "F060 half an event": ([head(), SAID, SAID[:20], HANG], ModelStalled, 0.6),
    "F062 bytes that say nothing": ([head(), *(b"d", 0.05) * 99], FirstTokenTimeout, 0.6),
    "F062 bytes of one long event": ([head(), SAID, *(b"a", 0.05) * 99], ModelStalled, 0.6),
    "F062 a drip of words": ([head(), *(SAID, 0.1) * 99], TurnTimeout, 1.2),
}  # fmt: skip


@pytest.mark.parametrize("name", STALLS)
async def test_an_endpoint_that_stalls(name):
    """F059 F060 F061 F062: only words reset the clock, whatever else the wire carries."""
    script, expected, after = STALLS[name]
    async with Endpoint() as endpoint, make_client("key", endpoint.base_url) as client:
        endpoint.answer(script)
        work = answered(OpenAIModel(client, model="m"), deadlines=SCALED)
        (_, error), took = await timed(work)

    assert type(error) is expected
    assert after <= took < after + 3


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse what does not fit")
async def test_a_host_that_does_not_take_the_connection():
    """F058: connecting has its own limit, before that of the first token."""
    with ExitStack() as stack, socket.create_server(("127.0.0.1", 0), backlog=0) as server:
        # Linux drops what comes when nobody accepts and the queue is full.
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            with suppress(BlockingIOError):
                waiting.connect(server.getsockname())
        url = "http://{}:{}/v1".format(*server.getsockname())
        async with make_client("key", url, connect_timeout=0.3) as client:
            work = answered(OpenAIModel(client, model="m"), deadlines=Deadlines(retries=0))
            (_, error), took = await timed(work)

    assert type(error) is ModelUnreachable
    assert 0.3 <= took < 10


# A prompt that is too long

LONG = [Message("system", "Be kind."), *[Message("user", "word " * 100)] * 40, *PROMPT]


async def test_a_prompt_that_is_too_long_is_asked_once_more_with_half():
    """F071 F078: the question is still there, and the model is told what is not."""
    good = [TextDelta("Hi"), DONE]
    events, error, model = await asked([ContextTooLong()], good, prompt=LONG, scale=TokenScale())
    first, second = model.prompts

    left_out = LeftOut(Unseen.OLDEST, len(first) - len(second))
    assert (events, error) == ([left_out, *good], None)
    assert (list(first), second[-1]) == (LONG, PROMPT[0])
    assert raw_count(second) < 0.6 * raw_count(first)
    assert second[0].text == f"Be kind.\n\n{LEFT_OUT}"


@pytest.mark.parametrize(("scale", "calls"), [(TokenScale(), 2), (None, 1)])
async def test_but_not_twice(scale, calls):
    """F078: nor where nobody wants it shortened."""
    _, error, model = await asked(*[[ContextTooLong()]] * 3, prompt=LONG, scale=scale)

    assert (type(error), len(model.prompts)) == (ContextTooLong, calls)


async def test_nor_with_what_is_as_long_as_before():
    """F078: where there is nothing to leave out, a second time would end like the first."""
    prompt = [LONG[0], *PROMPT]
    _, error, model = await asked([ContextTooLong()], prompt=prompt, scale=TokenScale())

    assert (type(error), len(model.prompts)) == (ContextTooLong, 1)


async def test_after_the_first_token_nothing_is_shortened():
    """F071."""
    script = [TextDelta("a"), ContextTooLong()]
    events, error, model = await asked(script, prompt=LONG, scale=TokenScale())

    assert (events, type(error), len(model.prompts)) == ([TextDelta("a")], ContextTooLong, 1)


async def test_the_scale_learns_from_the_prompt_that_was_answered():
    """F078: the count of half a prompt is not taken for that of the whole."""
    scale = TokenScale()
    good = [TextDelta("Hi"), Usage(raw_count(LONG) // 2, 1), DONE]
    _, _, model = await asked([ContextTooLong()], good, prompt=LONG, scale=scale)

    assert scale.factor == pytest.approx(1, abs=0.02)
    assert len(model.prompts) == 2


async def test_the_scale_learns_once_from_an_answer():
    """Some endpoints send their count with every chunk."""
    once, often = TokenScale(), TokenScale()
    for scale, times in ((once, 1), (often, 100)):
        counts = [Usage(2 * raw_count(LONG), n) for n in range(times)]
        await asked([TextDelta("Hi"), *counts, DONE], prompt=LONG, scale=scale)

    assert 1 < once.factor == often.factor


# The breaker

REST = 15


class Flaky:
    """Does as it is told by `script`; counts calls."""

    def __init__(self, script):
        self.script = script
        self.calls = []

    async def stream(self, prompt):
        self.calls.append(asyncio.get_running_loop().time())
        pause, error = self.script()
        await asyncio.sleep(pause)
        if error:
            raise error
        yield TextDelta("Hi")
        yield DONE


async def broken_five_times(breaker, error=ConnectionLost):
    model = Flaky(lambda: (0, error()))
    for _ in range(5):
        await answered(model, deadlines=Deadlines(retries=0), breaker=breaker)
    return model


@pytest.mark.parametrize(
    "error", [ModelUnavailable, ModelUnreachable, ConnectionLost, FirstTokenTimeout]
)
def test_trouble_opens_the_breaker_and_nobody_is_asked(error):
    """F079: a refusal at once that says when to come back."""

    async def story():
        breaker = Breaker()
        await broken_five_times(breaker, error)
        await asyncio.sleep(5)
        return await timed(asked([TextDelta("Hi"), DONE], breaker=breaker))

    (_, refused, model), took = simulated(story())

    assert (type(refused), refused.retry_after, refused.retryable) == (ModelResting, 10, False)
    assert (len(model.prompts), took) == (0, 0)


def test_a_short_rest_is_waited_for():
    """And told, once; the question is asked then."""

    async def story():
        breaker = Breaker()
        await broken_five_times(breaker)
        await asyncio.sleep(5)
        model = ScriptModel([TextDelta("Hi"), DONE])
        return await timed(answered(model, deadlines=Deadlines(), breaker=breaker))

    (events, error), took = simulated(story())

    assert (events, error) == ([Resting(10), TextDelta("Hi"), DONE], None)
    assert took == pytest.approx(10, abs=0.5)


def test_a_long_rest_is_not():
    async def story():
        breaker = Breaker(BreakerLimits(rest=30))
        await broken_five_times(breaker)
        model = ScriptModel([TextDelta("Hi"), DONE])
        return await timed(answered(model, deadlines=Deadlines(), breaker=breaker))

    (events, error), took = simulated(story())

    assert (events, type(error), error.retry_after, took) == ([], ModelResting, 30, 0)


@pytest.mark.parametrize("well", [True, False])
def test_one_question_of_many_is_the_probe(well):
    """Where it finds the endpoint well the others follow at once, else they wait on."""

    async def story():
        loop, breaker = asyncio.get_running_loop(), Breaker()
        await broken_five_times(breaker)
        began = loop.time()
        model = Flaky(lambda: (1, None if well else ConnectionLost()))
        deadlines = Deadlines(first_token=40, retries=0)
        asked = [answered(model, deadlines=deadlines, breaker=breaker) for _ in range(5)]
        fates = await asyncio.gather(*asked)
        return fates, [call - began for call in model.calls], loop.time() - began

    fates, calls, took = simulated(story())

    if well:
        assert not any(error for _, error in fates)
        assert (len(calls), took) == (5, pytest.approx(17, abs=1))
    else:
        assert [round(call) for call in calls] == [15, 30]
        assert took <= 40


@pytest.mark.parametrize("error", [ModelUnauthorized, ModelRejected, ModelRateLimited, KeyError])
def test_what_does_not_speak_of_its_health_does_not(error):
    """F075 F077."""

    async def story():
        breaker = Breaker()
        for _ in range(4):
            await broken_five_times(breaker, error)
        return breaker.state

    assert simulated(story()) is State.CLOSED


def test_what_breaks_after_the_first_token_does_not():
    """F063."""

    async def story():
        breaker = Breaker()
        for _ in range(20):
            await asked([TextDelta("a"), ConnectionLost()], breaker=breaker)
        return breaker.state

    assert simulated(story()) is State.CLOSED


def test_a_breaker_that_opens_meanwhile_ends_the_retries():
    """F076 F079: with what broke, not with a rest that nobody saw begin."""

    async def story():
        breaker = Breaker()
        first = asked(*[[ModelUnavailable()]] * 3, deadlines=Deadlines(), breaker=breaker)
        others = broken_five_times(breaker)
        return (await asyncio.gather(first, others))[0]

    _, error, model = simulated(story())

    assert (type(error), len(model.prompts)) == (ModelUnavailable, 1)


def test_stop_frees_the_place_of_the_probe():
    """F079: or the next person would be refused for a probe that nobody waits for."""

    async def story():
        breaker = Breaker()
        await broken_five_times(breaker)
        await asyncio.sleep(REST)
        with suppress(TimeoutError):
            async with asyncio.timeout(1):
                await asked([9999.0], breaker=breaker, deadlines=Deadlines())
        return await asked([TextDelta("Hi"), DONE], breaker=breaker)

    events, error, _ = simulated(story())

    assert (events, error) == ([TextDelta("Hi"), DONE], None)


def test_it_is_logged_once():
    """F079: when it opens and when it closes, with the kind of error and no more."""

    async def story():
        breaker = Breaker()
        await broken_five_times(breaker)
        for error in (ConnectionLost(), None):
            await asyncio.sleep(REST)
            model = Flaky(lambda error=error: (0, error))
            await answered(model, breaker=breaker)
            await answered(model, breaker=breaker)

    with capture_logs() as logs:
        simulated(story())

    assert logs == [
        {
            "event": "model is given a rest",
            "log_level": "warning",
            "kind": "connection_lost",
            "seconds": REST,
        },
        {"event": "model is back", "log_level": "info"},
    ]


@dataclass
class Asked:
    """One question of the outage."""

    at: float
    took: float
    error: Exception | None


OUTAGE = range(60, 660)
"""Seconds from the beginning; ten minutes."""


async def outage(every, burst, pause, error):
    """Questions before, in and after an outage: each one's fate, and when the model was called."""
    loop = asyncio.get_running_loop()
    began = loop.time()

    def script():
        return (pause, error) if int(loop.time() - began) in OUTAGE else (0.5, None)

    model, breaker, deadlines = Flaky(script), Breaker(), Deadlines()

    async def question(at):
        await asyncio.sleep(at)
        (_, failed), took = await timed(answered(model, deadlines=deadlines, breaker=breaker))
        return Asked(at, took, failed)

    times = [at for at in range(0, 900, every) for _ in range(burst)]
    fates = await asyncio.gather(*map(question, times))
    return fates, [call - began for call in model.calls]


@pytest.mark.parametrize(
    ("pause", "error"),
    [(0.2, ModelUnavailable()), (5, ModelUnreachable()), (9999, None), (40, ConnectionLost())],
    ids=["refuses", "does not connect", "hangs", "hangs up"],
)
@pytest.mark.parametrize(("every", "burst"), [(1, 1), (5, 1), (15, 1), (60, 50)])
def test_an_outage_of_ten_minutes(every, burst, pause, error):
    """F076 F079 (G11): few calls, nobody waits for ever, and back as soon as the endpoint is."""
    fates, calls = simulated(outage(every, burst, pause, error))
    questions = [fate for fate in fates if fate.at in OUTAGE]
    in_vain = [call for call in calls if int(call) in OUTAGE]
    refused = [fate for fate in fates if isinstance(fate.error, ModelResting)]
    back = min(fate.at + fate.took for fate in fates if fate.at >= 660 and not fate.error)

    assert len(in_vain) <= 1.2 * len(questions)
    assert len(in_vain) <= len(questions) + 4
    assert all(fate.took <= Deadlines().first_token for fate in refused)
    assert back <= 660 + 20
    assert not any(fate.error for fate in fates if fate.at > back)


CALL = ToolCallDelta(0, "c1", "search", "{}")


@pytest.mark.parametrize("reason", [FinishReason.STOP, FinishReason.TOOL_CALLS])
@pytest.mark.parametrize("before", [[], [TextDelta("Let me look.")]], ids=["silent", "text"])
@pytest.mark.parametrize("after", [[], [ReasoningDelta("hm")], [Usage(1, 2)]])
async def test_an_answer_that_waits_for_a_tool_is_not_complete(reason, before, after):
    """We offer no tools, so nobody will call it. The model is not asked again."""
    model = ScriptModel([*before, CALL, *after, Finish(reason)])

    events, error = await answered(model)

    assert events == [*before, CALL, *after]
    assert isinstance(error, ToolMissing)
    assert len(model.prompts) == 1


@pytest.mark.parametrize(
    "script",
    [
        [CALL, TextDelta("Found it."), DONE],
        [TextDelta("Whole."), Finish(FinishReason.TOOL_CALLS)],
        [CALL, Finish(FinishReason.LENGTH)],
    ],
    ids=["the endpoint ran it", "no call came", "cut in the call"],
)
async def test_other_endings_are_what_the_model_says(script):
    assert await answered(ScriptModel(script)) == (script, None)
