"""`bot ask`: the answer on stdout, how it ended on stderr and in the exit code."""

import asyncio
import io
import os
import re
import signal

import pytest
from rich.console import Console

from bot import ask as asking
from bot import telemetry
from bot.ask.screen import MarkdownView
from bot.config import load
from bot.core.types import Message
from bot.endpoint import client_of, deadlines_of, model_of
from bot.playground.model.endpoint import ScriptedModel
from bot.playground.model.scripted_reply import Cut, Reply
from bot.strings import ENGLISH
from tests.environment import ROOT, command, environment, scrubbed
from tests.shown import partial


@pytest.fixture
async def model():
    async with ScriptedModel(speed=0) as model:
        yield model


async def ask(model, *replies, timing=False, **variables):
    model.enqueue(*replies)
    with environment(OPENAI_BASE_URL=model.base_url, BOT_LANGUAGE="en", **variables):
        telemetry.set_up(level="error")
        return await asking.run(load(), "why?", timing=timing)


async def test_the_answer_is_on_stdout(model, capsys):
    code = await ask(model, Reply(["It is ", "**so**", "."]))

    assert (code, *capsys.readouterr()) == (0, "It is **so**.\n", "")


async def test_the_request_carries_what_is_set(model):
    await ask(
        model,
        Reply(["a"]),
        BOT_SYSTEM_PROMPT="Be short.",
        OPENAI_MODEL="m-1",
        OPENAI_TEMPERATURE="0.5",
    )

    [request] = model.requests
    assert request.body["model"] == "m-1"
    assert request.body["temperature"] == 0.5
    assert [m["content"] for m in request.body["messages"]] == ["Be short.", "why?"]


async def test_without_streaming(model, capsys):
    code = await ask(model, Reply(["All ", "at once."]), OPENAI_STREAM="false")

    assert (code, capsys.readouterr().out) == (0, "All at once.\n")
    assert not model.requests[0].body.get("stream")


