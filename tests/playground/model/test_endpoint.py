"""The playground's model, seen through the client that everybody uses."""

import asyncio
import time

import aiohttp
import openai
import pytest

from bot.engine.answer import CONTINUE_PROMPT
from bot.playground.model.endpoint import MISSING_MODEL, MODEL, REFUSED_KEY, ScriptedModel
from bot.playground.model.script import ANSWERS, SCRIPTS, Conversation, reply_to, tokens, written
from bot.playground.model.scripted_reply import FOREVER, Cut, Reply, error_body, sse


@pytest.fixture
async def model():
    async with ScriptedModel(speed=0) as model:
        yield model


@pytest.fixture
async def client(model):
    async with openai.AsyncOpenAI(
        api_key="sk-any", base_url=model.base_url, max_retries=0, timeout=10
    ) as client:
        yield client


def ask(client, text="hello", **more):
    messages = [{"role": "user", "content": text}]
    return client.chat.completions.create(**{"model": MODEL, "messages": messages} | more)


async def chunks(client, text="hello", **more):
    return [chunk async for chunk in await ask(client, text, stream=True, **more)]


def text_of(chunks):
    return "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)


def end_of(chunks):
    return next((c.choices[0].finish_reason for c in reversed(chunks) if c.choices), None)


async def raw(model, **body):
    """What a client sees who looks at nothing but bytes."""
    asked = {"model": MODEL, "stream": True, "messages": [{"role": "user", "content": "x"}]}
    headers = {"Authorization": "Bearer k"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(model.base_url + "chat/completions", json=asked | body, headers=headers) as r,
    ):
        return await r.read()


def said(*texts):
    roles = ("user", "assistant")
    listed = [{"role": roles[n % 2], "content": text} for n, text in enumerate(texts)]
    return Conversation.read({"messages": listed})


async def test_a_stream_begins_with_the_role_and_ends_with_a_reason(client):
    """Role first, then text, then finish_reason: the order of the real endpoint."""
    first, *_, last = await chunks(client)

    assert first.choices[0].delta.role == "assistant"
    assert last.choices[0].finish_reason == "stop"


async def test_usage_comes_in_a_chunk_of_its_own_when_asked_for(client):
    """Only stream_options.include_usage brings it, without choices, after the reason."""
    *_, last = await chunks(client, stream_options={"include_usage": True})

    assert last.choices == []
    assert last.usage.total_tokens == last.usage.prompt_tokens + last.usage.completion_tokens


async def test_a_request_that_does_not_stream_gets_the_same_text_whole(client):
    """One JSON document, with usage."""
    whole = await ask(client, "show me a table")

    assert whole.choices[0].message.content == written("table")
    assert whole.usage.completion_tokens > 10


async def test_the_models_are_listed(client):
    """The doctor reads this list."""
    assert [model.id async for model in client.models.list()] == [MODEL]


async def test_a_key_is_needed(model):
    """Missing, empty and refused keys are 401."""
    url = model.base_url + "models"
    async with aiohttp.ClientSession() as session:
        for header in (
            {},
            {"Authorization": "Bearer "},
            {"Authorization": f"Bearer {REFUSED_KEY}"},
        ):
            async with session.get(url, headers=header) as response:
                assert response.status == 401


async def test_a_missing_model_is_not_found(client):
    """404, with the code that the bot shows a hint for."""
    with pytest.raises(openai.NotFoundError) as caught:
        await ask(client, model=MISSING_MODEL)

    assert caught.value.code == "model_not_found"


async def test_a_parameter_is_refused_when_told_to(client, model):
    """400 with the parameter's name; other requests still pass."""
    model.refused_parameters.add("temperature")

    with pytest.raises(openai.BadRequestError) as caught:
        await ask(client, temperature=0.5)

    assert (caught.value.param, caught.value.code) == ("temperature", "unsupported_parameter")
    assert await ask(client)


@pytest.mark.parametrize("body", [b"{", b"\xff", b"[]", b'{"model": "m", "messages": []}'])
async def test_what_is_no_request_is_a_400(model, body):
    """Never a 500."""
    headers = {"Authorization": "Bearer k", "Content-Type": "application/json"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(model.base_url + "chat/completions", data=body, headers=headers) as response,
    ):
        assert response.status == 400
        assert "error" in await response.json()