BROKEN_OFF = "Incomplete: The connection ended before the answer did"
CUT, FILTERED = map(partial, (ENGLISH.cut, ENGLISH.filtered))
INCOMPLETE = {
    "length": (Reply(["half"], finish_reason="length"), "half\n", CUT),
    "filter": (Reply(["half"], finish_reason="content_filter"), "half\n", FILTERED),
    "refusal": (Reply([{"refusal": "No."}]), "No.\n", ENGLISH.refused),
    "no finish_reason": (
        Reply(["half"], finish_reason=None), "half\n", BROKEN_OFF,
    ),
    "reset": (
        Reply(["half", 0.1, Cut.RESET]), "half\n", BROKEN_OFF,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", INCOMPLETE)
async def test_an_incomplete_answer_is_3_and_says_why(case, model, capsys):
    reply, text, sentence = INCOMPLETE[case]

    code = await ask(model, reply)

    out, err = capsys.readouterr()
    assert (code, out) == (3, text)
    assert err.startswith(sentence)
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("reply", "shown"),
    [
        (Reply(["It is **so"], finish_reason="length"), "It is so"),
        (Reply(["It is **so"], finish_reason=None), "It is so"),
        (Reply(["It is **so"]), "It is **so"),
    ],
)
async def test_on_a_terminal_what_breaks_off_ends_without_raw_marks(model, reply, shown):
    model.enqueue(reply)
    out = io.StringIO()
    with environment(OPENAI_BASE_URL=model.base_url):
        settings = load()
    async with client_of(settings) as client:
        with MarkdownView(Console(file=out, force_terminal=False, width=60)) as view:
            prompt, limits = [Message("user", "why?")], deadlines_of(settings)
            await asking.answer(model_of(settings, client), prompt, limits, [view])

    assert out.getvalue().strip() == shown


async def test_an_empty_answer_is_asked_for_again_and_then_told(model, capsys):
    code = await ask(model, Reply([]), Reply([]))

    assert (code, *capsys.readouterr()) == (1, "", f"{ENGLISH.empty}\n")
    assert len(model.requests) == 2


async def test_no_answer_is_1_with_a_sentence(model, capsys):
    code = await ask(model, Reply.error(401, "key sk-abcdef is \x1b[31mbad", "invalid_api_key"))

    out, err = capsys.readouterr()
    assert (code, out) == (1, "")
    assert err == (
        "The endpoint does not accept the key (HTTP 401: key *** is [31mbad). "
        "Check OPENAI_API_KEY, and that OPENAI_BASE_URL is the endpoint of this key.\n"
    )


async def test_nobody_there(capsys):
    with environment(OPENAI_BASE_URL="http://127.0.0.1:9/v1", BOT_LANGUAGE="ja"):
        code = await asking.run(load(), "why?")

    assert code == 1
    assert capsys.readouterr().err.startswith("エンドポイントに接続を拒否されました。")


async def test_silence_has_a_limit(model, capsys):
    code = await ask(model, Reply(["half", 30.0, "never"]), BOT_STALL_TIMEOUT="0.3")

    assert code == 3
    assert capsys.readouterr().err.endswith("or raise BOT_STALL_TIMEOUT.\n")


async def test_timing_goes_to_stderr(model, capsys):
    await ask(model, Reply(["one ", 0.2, "two\n"]), timing=True)

    out, err = capsys.readouterr()
    assert out == "one two\n"
    first, second, summary = err.splitlines()
    assert re.fullmatch(r' *[\d.]+ s  "one "', first)
    assert re.fullmatch(r' *[\d.]+ s  "two\\n"', second)
    assert float(second.split()[0]) - float(first.split()[0]) >= 0.15
    assert re.fullmatch(r"first token [\d.]+ s, full answer [\d.]+ s, 2 pieces", summary)


async def test_a_terminal_gets_nothing_that_it_would_obey(model, capsys):
    await ask(model, Reply(["a\x1b[31mb\x9b2Jc\u202ed\r\x07", "e\tf\n"]))

    assert capsys.readouterr().out == "a[31mb2Jcde\tf\n"


class Piped(io.TextIOWrapper):
    def __init__(self, content=b"", terminal=False):
        super().__init__(io.BytesIO(content))
        self.isatty = lambda: terminal


@pytest.mark.parametrize(
    ("words", "stdin", "expected"),
    [
        (["what", "is", "it?"], Piped(terminal=True), "what is it?"),
        (["sum up"], Piped(b"a long text\n"), "sum up\n\na long text"),
        (["-"], Piped(b"question\n"), "question"),
        (["-"], Piped(b"typed until the end", terminal=True), "typed until the end"),
        ([], Piped(b"question"), "question"),
        (["q"], Piped(b"\xff\xe3\x81\x82"), "q\n\n\ufffd\u3042"),
        (["q\udcff"], None, "q\ufffd"),
        ([], Piped(b" \n"), ""),
    ],
)
def test_the_question_is_what_was_typed_and_what_was_piped(words, stdin, expected):
    assert asking.question(words, stdin) == expected


async def program(model, *words, stdin=b""):
    return await asyncio.create_subprocess_exec(
        *command("ask", *words),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE, cwd=ROOT, env=scrubbed(OPENAI_BASE_URL=model.base_url),
    )  # fmt: skip


async def test_as_a_program_in_a_pipe(model):
    model.enqueue(Reply(["short"]))

    process = await program(model, "-s", "Be kind.", "-m", "m-2", "sum", "up")
    out, err = await process.communicate(b"a long text")

    assert (process.returncode, out, err) == (0, b"short\n", b"")
    said = [message["content"] for message in model.requests[0].body["messages"]]
    assert said == ["Be kind.", "sum up\n\na long text"]
    assert model.requests[0].body["model"] == "m-2"


async def test_interrupted_it_stops_the_model_and_is_130(model):
    model.enqueue(Reply(["half", 30.0]))
    process = await program(model, "why")
    process.stdin.close()
    assert await process.stdout.read(4) == b"half"

    os.kill(process.pid, signal.SIGINT)
    out, err = await process.communicate()

    assert (process.returncode, out, err) == (130, b"\n", b"")
    await asyncio.wait_for(model.requests[0].disconnected.wait(), 20)