async def test_the_queue_goes_before_the_script(client, model):
    """Queued replies in their order, the script once they are used up."""
    model.enqueue(Reply(["one"]), Reply(["two"]))

    heard = [text_of(await chunks(client)) for _ in range(3)]

    assert heard == ["one", "two", written("help")]


async def test_a_delta_is_sent_as_it_is(client, model):
    """Refusals, tool calls, reasoning: whatever a test wants."""
    model.enqueue(Reply([{"refusal": "No."}]))

    assert [c.choices[0].delta.refusal for c in await chunks(client)] == [None, "No.", None]


async def test_raw_bytes_are_sent_as_they_are(model):
    """Split inside a character, with no word before or after them."""
    piece = sse({"text": "日本"})
    model.enqueue(Reply.raw(piece[:12], 0.01, piece[12:], b": comment\n\n"))

    assert await raw(model) == piece + b": comment\n\n"


async def test_each_piece_is_a_write_of_its_own(model):
    """With a pause between them they arrive apart."""
    model.enqueue(Reply.raw(b"a", 0.05, b"b"))
    headers = {"Authorization": "Bearer k"}
    body = {"model": MODEL, "stream": True, "messages": [{"role": "user", "content": "x"}]}
    async with (
        aiohttp.ClientSession() as session,
        session.post(model.base_url + "chat/completions", json=body, headers=headers) as response,
    ):
        assert [piece async for piece in response.content.iter_any()] == [b"a", b"b"]


async def test_a_body_replaces_the_stream(client, model):
    """Status, headers and JSON of an error are the test's."""
    model.enqueue(Reply.error(429, "slower", "rate_limit_exceeded", headers={"Retry-After": "7"}))

    with pytest.raises(openai.RateLimitError) as caught:
        await ask(client, stream=True)

    assert caught.value.response.headers["Retry-After"] == "7"


async def test_html_with_a_200_can_be_sent(model):
    """As a proxy in the way does."""
    model.enqueue(Reply(body="<html>", headers={"Content-Type": "text/html"}))

    assert await raw(model) == b"<html>"


async def test_an_error_may_come_in_mid_stream(client, model):
    """After text, as an event of its own."""
    model.enqueue(Reply(["text", sse(error_body("overloaded"))], finish_reason=None))

    with pytest.raises(openai.APIError, match="overloaded"):
        await chunks(client)


@pytest.mark.parametrize("cut", list(Cut))
async def test_a_cut_is_not_an_end(model, cut):
    """FIN and RST in the middle both show as a broken payload."""
    model.enqueue(Reply(["text", 0.02, cut]))

    with pytest.raises((aiohttp.ClientPayloadError, ConnectionResetError, aiohttp.ClientOSError)):
        await raw(model)


async def test_without_a_reason_the_stream_only_ends(model):
    """A clean end of file, no [DONE]: the client has to notice by itself."""
    model.enqueue(Reply(["text"], finish_reason=None))

    assert b"[DONE]" not in await raw(model)


async def test_a_client_that_leaves_is_seen_to_leave(client, model):
    """Tests prove with it that Stop reaches the endpoint."""
    model.enqueue(Reply(["text", FOREVER]))
    stream = await ask(client, stream=True)
    request = await model.arrival()
    before = time.monotonic()

    await stream.close()

    await asyncio.wait_for(request.disconnected.wait(), 20)
    assert before <= request.disconnected_at <= time.monotonic()
    assert request.finished_at is None


async def test_a_request_is_recorded(client, model):
    """Body and headers, and that it was served to its end."""
    await chunks(client, "hello", temperature=0.1)

    [request] = model.requests
    assert request.body["temperature"] == 0.1
    assert request.headers["Authorization"] == "Bearer sk-any"
    assert request.finished_at
    assert not request.disconnected_at


async def test_speed_is_kept(client, model):
    """100 pieces a second take at least their time."""
    model.enqueue(Reply(["x"] * 10, speed=100))
    start = time.monotonic()

    await chunks(client)

    assert time.monotonic() - start >= 0.09


async def test_leaving_does_not_wait_for_a_stalled_answer():
    """Shut-down is quick whoever is still listening."""
    async with aiohttp.ClientSession() as session:
        async with ScriptedModel() as model:
            model.enqueue(Reply(["x", FOREVER]))
            body = {"model": MODEL, "stream": True, "messages": [{"role": "user", "content": "x"}]}
            headers = {"Authorization": "Bearer k"}
            response = await session.post(
                model.base_url + "chat/completions", json=body, headers=headers
            )
            start = time.monotonic()
        response.close()

    assert time.monotonic() - start < 20


@pytest.mark.parametrize(
    ("question", "script"),
    [
        ("<@U1> hello", "help"),
        ("@Stream Bot show me a Markdown tour", "markdown"),
        ("日本語で自己紹介して", "japanese"),
        ("write a long answer", "long"),
        ("stall please", "stall"),
        ("Pythonのコードを書いて", "code"),
        ("表を見せて", "table"),
        ("長い返事をください", "long"),
        ("a mid-stream error", "midway"),
        ("server error", "broken"),
        ("こんにちは", "help"),
        ("どこまでの長さの上限？", "length"),
        ("think first: how late is it?", "think"),
        ("よく考えてください", "think"),
        ("A big table, please", "numbers"),
        ("大きな表を見せて", "numbers"),
    ],
)
def test_words_choose_the_answer(question, script):
    """In English and in Japanese."""
    assert next(each.name for each in SCRIPTS if each.fits(question)) == script


@pytest.mark.parametrize("word", ["this", "decode", "tablet", "shortcut", "belong"])
def test_a_part_of_a_word_chooses_nothing(word):
    """There is no `hi` in `this`."""
    assert not [script.name for script in SCRIPTS if script.fits(word)]


def test_a_long_question_does_not_go_wrong_by_accident():
    """It is asked about lengths and filters, not for them."""
    question = "Which length should a filter have, and why do people so often cut it too short?"

    assert not [script.name for script in SCRIPTS if script.fits(question)]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
@pytest.mark.parametrize("question", ["please", "お願いします"])
def test_every_script_answers(script, question):
    """In either language, with something to send or with an honest refusal."""
    reply = script.answer(said(question))

    assert reply.text or reply.body or script.name == "empty"


@pytest.mark.parametrize("path", sorted(ANSWERS.glob("*.md")), ids=lambda path: path.name)
def test_tokens_are_the_text_and_nothing_else(path):
    """Cut into pieces and put together again."""
    text = path.read_text("utf-8")

    assert "".join(tokens(text)) == text, f"write {path} so that it can be cut, or mend `tokens`"


def test_the_long_answer_does_not_fit_into_one_message():
    """13,200 characters is what one message holds."""
    assert len(written("long")) > 14_000


def test_the_big_table_does_not_fit_into_one_of_slacks():
    """A hundred rows is what a table holds."""
    rows = reply_to(said("a big table")).text.count("\n|")

    assert rows > 102


def test_reasoning_comes_before_the_answer():
    """In a field of its own, and it is no part of the text."""
    reply = reply_to(said("think first"))
    thoughts = [piece for piece in reply.pieces if isinstance(piece, dict)]

    assert "".join(each["reasoning_content"] for each in thoughts) == written("thoughts")
    assert list(reply.pieces[: len(thoughts)]) == thoughts
    assert reply.text == written("think")


def test_the_demo_says_that_it_is_one():
    """Nobody shall take it for a language model."""
    assert "demo model" in written("help")
    assert "デモモデル" in written("help", "ja")


def test_the_default_answer_shows_what_was_understood():
    """The words asked, how much of the conversation came along, and what was before."""
    text = reply_to(said("What is a zebra?", "An animal.", "And elephants?")).text

    assert "> And elephants?" in text
    assert "3 messages" in text
    assert "What is a zebra?" in text


def test_the_name_of_whoever_asks_is_not_among_the_words_that_stood_out():
    """In a channel each message begins with one."""
    assert "stood out: **elephants**." in reply_to(said("alice: And elephants?")).text


def test_braces_in_a_question_are_only_text():
    """The default answer is a template; questions are not."""
    assert "{quote} {0.__class__}" in reply_to(said("{quote} {0.__class__}")).text


def test_content_may_come_in_parts():
    """As it does when somebody sends an image along."""
    parts = [{"type": "text", "text": "hello"}, {"type": "image_url", "image_url": {"url": "x"}}]
    body = {"messages": [{"role": "user", "content": parts}]}

    assert Conversation.read(body).question == "hello"


GO_ON = CONTINUE_PROMPT.text
BREAKING_OFF = [
    "cut",
    "length",
    "mid-stream error",
    "stall",
    "切断",
    "途中まで",
    "途中でエラー",
    "固まる",
]


@pytest.mark.parametrize("question", BREAKING_OFF)
@pytest.mark.parametrize("wish", [[GO_ON], [], ["continue"]], ids=["button", "last", "typed"])
def test_an_answer_that_broke_off_is_continued_where_it_ends(question, wish):
    """By the button, by an endpoint that takes a partial answer last, or asked for in words."""
    broken = reply_to(said(question))
    went_on = reply_to(said(question, broken.text, *wish))

    assert broken.rest.strip()
    assert broken.text + broken.rest == (broken.text + went_on.text).replace("sensen", "sen")


def test_what_was_whole_has_no_rest():
    """Also where the model does not know the answer that it is to continue."""
    whole = reply_to(said("hello")).text

    assert reply_to(said("hello", whole, GO_ON)).text == written("continue")
    assert reply_to(said("length", "half an ans", GO_ON)).text == written("continue")
    assert reply_to(said("continue")).text == written("continue")


async def test_faults_describe_themselves(model):
    """The page builds its panel out of these switches, and sets them by the same names."""
    for switch in model.faults.describe():
        await model.faults.switch(switch.name, switch.value)


@pytest.mark.parametrize(("name", "value"), [("speed", -1), ("speed", "fast"), ("stall", 1)])
async def test_a_fault_refuses_what_it_cannot_be(model, name, value):
    """The page's input is checked here."""
    with pytest.raises(ValueError, match=r"speed|stall|float"):
        await model.faults.switch(name, value)


@pytest.mark.parametrize("fault", ["cut", "busy", "broken"])
async def test_a_fault_switched_on_strikes_the_next_request(client, model, fault):
    """Without a restart; switched off, the requests pass again."""
    await model.faults.switch(fault, True)
    with pytest.raises((openai.APIError, aiohttp.ClientError, OSError)):
        await chunks(client)

    await model.faults.switch(fault, False)
    assert await chunks(client)


async def test_a_stall_switched_on_leaves_the_answer_open(client, model):
    """Some words, and then nothing more."""
    model.faults.stall = True
    stream = await ask(client, stream=True)

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            [_ async for _ in stream]
    await stream.close()


async def test_queued_replies_know_no_faults(client, model):
    """A test gets exactly what it queued."""
    model.faults.broken = True
    model.enqueue(Reply(["fine"]))

    assert text_of(await chunks(client)) == "fine"


async def test_it_answers_by_what_it_is_asked(client, model):
    """Once the queue is empty; a test need not know in which order requests come."""
    model.answer = lambda body: Reply([body["messages"][-1]["content"].upper()])
    model.enqueue(Reply(["first"]))

    assert text_of(await chunks(client, "one")) == "first"
    assert text_of(await chunks(client, "two")) == "TWO"


async def test_length_and_filter_say_why_they_end(client):
    """By finish_reason, as the real endpoint does."""
    ends = [end_of(await chunks(client, text)) for text in ("length", "filter", "hello")]

    assert ends == ["length", "content_filter", "stop"]


@pytest.mark.parametrize("path", ["models", "chat/completions", "nowhere"])
@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"Origin": "http://evil.example"}])
async def test_pages_of_other_sites_are_refused(model, path, headers):
    async with (
        aiohttp.ClientSession() as http,
        http.post(model.base_url + path, headers=headers) as response,
    ):
        assert response.status == 403
